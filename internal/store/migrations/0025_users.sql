-- Roles have the names of roles/roles.yaml.
UPDATE account SET role = 'clinic-staff' WHERE role = 'clinic';
UPDATE account SET role = 'viewer' WHERE role = 'reader';

-- Who an account is for, whether its access has ended, and from when its idle time counts
-- (Unix microseconds; 0: not yet, as of accounts from before this, which begin with their
-- next sign-in). Its second factor: the secret of its codes ('': it has none), and the last
-- time step of which a code was used (RFC 6238).
ALTER TABLE account ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN ended BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN ended_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN ended_why TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN active BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN signed_in BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN factor TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN factor_step BIGINT NOT NULL DEFAULT 0;

-- A sign-in has a number, where it was made, and what is still to be done before it is
-- whole ('': nothing). Those from before this are over: everyone signs in again.
DELETE FROM session;
ALTER TABLE session ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN stage TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
CREATE INDEX session_account ON session (account_id);

-- Codes for who has lost their second factor, as digests: each opens once.
CREATE TABLE recovery_code (
    account_id BIGINT NOT NULL,
    code       {{bytes}} NOT NULL,
    PRIMARY KEY (account_id, code)
) {{clustered}};

-- Every attempt to sign in; account 0: with a user name that nobody has.
CREATE TABLE sign_in (
    account_id BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    outcome    TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    agent      TEXT   NOT NULL,
    PRIMARY KEY (account_id, id)
) {{clustered}};

-- Links by which somebody sets a password once: a new user, or one who is there
-- (account_id). The link's secret is kept as a digest.
CREATE TABLE invitation (
    id         BIGINT NOT NULL PRIMARY KEY,
    token      {{bytes}} NOT NULL,
    username   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    email      TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    sender_id  BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    invited_by BIGINT NOT NULL, -- 0: the command
    at         BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    closed     BIGINT NOT NULL, -- Unix microseconds; 0: it can still be used
    outcome    TEXT   NOT NULL
);

CREATE INDEX invitation_token ON invitation (token);
CREATE INDEX invitation_open ON invitation (id) WHERE closed = 0;
