-- The queue of what people have to decide: pairs of persons that may be one, and
-- doses that may be one shot.

-- Where a pair stands in the queue: the lower, the sooner. 0: not yet worked
-- out. See package steward.
ALTER TABLE possible_match ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;

CREATE INDEX possible_match_rank ON possible_match (rank, person_id, other_id);

-- Which senders have reported one of a pair, for the queue of each. It can
-- always be made anew from the two records; rows of pairs that are no longer in
-- the queue say nothing.
CREATE TABLE possible_match_sender (
    person_id BIGINT NOT NULL,
    other_id  BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    rank      BIGINT NOT NULL, -- that of the pair
    both_of   BIGINT NOT NULL, -- 1: it has reported both
    PRIMARY KEY (person_id, other_id, sender_id)
) {{clustered}};

CREATE INDEX possible_match_sender_rank ON possible_match_sender (sender_id, both_of, rank, person_id, other_id);

-- What somebody has put off: it comes back into the queue by itself.
CREATE TABLE put_off (
    person_id BIGINT NOT NULL,
    other_id  BIGINT NOT NULL, -- of a pair; 0: the doses of the person
    sender_id BIGINT NOT NULL, -- for whose queue; 0: that of the programme
    until     BIGINT NOT NULL, -- Unix microseconds, as those below
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL,
    PRIMARY KEY (person_id, other_id, sender_id)
) {{clustered}};

CREATE INDEX dose_in_question ON dose (id, person_id) WHERE review = 1;

CREATE INDEX dose_in_question_sender ON dose (sender_id, id, person_id) WHERE review = 1;
