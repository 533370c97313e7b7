-- What is counted of submissions after they were answered, and reviews of a
-- sender's data quality. A message pays for none of it: a job reads what came
-- since it last looked.

-- The day from which a sender sends for real; 0 when nobody said.
ALTER TABLE sender ADD COLUMN go_live BIGINT NOT NULL DEFAULT 0;

-- Submissions by sender and by how they were answered, for lists. Sender 0
-- stands for all.
CREATE TABLE submission_class (
    sender_id     BIGINT NOT NULL,
    class         BIGINT NOT NULL, -- kind of message and answer, see iis.Class
    submission_id BIGINT NOT NULL,
    PRIMARY KEY (sender_id, class, submission_id)
) {{clustered}};

-- A sender's day in figures. They are short rows, for sums over all senders;
-- what only a sender's own page needs is beside them.
CREATE TABLE sender_day (
    sender_id       BIGINT NOT NULL,
    day             BIGINT NOT NULL,
    accepted        BIGINT NOT NULL, -- messages that are no queries, by answer
    doubted         BIGINT NOT NULL,
    in_part         BIGINT NOT NULL,
    unstored        BIGINT NOT NULL,
    rejected        BIGINT NOT NULL,
    unanswered      BIGINT NOT NULL,
    queries         BIGINT NOT NULL,
    queries_refused BIGINT NOT NULL,
    doses           BIGINT NOT NULL, -- given by the sender and reported for the first time
    within_1        BIGINT NOT NULL, -- of them, reported within so many days
    within_7        BIGINT NOT NULL,
    within_30       BIGINT NOT NULL,
    PRIMARY KEY (sender_id, day)
) {{clustered}};

CREATE TABLE sender_day_detail (
    sender_id BIGINT NOT NULL,
    day       BIGINT NOT NULL,
    detail    TEXT   NOT NULL, -- JSON: findings, delays, fields
    PRIMARY KEY (sender_id, day)
) {{clustered}};

-- A review of a sender's data quality: a task of the site and the programme.
CREATE TABLE review (
    id           {{id}} NOT NULL PRIMARY KEY,
    sender_id    BIGINT NOT NULL REFERENCES sender (id),
    cause        TEXT   NOT NULL, -- hand, quality, go-live
    opened       BIGINT NOT NULL,
    site_by      BIGINT NOT NULL, -- the account that signed for the site; 0: nobody
    programme_by BIGINT NOT NULL,
    closed       BIGINT NOT NULL, -- when both had signed; 0: open
    changed      BIGINT NOT NULL
);

CREATE INDEX review_sender ON review (sender_id, id);

CREATE INDEX review_open ON review (closed, id);

-- What was done in a review, for ever.
CREATE TABLE review_entry (
    review_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL, -- who; 0: the registry itself
    side      TEXT   NOT NULL, -- site, programme, or empty for the registry
    act       TEXT   NOT NULL, -- opened, commented, signed, reopened
    said      TEXT   NOT NULL,
    PRIMARY KEY (review_id, id)
) {{clustered}};
