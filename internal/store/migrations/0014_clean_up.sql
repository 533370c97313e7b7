-- What merges left behind of pairs that are no longer queued.
DELETE FROM possible_match_sender WHERE NOT EXISTS (
    SELECT 1 FROM possible_match m
    WHERE m.person_id = possible_match_sender.person_id AND m.other_id = possible_match_sender.other_id);

DELETE FROM put_off WHERE other_id <> 0 AND NOT EXISTS (
    SELECT 1 FROM possible_match m
    WHERE m.person_id = put_off.person_id AND m.other_id = put_off.other_id);
