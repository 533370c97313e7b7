-- Weights by which people are matched, as they were signed off: whole files, each under
-- the digest that names it.
CREATE TABLE match_weights (
    version TEXT NOT NULL PRIMARY KEY,
    file    TEXT NOT NULL
) {{clustered}};

-- Which of them were in force, for ever: the newest is. The version "" is that of the
-- program.
CREATE TABLE match_adoption (
    n       BIGINT NOT NULL PRIMARY KEY, -- 1, 2, … in their order
    version TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    account BIGINT NOT NULL, -- who signed it off
    reason  TEXT   NOT NULL
) {{clustered}};
