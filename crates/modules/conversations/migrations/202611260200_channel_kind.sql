-- What kind of channel it came by: how its messages reach the customer. No release has kept another kind.
ALTER TABLE conversations ADD COLUMN channel_kind TEXT NOT NULL DEFAULT 'web_chat';
