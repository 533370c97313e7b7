-- What a person said of two reports of one person: that they are of one shot,
-- or of two. Rows are only added: the last on a pair holds, and one whose verdict
-- is lifted takes it back. A folder keeps those that hold (Folder.Pins).
CREATE TABLE dose_pin (
    person_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    a         BIGINT NOT NULL, -- the first report of a dose (its first version), the lower number
    b         BIGINT NOT NULL,
    verdict   TEXT   NOT NULL, -- same, different, lifted
    said_by   BIGINT NOT NULL, -- an account; 0: a command
    why       TEXT   NOT NULL, -- in that person's words
    at        BIGINT NOT NULL, -- Unix microseconds
    PRIMARY KEY (person_id, id)
) {{clustered}};
