-- What users did is found by who did it. Only their own lines are in the index: a message
-- writes none into it, and most lines are of messages.
CREATE INDEX audit_user ON audit (actor_id, id) WHERE actor = 'user';

-- Alerts on unusual access, each for a person of the staff to judge. They hold no value of
-- a patient, only ids (docs/audit.md).
CREATE TABLE alert (
    id        BIGINT NOT NULL PRIMARY KEY,
    rule      TEXT   NOT NULL, -- as the state's policy names it
    said      TEXT   NOT NULL, -- the rule in words, as it held then
    account   BIGINT NOT NULL, -- whose access it is about
    person_id BIGINT NOT NULL, -- whose record, by the number of then; 0: of many
    begun     BIGINT NOT NULL, -- Unix microseconds: of the first access
    until     BIGINT NOT NULL, -- and of the last
    n         BIGINT NOT NULL, -- how many accesses, or of how many records
    closed    BIGINT NOT NULL, -- Unix microseconds; 0: nobody has decided
    verdict   TEXT   NOT NULL  -- 'explained' or 'misuse'; '' while it is open
);
CREATE INDEX alert_account ON alert (account, rule, id);
CREATE INDEX alert_open ON alert (id) WHERE closed = 0;
CREATE INDEX alert_closed ON alert (closed, id) WHERE closed > 0;

-- What reviewers said of an alert. Nothing of it is changed or removed.
CREATE TABLE alert_entry (
    alert_id BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    at       BIGINT NOT NULL, -- Unix microseconds
    account  BIGINT NOT NULL,
    verdict  TEXT   NOT NULL, -- 'explained', 'misuse' or 'not decided'
    note     TEXT   NOT NULL,
    PRIMARY KEY (alert_id, id)
) {{clustered}};

-- Records that are watched: whoever opens one raises an alert. The mark stays with the
-- number that it was given to, whatever is merged, and nobody but reviewers sees it.
CREATE TABLE watched_record (
    person_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    why       TEXT   NOT NULL,
    at        BIGINT NOT NULL, -- Unix microseconds
    account   BIGINT NOT NULL,
    ended     BIGINT NOT NULL, -- Unix microseconds; 0: it is watched
    ended_by  BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) {{clustered}};
CREATE INDEX watched_record_now ON watched_record (id) WHERE ended = 0;
