-- The queue of doses by risk. dose.review says where a dose in question stands: 1 until
-- that is worked out, and then one more than its risk (steward.Risk); 0: it is in none.
DROP INDEX dose_in_question;
DROP INDEX dose_in_question_sender;
CREATE INDEX dose_in_question ON dose (review, id, person_id) WHERE review > 0;
CREATE INDEX dose_in_question_sender ON dose (sender_id, review, id, person_id) WHERE review > 0;
