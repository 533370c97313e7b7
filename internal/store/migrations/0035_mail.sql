-- Mails that are to be sent, and what became of them (docs/mail.md). Nothing is of a
-- patient. A row is written in the transaction of the act that makes the mail due; its words
-- are made when it is sent. Rows that are done with are removed some months later.
CREATE TABLE mail (
    id       BIGINT NOT NULL PRIMARY KEY,
    kind     TEXT   NOT NULL, -- iis.MailKind
    name     TEXT   NOT NULL, -- of whom it is for
    address  TEXT   NOT NULL,
    says     TEXT   NOT NULL, -- what its words name (JSON)
    path     TEXT   NOT NULL, -- of the page that it links to
    secret   {{bytes}} NOT NULL, -- what ends that address, encrypted; empty: there is none, or the mail is done with
    link_id  BIGINT NOT NULL, -- the invitation, or link for signing, of the secret; 0: there is none
    once     TEXT   NOT NULL, -- what makes another mail the same; '': nothing does
    at       BIGINT NOT NULL, -- Unix microseconds, as below
    status   TEXT   NOT NULL, -- iis.MailStatus
    attempts BIGINT NOT NULL,
    due      BIGINT NOT NULL, -- when it is tried next
    until    BIGINT NOT NULL, -- when it is given up
    done     BIGINT NOT NULL, -- when it was sent or given up; 0: it waits
    answer   TEXT   NOT NULL  -- what the relay said last
);
CREATE INDEX mail_due ON mail (due, id) WHERE status = 'waiting';
CREATE INDEX mail_status ON mail (status, id);
CREATE INDEX mail_address ON mail (address, at);
CREATE UNIQUE INDEX mail_once ON mail (once) WHERE once <> '';
