-- Conversations in order of time, and a full-text index that also holds what events are filtered by (daemon/archive/facets.py);
-- daemon/archive/indexing.py fills it anew.

CREATE INDEX events_by_conversation_time ON events (conversation_no, occurred_at) WHERE conversation_no IS NOT NULL;

DROP TABLE events_text;
CREATE VIRTUAL TABLE events_text USING fts5 (
  body, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii'
);
