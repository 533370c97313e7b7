-- Who asked to be left out of the registry, and what was done. Once the record is erased
-- nothing of the person is in it but numbers that mean nothing elsewhere (docs/opt-out.md).
CREATE TABLE opt_out (
    id        BIGINT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL, -- the number of the record; 0: there was none
    state     TEXT   NOT NULL, -- 'waiting' (closed, and to be erased), 'closed', 'erased', 'left out' (no record was there) or 'back'
    how       TEXT   NOT NULL, -- 'call', 'form' or 'certificate'
    relation  TEXT   NOT NULL, -- of who asked to the person, as a word of a list
    checked   TEXT   NOT NULL, -- how their identity was checked, as a word of a list
    asked     BIGINT NOT NULL, -- the day
    said      TEXT   NOT NULL, -- who asked, by name; '' once the record is erased
    form      {{bytes}} NOT NULL, -- keyed digest of the signed form; empty: there is none
    at        BIGINT NOT NULL, -- Unix microseconds: when it was taken
    actor     TEXT   NOT NULL,
    actor_id  BIGINT NOT NULL,
    due       BIGINT NOT NULL, -- Unix microseconds: from when on it is erased; 0: never
    done      BIGINT NOT NULL, -- Unix microseconds: when it was erased; 0: not
    back      BIGINT NOT NULL, -- Unix microseconds: when they opted in again; 0: not
    back_by   BIGINT NOT NULL, -- account; 0: a command
    body      TEXT   NOT NULL  -- the numbers that the record and its sources had, and what was erased, counted
);
CREATE INDEX opt_out_state ON opt_out (state, due, id);
CREATE INDEX opt_out_person ON opt_out (person_id);

-- The stub: slow keyed hashes of what would tell that somebody is meant who opted out.
CREATE TABLE opt_out_key (
    k          {{bytes}} NOT NULL,
    opt_out_id BIGINT NOT NULL,
    kind       BIGINT NOT NULL, -- of what it is a hash (internal/stub)
    PRIMARY KEY (k, opt_out_id)
) {{clustered}};

-- Records that may be of somebody who opted out, for the programme to look at.
CREATE TABLE opt_out_doubt (
    person_id     BIGINT NOT NULL,
    opt_out_id    BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    kinds         TEXT   NOT NULL, -- what agrees
    at            BIGINT NOT NULL, -- Unix microseconds
    settled       BIGINT NOT NULL, -- Unix microseconds; 0: it waits
    settled_by    BIGINT NOT NULL,
    verdict       TEXT   NOT NULL, -- 'another' or 'same'; '' while it waits
    PRIMARY KEY (person_id, opt_out_id)
) {{clustered}};
CREATE INDEX opt_out_doubt_open ON opt_out_doubt (at, person_id, opt_out_id) WHERE settled = 0;
