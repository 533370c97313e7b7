-- That somebody is on the roster of a school, a child care programme or a health plan
-- (docs/rosters.md). A row is ended and never deleted; what was in it before is in the audit
-- by its digest.
CREATE TABLE roster_entry (
    person_id       BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    organization_id BIGINT NOT NULL, -- the site whose roster it is
    own_number      TEXT   NOT NULL, -- its own number of the person: of a student or member; '': none
    place           TEXT   NOT NULL, -- grade or room; '': none
    since           BIGINT NOT NULL, -- the first day
    until           BIGINT NOT NULL, -- the last day; 0: on it still
    why             TEXT   NOT NULL, -- it ended; '' while it has not
    added           BIGINT NOT NULL, -- Unix microseconds, as changed
    added_by        BIGINT NOT NULL, -- 0: the command
    changed         BIGINT NOT NULL,
    changed_by      BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) {{clustered}};
CREATE INDEX roster_entry_now ON roster_entry (organization_id, person_id) WHERE until = 0;
