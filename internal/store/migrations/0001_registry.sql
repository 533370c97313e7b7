-- The registry's first tables. One text for both engines: {{clustered}} keeps a
-- table's rows in the order of its primary key where the engine can
-- (WITHOUT ROWID on SQLite), {{bytes}} is its type for binary data, {{id}} its
-- type for an id that is the key alone (on SQLite the row's own number).
--
-- Days are day numbers of the calendar package (0001-01-01 is 1), instants are
-- microseconds since 1970 in UTC, both integers. Ids are made by the
-- application. Whatever belongs to a person has person_id first in its key.

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) {{clustered}};

-- A facility that sends messages.
CREATE TABLE sender (
    id       BIGINT NOT NULL PRIMARY KEY,
    facility TEXT   NOT NULL UNIQUE,
    name     TEXT   NOT NULL,
    enforce  BIGINT NOT NULL,
    created  BIGINT NOT NULL
);

-- A sender's user name and password (argon2id).
CREATE TABLE credential (
    username  TEXT   NOT NULL PRIMARY KEY,
    sender_id BIGINT NOT NULL REFERENCES sender (id),
    hash      TEXT   NOT NULL,
    changed   BIGINT NOT NULL
);

-- Someone who signs in to the pages.
CREATE TABLE account (
    id       BIGINT NOT NULL PRIMARY KEY,
    username TEXT   NOT NULL UNIQUE,
    name     TEXT   NOT NULL,
    role     TEXT   NOT NULL,
    hash     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    changed  BIGINT NOT NULL
);

CREATE TABLE session (
    token      {{bytes}} NOT NULL PRIMARY KEY, -- SHA-256 of the cookie's value
    account_id BIGINT NOT NULL REFERENCES account (id),
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    expires    BIGINT NOT NULL
) {{clustered}};

-- One message as it came, kept before anything reads it.
CREATE TABLE submission (
    id        {{id}} NOT NULL PRIMARY KEY,
    sender_id BIGINT NOT NULL,
    door      TEXT   NOT NULL,
    received  BIGINT NOT NULL,
    size      BIGINT NOT NULL,  -- bytes as received
    raw       {{bytes}} NOT NULL -- S2 (Snappy's successor)
);

-- What became of a submission.
CREATE TABLE receipt (
    submission_id {{id}} NOT NULL PRIMARY KEY,
    sender_id     BIGINT NOT NULL,
    answered      BIGINT NOT NULL,
    kind          TEXT   NOT NULL, -- VXU, QBP, or ? when it could not be told
    control_id    TEXT   NOT NULL,
    ack           TEXT   NOT NULL, -- AA, AE, AR
    person_id     BIGINT,
    findings      TEXT   NOT NULL, -- JSON
    outcome       TEXT   NOT NULL  -- JSON
);

-- All that holds of a person: the newest word of each source, the newest
-- version of each report, and what is derived from them. A function of
-- report and link, kept so that one read gives a record.
CREATE TABLE person (
    id      {{id}} NOT NULL PRIMARY KEY,
    family  TEXT   NOT NULL,
    given   TEXT   NOT NULL,
    birth   BIGINT NOT NULL,
    sex     TEXT   NOT NULL,
    folder  {{bytes}} NOT NULL, -- a body, as docs/adr/0008 describes them all
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

-- What one submission said of one person that was new, for ever: the source's
-- word on the person, and its reports of events (doses, refusals, facts). The
-- newest word on each thing holds.
CREATE TABLE report (
    person_id     BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    source_id     BIGINT NOT NULL,
    sender_id     BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    received      BIGINT NOT NULL,
    body          {{bytes}} NOT NULL,
    PRIMARY KEY (person_id, id)
) {{clustered}};

-- Why a source is held to be about a person.
CREATE TABLE link (
    person_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    method    TEXT   NOT NULL, -- the rule that matched, or new
    score     BIGINT NOT NULL, -- thousandths of a bit
    why       TEXT   NOT NULL, -- JSON: the comparison, field by field
    since     BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    PRIMARY KEY (person_id, source_id)
) {{clustered}};

-- A sender's own number for a person.
CREATE TABLE source_key (
    sender_id BIGINT NOT NULL,
    k         TEXT   NOT NULL,
    person_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    PRIMARY KEY (sender_id, k)
) {{clustered}};

-- Equality keys by which a person is found; keys of former values stay.
CREATE TABLE match_key (
    k         BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (k, source_id)
) {{clustered}};

-- Two persons who may be one, for a person to decide.
CREATE TABLE possible_match (
    person_id     BIGINT NOT NULL,
    other_id      BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    why           TEXT   NOT NULL, -- JSON
    created       BIGINT NOT NULL,
    PRIMARY KEY (person_id, other_id)
) {{clustered}};

-- A consolidated dose as its record shows it: a function of the reports, kept
-- for counting and searching over many people.
CREATE TABLE dose (
    person_id   BIGINT NOT NULL,
    id          BIGINT NOT NULL, -- its oldest report
    given_on    BIGINT NOT NULL,
    cvx         TEXT   NOT NULL,
    mvx         TEXT   NOT NULL,
    lot         TEXT   NOT NULL,
    sender_id   BIGINT NOT NULL, -- whose report is shown
    info_source TEXT   NOT NULL, -- NIP001: 00 given here
    completion  TEXT   NOT NULL, -- table 0322
    review      BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) {{clustered}};

-- Who did or saw what. Ids and salted digests, never values. Rows arrive in the
-- order of their ids, nearly.
CREATE TABLE audit (
    id         {{id}} NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL, -- sender, user, command, job
    actor_id   BIGINT NOT NULL,
    act        TEXT   NOT NULL,
    person_id  BIGINT,
    subject_id BIGINT NOT NULL, -- the submission, account or sender concerned
    digest     {{bytes}}        -- of what was written
);

CREATE INDEX audit_person ON audit (person_id, id);

-- The hash chain of the audit: its links, added within a second of the rows.
CREATE TABLE audit_seal (
    seq  BIGINT NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL,
    ids  {{bytes}} NOT NULL, -- of the rows that it seals, rising, as varint differences
    hash {{bytes}} NOT NULL  -- SHA-256 over the seal before, seq, at and the rows
) {{clustered}};
