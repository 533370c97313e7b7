-- Sealed identities (docs/sealed-records.md). A person who was given a new identity
-- has another record; what was known under the former one is here, in tables that
-- nothing reads but what is about sealing. The keys of its sources (source_key,
-- match_key) go on leading to the former id, so that what still comes for it lands
-- here and makes no other record.
CREATE TABLE sealed (
    person_id    BIGINT NOT NULL, -- the former identity
    id           BIGINT NOT NULL,
    new_id       BIGINT NOT NULL, -- the new one, as it was known when this was sealed
    at           BIGINT NOT NULL, -- Unix microseconds
    actor        TEXT   NOT NULL,
    actor_id     BIGINT NOT NULL,
    order_number TEXT   NOT NULL, -- of the court, or whoever ordered it
    why          TEXT   NOT NULL,
    body         TEXT   NOT NULL, -- JSON: what it takes to restore it, and what went over (store.SealedBody)
    undone       BIGINT NOT NULL, -- Unix microseconds; 0: it is sealed
    PRIMARY KEY (person_id, id)
) {{clustered}};

CREATE INDEX sealed_new ON sealed (new_id);

CREATE TABLE sealed_report (
    person_id     BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    source_id     BIGINT NOT NULL,
    sender_id     BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    received      BIGINT NOT NULL,
    body          {{bytes}} NOT NULL,
    PRIMARY KEY (person_id, id)
) {{clustered}};

CREATE TABLE sealed_link (
    person_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    method    TEXT   NOT NULL,
    score     BIGINT NOT NULL,
    why       TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    PRIMARY KEY (person_id, source_id)
) {{clustered}};

CREATE TABLE sealed_alias (
    person_id   BIGINT NOT NULL PRIMARY KEY,
    now_id      BIGINT NOT NULL,
    decision_id BIGINT NOT NULL
) {{clustered}};

CREATE INDEX sealed_alias_now ON sealed_alias (now_id);

-- Messages about a sealed identity, and queries that were answered with it.
CREATE TABLE sealed_submission (
    id        {{id}} NOT NULL PRIMARY KEY,
    sender_id BIGINT NOT NULL,
    door      TEXT   NOT NULL,
    received  BIGINT NOT NULL,
    size      BIGINT NOT NULL,
    raw       {{bytes}} NOT NULL
);

CREATE TABLE sealed_receipt (
    submission_id {{id}} NOT NULL PRIMARY KEY,
    sender_id     BIGINT NOT NULL,
    answered      BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    control_id    TEXT   NOT NULL,
    ack           TEXT   NOT NULL,
    about_id      BIGINT,
    findings      TEXT   NOT NULL,
    outcome       TEXT   NOT NULL
);

-- For which former identities a message is sealed: rows of an old registry are about
-- many people. It is open again when none is left.
CREATE TABLE sealed_about (
    sealed_id     BIGINT NOT NULL, -- the former identity
    submission_id BIGINT NOT NULL,
    PRIMARY KEY (sealed_id, submission_id)
) {{clustered}};

CREATE INDEX sealed_about_submission ON sealed_about (submission_id);

-- Uploaded files of which a row is about a former identity: they are shown to nobody.
CREATE TABLE sealed_file (
    file_id   BIGINT NOT NULL,
    sealed_id BIGINT NOT NULL, -- the former identity
    PRIMARY KEY (file_id, sealed_id)
) {{clustered}};

-- An administrator who may seal and unseal. 0: they may not.
ALTER TABLE account ADD COLUMN seals BIGINT NOT NULL DEFAULT 0;
