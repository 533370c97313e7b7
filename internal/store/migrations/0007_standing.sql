-- Where each person stands by the schedule: status and next dates by vaccine
-- group, and the doses that count. A row is written with the record that it was
-- made from, and renewed when a day or a new schedule changes what it says
-- (docs/standing.md). It can always be made anew from the record.
CREATE TABLE standing (
    person_id BIGINT NOT NULL PRIMARY KEY,
    changed   BIGINT NOT NULL, -- person.changed of the record that was assessed
    assessed  BIGINT NOT NULL, -- the day as of which the row was written; 0: waits to be assessed
    release   TEXT   NOT NULL, -- of the schedule
    body      {{bytes}} NOT NULL -- see record.Standing
) {{clustered}};

-- Runs over everyone, one for each day and release of the schedule.
CREATE TABLE standing_run (
    day      BIGINT NOT NULL,
    release  TEXT   NOT NULL,
    begun    BIGINT NOT NULL, -- Unix microseconds, as those below
    up_to    BIGINT NOT NULL, -- the last person that was seen: here it goes on
    seen     BIGINT NOT NULL, -- persons
    written  BIGINT NOT NULL, -- of them, whose row was not as it should be
    finished BIGINT NOT NULL, -- 0: not yet
    holder   BIGINT NOT NULL, -- the program that works on it, until held_to
    held_to  BIGINT NOT NULL,
    PRIMARY KEY (day, release)
) {{clustered}};
