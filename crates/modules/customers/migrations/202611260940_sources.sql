-- Where each field's value came from, and as of when it was true: {"phone": {"kind": "import", "at": …}}.
ALTER TABLE customers ADD COLUMN sources TEXT NOT NULL DEFAULT '{}';
