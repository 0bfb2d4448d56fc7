-- Of single kinds of channel, how many conversations somebody may have at once: JSON.
ALTER TABLE presences ADD COLUMN channel_capacities TEXT NOT NULL DEFAULT '[]';
