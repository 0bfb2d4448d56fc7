-- What a mail with a code is called.
ALTER TABLE visit_challenges ADD COLUMN title TEXT NOT NULL DEFAULT '';
