-- Notes, cards, lines of what happened; quotes, edits and recalls.
ALTER TABLE messages ADD COLUMN staff_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE messages ADD COLUMN quote_seq BIGINT;
ALTER TABLE messages ADD COLUMN data TEXT;
ALTER TABLE messages ADD COLUMN edited_at BIGINT;
ALTER TABLE messages ADD COLUMN recalled_at BIGINT;
-- What a message said before it was edited or recalled; nothing but an erasure empties it.
CREATE TABLE message_versions (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    number BIGINT NOT NULL,
    text TEXT NOT NULL,
    file_id TEXT,
    data TEXT,
    at BIGINT NOT NULL,
    replaced_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX message_versions_number ON message_versions (conversation_id, seq, number);
-- Where a conversation waits, what is said about it, and how fast it was answered.
ALTER TABLE conversations DROP COLUMN close_reason;
ALTER TABLE conversations ADD COLUMN queue_id TEXT;
ALTER TABLE conversations ADD COLUMN unread BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE conversations ADD COLUMN page TEXT;
ALTER TABLE conversations ADD COLUMN first_message_at BIGINT;
ALTER TABLE conversations ADD COLUMN first_response_at BIGINT;
ALTER TABLE conversations ADD COLUMN first_response_ms BIGINT;
ALTER TABLE conversations ADD COLUMN first_response_wall_ms BIGINT;
ALTER TABLE conversations ADD COLUMN responses BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN response_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN response_wall_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN wrap_up TEXT;
ALTER TABLE conversations ADD COLUMN rating TEXT;
ALTER TABLE conversations ADD COLUMN after_hours BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX conversations_queue ON conversations (queue_id, state, opened_at, id);
CREATE INDEX conversations_unit ON conversations (unit_id, state, opened_at, id);
CREATE TABLE conversation_tags (
    tag TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (tag, opened_at, conversation_id)
);
CREATE INDEX conversation_tags_conversation ON conversation_tags (conversation_id);
-- What customers thought of it, and of whom: stays as it was given, whoever has the conversation later.
CREATE TABLE ratings (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    queue_id TEXT,
    agent_id TEXT,
    agent_name TEXT,
    solved BOOLEAN,
    score BIGINT,
    tags TEXT NOT NULL,
    comment TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- The one that counts; those changed since stay beside it.
    latest BOOLEAN NOT NULL
);
CREATE INDEX ratings_conversation ON ratings (conversation_id, at, id);
CREATE INDEX ratings_agent ON ratings (agent_id, at, id);
-- Why conversations were had, in two levels.
CREATE TABLE wrap_up_reasons (
    id TEXT NOT NULL PRIMARY KEY,
    parent_id TEXT,
    label TEXT NOT NULL,
    position BIGINT NOT NULL,
    archived BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX wrap_up_reasons_parent ON wrap_up_reasons (parent_id, position, id);
-- A set to begin with, to be changed at will.
INSERT INTO wrap_up_reasons (id, parent_id, label, position, archived, created_at, version) VALUES
    ('wur_00000000000000000000000001', NULL, '咨询', 0, FALSE, 0, 1),
    ('wur_00000000000000000000000002', 'wur_00000000000000000000000001', '商品与价格', 0, FALSE, 0, 1),
    ('wur_00000000000000000000000003', 'wur_00000000000000000000000001', '活动与优惠', 1, FALSE, 0, 1),
    ('wur_00000000000000000000000004', 'wur_00000000000000000000000001', '预约与到店', 2, FALSE, 0, 1),
    ('wur_00000000000000000000000005', NULL, '订单与物流', 1, FALSE, 0, 1),
    ('wur_00000000000000000000000006', 'wur_00000000000000000000000005', '查询进度', 0, FALSE, 0, 1),
    ('wur_00000000000000000000000007', 'wur_00000000000000000000000005', '修改或取消', 1, FALSE, 0, 1),
    ('wur_00000000000000000000000008', NULL, '售后', 2, FALSE, 0, 1),
    ('wur_00000000000000000000000009', 'wur_00000000000000000000000008', '退款', 0, FALSE, 0, 1),
    ('wur_0000000000000000000000000a', 'wur_00000000000000000000000008', '退换货', 1, FALSE, 0, 1),
    ('wur_0000000000000000000000000b', 'wur_00000000000000000000000008', '维修与质保', 2, FALSE, 0, 1),
    ('wur_0000000000000000000000000c', NULL, '投诉与建议', 3, FALSE, 0, 1),
    ('wur_0000000000000000000000000d', 'wur_0000000000000000000000000c', '服务态度', 0, FALSE, 0, 1),
    ('wur_0000000000000000000000000e', 'wur_0000000000000000000000000c', '产品质量', 1, FALSE, 0, 1),
    ('wur_0000000000000000000000000f', 'wur_0000000000000000000000000c', '意见建议', 2, FALSE, 0, 1),
    ('wur_0000000000000000000000000g', NULL, '客户无应答', 4, FALSE, 0, 1),
    ('wur_0000000000000000000000000h', NULL, '无效会话', 5, FALSE, 0, 1),
    ('wur_0000000000000000000000000j', NULL, '其他', 6, FALSE, 0, 1);
