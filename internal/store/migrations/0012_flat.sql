-- Files of rows, for those who send no messages.

-- A file as it came, kept before anything reads it. Its rows become messages, each a
-- submission of its own.
CREATE TABLE flat_file (
    id        {{id}} NOT NULL PRIMARY KEY,
    sender_id BIGINT NOT NULL REFERENCES sender (id),
    account   BIGINT NOT NULL, -- who uploaded it; 0: the command
    received  BIGINT NOT NULL,
    name      TEXT   NOT NULL, -- as its owner called it
    size      BIGINT NOT NULL, -- bytes
    digest    {{bytes}} NOT NULL, -- keyed: the same file again has the same
    raw       {{bytes}} NOT NULL, -- compressed (S2)
    mapping   TEXT   NOT NULL, -- with which it was stored; empty: it was not
    row_count BIGINT NOT NULL, -- that it has; 0: not known
    held_to   BIGINT NOT NULL, -- until when a program is storing it
    finished  BIGINT NOT NULL  -- when its last row was answered; 0: it was not
);

CREATE INDEX flat_file_account ON flat_file (account, id);

CREATE INDEX flat_file_digest ON flat_file (sender_id, digest);

-- What became of a row.
CREATE TABLE flat_row (
    file_id       BIGINT NOT NULL,
    line          BIGINT NOT NULL,
    submission_id BIGINT NOT NULL, -- the message that it went with; 0: none
    result        TEXT   NOT NULL,
    problems      TEXT   NOT NULL, -- JSON; no value of the row
    PRIMARY KEY (file_id, line)
) {{clustered}};

-- Which column holds what in the files of a sender: the newest word holds.
CREATE TABLE flat_mapping (
    sender_id BIGINT NOT NULL PRIMARY KEY,
    mapping   TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL -- who; 0: the command
) {{clustered}};
