-- Who has set the password of a sender's user name, so that it can be exchanged when they leave:
-- an account; 0: the command; -1: it was set before this was written down.
ALTER TABLE credential ADD COLUMN set_by BIGINT NOT NULL DEFAULT -1;

-- Notes and petitions that were closed, in the order in which they were raised.
CREATE INDEX concern_settled ON concern (id) WHERE settled IS NOT NULL;
