-- From which moment of its day of going live a sender sends for real: what came before it, that day
-- too, is history; 0: from the beginning of the day.
ALTER TABLE sender ADD COLUMN live_since BIGINT NOT NULL DEFAULT 0;
