-- Who a person is stands apart from what happened to them: whoever compares people reads
-- the first alone. A row whose folder is empty has both apart; a program before this writes the
-- folder whole, and then that holds (bodies in folder.go).
ALTER TABLE person ADD COLUMN said {{bytes}} NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN events {{bytes}} NOT NULL DEFAULT '';
