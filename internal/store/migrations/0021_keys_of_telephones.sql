-- A registry that is empty has no keys of telephones that stand for none (match.KeyVersion 3).
INSERT INTO key_run (version, pass, begun, up_to, seen, finished)
SELECT 3, 2, 1, 0, 0, 1 WHERE NOT EXISTS (SELECT 1 FROM person) AND NOT EXISTS (SELECT 1 FROM sealed_report);
