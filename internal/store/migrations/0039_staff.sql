-- Whom a site has designated to record objections to sharing, where its state has sites
-- designate somebody (docs/sharing.md). A row is never removed: it ends.
CREATE TABLE designation (
    account_id BIGINT NOT NULL,
    began      BIGINT NOT NULL, -- Unix microseconds, as ended
    sender_id  BIGINT NOT NULL, -- the site that they belonged to then
    began_by   BIGINT NOT NULL, -- 0: the command, or the upgrade below
    began_why  TEXT   NOT NULL,
    ended      BIGINT NOT NULL DEFAULT 0, -- 0: it holds
    ended_by   BIGINT NOT NULL DEFAULT 0,
    ended_why  TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, began)
) {{clustered}};
CREATE INDEX designation_sender ON designation (sender_id) WHERE ended = 0;

-- Who could record them before by their role still can, until somebody ends it.
INSERT INTO designation (account_id, began, sender_id, began_by, began_why)
SELECT id, changed, sender_id, 0, 'Could do so before sites designated anybody'
FROM account WHERE role = 'access-administrator' AND sender_id <> 0 AND ended = 0;

-- The region as whose staff somebody looks at pages, a code of the state's file; '': none.
ALTER TABLE session ADD COLUMN view_region TEXT NOT NULL DEFAULT '';

-- Whose sites the invited will look after, as account.region.
ALTER TABLE invitation ADD COLUMN region TEXT NOT NULL DEFAULT '';
