-- How a site reports, as its people or the programme have said last (iis.ReportsHL7 and the
-- others); '': nobody has, and what its application says holds.
ALTER TABLE organization ADD COLUMN reports TEXT NOT NULL DEFAULT '';

-- In which status it was when it was closed; '': it is not inactive, or was closed before this
-- was kept. What a site sent that was closed before it went live stays history by it.
ALTER TABLE organization ADD COLUMN closed_from TEXT NOT NULL DEFAULT '';

-- For whose region a session of training is, a code of the state's file; '': everybody's, or its
-- organization's.
ALTER TABLE training_event ADD COLUMN region TEXT NOT NULL DEFAULT '';
