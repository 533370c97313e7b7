-- Whose roster an uploaded file is; 0: it is a file of vaccinations.
ALTER TABLE flat_file ADD COLUMN roster BIGINT NOT NULL DEFAULT 0;
CREATE INDEX flat_file_roster ON flat_file (roster, id) WHERE roster > 0;
