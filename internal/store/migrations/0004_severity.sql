-- What severity a rule was given for a sender, for ever: the newest word on a
-- rule holds. Sender 0 stands for every sender that has no word of its own.
CREATE TABLE severity_change (
    sender_id BIGINT NOT NULL,
    n         BIGINT NOT NULL, -- 1, 2, … in the order of the changes
    rule      TEXT   NOT NULL,
    severity  TEXT   NOT NULL, -- W, I, off; empty: nothing holds any more
    reason    TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL, -- who; 0: the command
    PRIMARY KEY (sender_id, n)
) {{clustered}};
