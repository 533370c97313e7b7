-- Decisions about who is who (docs/identity.md). A merge moves the rows of a
-- person's sources to another person; nothing of them changes but person_id.

-- A person's former ids. What they led to before, they lead to now. now_id may
-- be a former id itself, when that person was merged later: then one goes on
-- from there, so that undoing takes back one row.
CREATE TABLE person_alias (
    person_id   BIGINT NOT NULL PRIMARY KEY, -- the former id
    now_id      BIGINT NOT NULL,
    decision_id BIGINT NOT NULL -- that made it one
) {{clustered}};

CREATE INDEX person_alias_now ON person_alias (now_id);

-- What was decided, a row for each person concerned; never changed.
CREATE TABLE identity_decision (
    person_id BIGINT NOT NULL, -- as it was known then
    id        BIGINT NOT NULL,
    kind      TEXT   NOT NULL, -- iis.DecisionKind
    first_id  BIGINT NOT NULL, -- iis.IdentityDecision.Person
    other_id  BIGINT NOT NULL,
    undoes    BIGINT NOT NULL, -- the decision that this one undid; 0: none
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    actor_id  BIGINT NOT NULL,
    why       TEXT   NOT NULL,
    moved     TEXT   NOT NULL, -- JSON: what it takes to undo it (store.Moved)
    PRIMARY KEY (person_id, id)
) {{clustered}};

CREATE INDEX identity_decision_id ON identity_decision (id);

-- What a person's word keeps apart, or made one. Rows of a source go where the
-- source goes; those of the person itself (source_id 0) go with a merge. Two
-- persons that have rows of both sides of one decision (apart) are two.
CREATE TABLE identity_pin (
    person_id   BIGINT NOT NULL,
    decision_id BIGINT NOT NULL,
    source_id   BIGINT NOT NULL, -- 0: whatever the person has, now and later
    kind        TEXT   NOT NULL, -- apart, together, merge, move
    side        BIGINT NOT NULL, -- of apart: 0 or 1
    PRIMARY KEY (person_id, decision_id, source_id)
) {{clustered}};

CREATE INDEX identity_pin_decision ON identity_pin (decision_id);

-- Whom a possible match names, for what moves when they are merged.
CREATE INDEX possible_match_other ON possible_match (other_id);
