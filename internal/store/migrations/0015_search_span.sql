-- Who was born in 32 days stands together by name, so that a search with a year
-- reads twelve ranges of keys and not 365 (search.go).
CREATE TABLE search_span (
    span      BIGINT     NOT NULL, -- birth / 32
    k         {{sorted}} NOT NULL,
    birth     BIGINT     NOT NULL, -- with a name: the day of birth; else 0
    person_id BIGINT     NOT NULL,
    PRIMARY KEY (span, k, birth, person_id)
) {{clustered}};

INSERT INTO search_span (span, k, birth, person_id)
SELECT birth / 32, k, birth, person_id FROM search_key ORDER BY 1, 2, 3, 4;

DROP TABLE search_key;

ALTER TABLE search_span RENAME TO search_key;
