-- That a person, or a parent or guardian, was informed of the registry and of the right
-- to object (docs/informing.md). A row is never changed but to say that it was wrong; both
-- stay in the history.
CREATE TABLE informed (
    person_id    BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    sender_id    BIGINT NOT NULL, -- the site that informed; 0: the programme
    account      BIGINT NOT NULL, -- who wrote it down
    day          BIGINT NOT NULL, -- on which they were informed
    how          TEXT   NOT NULL, -- the ways, by their codes, with commas between
    language     TEXT   NOT NULL, -- ISO 639-2
    at           BIGINT NOT NULL, -- Unix microseconds: when it was written down
    withdrawn    BIGINT NOT NULL, -- Unix microseconds; 0: it holds
    withdrawn_by BIGINT NOT NULL,
    why          TEXT   NOT NULL, -- it was wrong; '' while it holds
    PRIMARY KEY (person_id, id)
) {{clustered}};
CREATE INDEX informed_sender ON informed (sender_id, day) WHERE withdrawn = 0;
