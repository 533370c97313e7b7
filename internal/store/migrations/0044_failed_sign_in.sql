-- Wrong passwords of the last hour, by a keyed digest of the user name that was shown, whether
-- somebody has it or not: what a server that was started anew, or another one, knows of those
-- who guess (ADR 9). process is which one met it: a number that each makes for itself.
CREATE TABLE failed_sign_in (
    name    BYTEA  NOT NULL,
    id      BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    address TEXT   NOT NULL,
    process BIGINT NOT NULL,
    PRIMARY KEY (name, id)
);
