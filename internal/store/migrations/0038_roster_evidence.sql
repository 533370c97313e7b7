-- By what somebody was put on a roster (ADR 35), and what became of that. sources are those of the
-- record that said what the person was described by, in digits, a blank between them; parted is
-- the decision by which sources left the record while it could not be told whose the entry is:
-- it opens nothing then. former_numbers are what own_number was before, a line each.
ALTER TABLE roster_entry ADD COLUMN sources TEXT NOT NULL DEFAULT '';
ALTER TABLE roster_entry ADD COLUMN parted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE roster_entry ADD COLUMN former_numbers TEXT NOT NULL DEFAULT '';
CREATE INDEX roster_entry_parted ON roster_entry (organization_id, id) WHERE parted <> 0;
