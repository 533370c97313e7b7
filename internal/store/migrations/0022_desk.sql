-- The queue of doses by risk. dose.review says where a dose in question stands: 1 until
-- that is worked out, and then one more than its risk (steward.Risk); 0: it is in none.
DROP INDEX dose_in_question;
DROP INDEX dose_in_question_sender;
CREATE INDEX dose_in_question ON dose (review, id, person_id) WHERE review > 0;
CREATE INDEX dose_in_question_sender ON dose (sender_id, review, id, person_id) WHERE review > 0;

-- Deaths of whom there is no record have a page: a number of their own, for addresses; what
-- the certificate says (JSON; '' of one that came before this: it comes with the next file);
-- and who decided, when and why that it is nobody's here (0 while it waits).
ALTER TABLE unmatched_death ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unmatched_death ADD COLUMN said TEXT NOT NULL DEFAULT '';
ALTER TABLE unmatched_death ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unmatched_death ADD COLUMN settled_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unmatched_death ADD COLUMN why TEXT NOT NULL DEFAULT '';
UPDATE unmatched_death SET id = n.place
FROM (SELECT sender_id, certificate, ROW_NUMBER() OVER (ORDER BY sender_id, certificate) AS place FROM unmatched_death) n
WHERE n.sender_id = unmatched_death.sender_id AND n.certificate = unmatched_death.certificate;
CREATE INDEX unmatched_death_id ON unmatched_death (id);
CREATE INDEX unmatched_death_waiting ON unmatched_death (since, id) WHERE settled = 0;
CREATE INDEX unmatched_death_settled ON unmatched_death (settled, id) WHERE settled > 0;
