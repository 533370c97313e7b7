-- The sender that an account belongs to: it acts for that site alone. 0: none.
ALTER TABLE account ADD COLUMN sender_id BIGINT NOT NULL DEFAULT 0;
