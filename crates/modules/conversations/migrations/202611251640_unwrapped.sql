-- Those over of which nobody said yet what they were about: they hold their assignee's time for a while.
CREATE INDEX conversations_unwrapped ON conversations (closed_at) WHERE state = 'closed' AND wrap_up IS NULL;
