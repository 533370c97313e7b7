-- Imports of old registries, one row each (docs/migration.md). A chunk of people
-- and how far the import has come are written in one transaction, so that it is
-- gone on with after whatever ended it, and nothing is done twice.
CREATE TABLE legacy_run (
    id       TEXT   NOT NULL PRIMARY KEY, -- digest of both files
    begun    BIGINT NOT NULL, -- Unix microseconds, as finished
    finished BIGINT NOT NULL, -- 0: not yet
    chunks   BIGINT NOT NULL, -- that are in the registry
    body     TEXT   NOT NULL  -- how the files are cut, and what became of their rows (JSON)
) {{clustered}};
