-- Who broke the glass of a record that is hidden from them, why, and until when it is
-- open to them (docs/sharing.md). What was chosen about a record is in its reports.
CREATE TABLE broken_glass (
    person_id BIGINT NOT NULL, -- by the number of then
    id        BIGINT NOT NULL,
    account   BIGINT NOT NULL,
    reason    TEXT   NOT NULL, -- of the state's list
    say       TEXT   NOT NULL,
    opened    BIGINT NOT NULL, -- Unix microseconds, as until
    until     BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) {{clustered}};
CREATE INDEX broken_glass_now ON broken_glass (account, until);
