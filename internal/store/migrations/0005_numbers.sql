-- A number alone, without type and authority, leads nowhere once two persons
-- have had it. It used to lead to the last: whoever has it under two authorities
-- is told apart here. What stands behind the last | of a key is the number.
UPDATE source_key SET person_id = 0, source_id = 0
WHERE substr(k, 1, 4) = '*|*|' AND (sender_id, k) IN (
    SELECT sender_id, bare
    FROM (
        SELECT sender_id, '*|*|' || replace(k, rtrim(k, replace(k, '|', '')), '') AS bare, person_id
        FROM source_key WHERE substr(k, 1, 4) <> '*|*|'
    ) numbers
    GROUP BY sender_id, bare HAVING MIN(person_id) <> MAX(person_id)
);
