-- The departments of a site, which are asked with each page of its users (homeOf).

CREATE INDEX organization_parent ON organization (parent_id);
