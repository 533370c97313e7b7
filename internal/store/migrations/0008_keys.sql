-- The work of making everyone's match keys anew when a program makes other keys
-- than the one before (match.KeyVersion). A version is done in two passes: the
-- first adds the new keys, the second, a day later, those of whom a program of the
-- version before has stored since, and removes former keys.
CREATE TABLE key_run (
    version  BIGINT NOT NULL PRIMARY KEY,
    pass     BIGINT NOT NULL,
    begun    BIGINT NOT NULL, -- Unix microseconds, as below
    up_to    BIGINT NOT NULL, -- the last person that was seen: here it goes on
    seen     BIGINT NOT NULL, -- persons
    finished BIGINT NOT NULL  -- 0: not yet
) {{clustered}};

-- A registry that is empty has no former keys.
INSERT INTO key_run (version, pass, begun, up_to, seen, finished)
SELECT 2, 2, 1, 0, 0, 1 WHERE NOT EXISTS (SELECT 1 FROM person);
