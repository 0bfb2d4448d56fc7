-- What a visitor answered before the chat, and what the embedding page says of them: JSON, text by name.
ALTER TABLE conversations ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';
