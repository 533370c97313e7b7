-- What the pages need: finding people, and telling staff that a record looks
-- wrong. {{sorted}} is a text that sorts by its bytes, so that a beginning is a
-- range of keys on both engines.

-- A text under which a person is found from the search box; keys of former
-- values stay. Three kinds: a name with the day of birth ("MARSH JUNIPER
-- ROSE"), a number that somebody gave ("#A1"), a telephone number
-- ("+6175550147"). See search.go.
CREATE TABLE search_key (
    birth     BIGINT     NOT NULL, -- with a name: the day of birth; else 0
    k         {{sorted}} NOT NULL,
    person_id BIGINT     NOT NULL,
    PRIMARY KEY (birth, k, person_id)
) {{clustered}};

-- A user's word that a record looks wrong, for the registry's staff.
CREATE TABLE concern (
    person_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    reason    TEXT   NOT NULL,
    say       TEXT   NOT NULL, -- in the user's own words
    raised    BIGINT NOT NULL,
    raised_by BIGINT NOT NULL, -- an account
    settled    BIGINT,         -- when staff had dealt with it; NULL while it is open
    settled_by BIGINT,
    answer     TEXT   NOT NULL, -- what staff did about it
    PRIMARY KEY (person_id, id)
) {{clustered}};

CREATE INDEX concern_open ON concern (id) WHERE settled IS NULL;
