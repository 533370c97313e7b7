-- Of which source of a record a note, or a word of informing, is (0: that cannot be told): it
-- goes where its source goes. parted is the decision by which sources left the record while that
-- could not be told; 0: none.
ALTER TABLE concern ADD COLUMN source_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE concern ADD COLUMN parted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE informed ADD COLUMN source_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE informed ADD COLUMN parted BIGINT NOT NULL DEFAULT 0;

-- What was sent after its session had run out, for whoever sent it (docs/security.md): sealed
-- under the secret of the registry and the key in the address, and erased after half an hour.
CREATE TABLE kept_form (
    digest     TEXT   NOT NULL PRIMARY KEY, -- SHA-256 of the key
    account_id BIGINT NOT NULL,
    content    TEXT   NOT NULL, -- base64
    at         BIGINT NOT NULL -- Unix microseconds
) {{clustered}};
CREATE INDEX kept_form_account ON kept_form (account_id, at);
