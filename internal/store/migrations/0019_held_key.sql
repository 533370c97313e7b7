-- Keys of people with whom an empty registry is being filled (filling.go): what a
-- chunk of people will be found by, until all are there and the keys are put in
-- order at once. part is the kind of key.
CREATE TABLE held_key (
    run   TEXT      NOT NULL,
    chunk BIGINT    NOT NULL,
    part  BIGINT    NOT NULL,
    body  {{bytes}} NOT NULL,
    PRIMARY KEY (run, chunk, part)
) {{clustered}};
