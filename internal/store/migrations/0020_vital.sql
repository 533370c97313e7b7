-- What a sender is to the registry (iis.SenderKind): an office of vital records sends
-- birth certificates, and its messages are read as such.
ALTER TABLE sender ADD COLUMN kind TEXT NOT NULL DEFAULT 'provider';

-- Whom the import of births and deaths made, by the code that it uses unless told otherwise.
UPDATE sender SET kind = 'vital-records' WHERE facility = 'VITAL-RECORDS';

-- Deaths of whom there is no record: a row a certificate, while that is so
-- (docs/vital-records.md). What the certificate says is in its submission.
CREATE TABLE unmatched_death (
    sender_id     BIGINT NOT NULL, -- the office
    certificate   TEXT   NOT NULL, -- its number
    submission_id BIGINT NOT NULL, -- in which it came last
    since         BIGINT NOT NULL, -- Unix microseconds
    decision_id   BIGINT NOT NULL, -- by which it is not that of whom it might have been; 0: nobody was found
    PRIMARY KEY (sender_id, certificate)
) {{clustered}};
