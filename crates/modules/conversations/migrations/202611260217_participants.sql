-- Colleagues who take part while the owner stays: JSON.
ALTER TABLE conversations ADD COLUMN participants TEXT NOT NULL DEFAULT '[]';
-- The same by person, so that what somebody takes part in can be listed.
CREATE TABLE conversation_participants (
    user_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
);
CREATE INDEX conversation_participants_conversation ON conversation_participants (conversation_id);
