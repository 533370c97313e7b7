-- Who a person is stands in a table of its own: a look-up reads it of up to forty people,
-- and all of a state fit into memory; beside what happened to them, each was on a page of
-- its own (ADR 33). A row that an older program wrote whole has none (bodies in folder.go).
CREATE TABLE person_said (
    person_id {{id}} NOT NULL PRIMARY KEY,
    said      {{bytes}} NOT NULL
);

INSERT INTO person_said (person_id, said) SELECT id, said FROM person WHERE length(folder) = 0;

ALTER TABLE person DROP COLUMN said;
