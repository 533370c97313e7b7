-- What parents are to be told, by the state's policy (docs/vital-records.md): a
-- row for each word of vital records that enrolled a newborn. It goes where its
-- source goes.
CREATE TABLE notice (
    person_id  BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    source_id  BIGINT NOT NULL, -- whose word made it due
    kind       TEXT   NOT NULL, -- iis.NoticeKind
    parts      TEXT   NOT NULL, -- what goes with it (JSON)
    language   TEXT   NOT NULL, -- ISO 639-2
    due_by     BIGINT NOT NULL, -- a day
    state      TEXT   NOT NULL, -- iis.NoticeState
    why        TEXT   NOT NULL, -- why it was withdrawn
    created    BIGINT NOT NULL, -- Unix microseconds, as changed
    changed    BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) {{clustered}};

-- The work list: a state, by day.
CREATE INDEX notice_state ON notice (state, due_by, id);

-- By its number, as a mailing house gives it back.
CREATE INDEX notice_number ON notice (id);
