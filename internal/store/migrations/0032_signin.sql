-- How an account may sign in beside its password: whether the password is off (1), whether
-- it stays good when the operator has switched passwords off for the whole registry (1), and
-- how many passkeys it has.
ALTER TABLE account ADD COLUMN password_off BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN break_glass BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN passkeys BIGINT NOT NULL DEFAULT 0;

-- By what a sign-in was begun ('': a password), and as which role of which site its user looks
-- at pages ('': as themselves).
ALTER TABLE session ADD COLUMN means TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN view_role TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN view_sender BIGINT NOT NULL DEFAULT 0;

-- As whom a provider of single sign-on knows somebody. The name that identifies them there is
-- the value of a claim, at an issuer (OpenID Connect Core 1.0, 5.7).
CREATE TABLE account_link (
    issuer     TEXT   NOT NULL,
    claim      TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    account_id BIGINT NOT NULL,
    shown      TEXT   NOT NULL, -- what the provider calls them, for people to read
    at         BIGINT NOT NULL, -- Unix microseconds
    linked_by  BIGINT NOT NULL, -- 0: the command
    used       BIGINT NOT NULL, -- Unix microseconds; 0: not yet
    PRIMARY KEY (issuer, claim, subject)
) {{clustered}};
CREATE INDEX account_link_account ON account_link (account_id);

-- Public keys of authenticators by which somebody signs in (Web Authentication, level 2).
CREATE TABLE passkey (
    id         BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    credential {{bytes}} NOT NULL, -- its number, as the authenticator made it
    kept       {{bytes}} NOT NULL, -- public key, counter and flags, as JSON
    name       TEXT   NOT NULL,
    created    BIGINT NOT NULL, -- Unix microseconds
    used       BIGINT NOT NULL  -- Unix microseconds; 0: not yet
);
CREATE INDEX passkey_account ON passkey (account_id);
CREATE UNIQUE INDEX passkey_credential ON passkey (credential);

-- What was asked of a browser and is not answered yet: a challenge for a passkey, or a way to
-- a provider. Each is taken once, by the browser that has its token.
CREATE TABLE sign_in_step (
    token   {{bytes}} NOT NULL PRIMARY KEY, -- a digest
    kind    TEXT   NOT NULL,
    expires BIGINT NOT NULL, -- Unix microseconds
    content {{bytes}} NOT NULL
);
CREATE INDEX sign_in_step_expires ON sign_in_step (expires);

-- By what a sender proves who it is: 'password', 'certificate' or 'both'.
ALTER TABLE sender ADD COLUMN proof TEXT NOT NULL DEFAULT 'password';

-- Certificates by which senders are known. One that is removed is known no more; its row stays.
CREATE TABLE sender_certificate (
    id         BIGINT NOT NULL PRIMARY KEY,
    sender_id  BIGINT NOT NULL,
    kind       TEXT   NOT NULL, -- 'sha256', 'subject' or 'san'
    value      TEXT   NOT NULL,
    expires    BIGINT NOT NULL, -- Unix microseconds, of the certificate seen last; 0: none was seen
    used       BIGINT NOT NULL, -- Unix microseconds; 0: not yet
    added      BIGINT NOT NULL, -- Unix microseconds
    added_by   BIGINT NOT NULL, -- 0: the command
    removed    BIGINT NOT NULL, -- Unix microseconds; 0: it is good
    removed_by BIGINT NOT NULL
);
CREATE INDEX sender_certificate_sender ON sender_certificate (sender_id);
CREATE INDEX sender_certificate_value ON sender_certificate (kind, value) WHERE removed = 0;
