-- Alerts on their way to people who are not at the console. What is in here can be lost without losing an alert: the
-- alerts themselves are ledgered, and stay when a message ends.

CREATE TABLE delivery_messages (
  message_no INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  kind INTEGER NOT NULL,
  topic TEXT NOT NULL,
  state INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  first_tried_at INTEGER,
  tried_at INTEGER,
  ended_at INTEGER,
  code TEXT
) STRICT;
CREATE INDEX delivery_messages_waiting ON delivery_messages (channel, due_at) WHERE state = 1;
-- waiting and dead: what is counted
CREATE INDEX delivery_messages_open ON delivery_messages (state, channel) WHERE state IN (1, 3);
CREATE INDEX delivery_messages_by_topic ON delivery_messages (channel, topic);
CREATE INDEX delivery_messages_ended ON delivery_messages (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE delivery_items (
  channel TEXT NOT NULL,
  alert_index INTEGER NOT NULL REFERENCES alerts (ledger_index),
  is_escalation INTEGER NOT NULL,
  message_no INTEGER NOT NULL REFERENCES delivery_messages (message_no),
  escalate_at INTEGER,
  PRIMARY KEY (channel, alert_index, is_escalation)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_items_by_message ON delivery_items (message_no);
CREATE INDEX delivery_items_by_alert ON delivery_items (alert_index);
CREATE INDEX delivery_items_to_escalate ON delivery_items (escalate_at) WHERE escalate_at IS NOT NULL;

-- '*' stands for all channels
CREATE TABLE delivery_channels (
  channel TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  not_before INTEGER,
  last_ok_at INTEGER,
  last_bad_at INTEGER,
  code TEXT,
  held_until INTEGER,
  held_by TEXT
) STRICT, WITHOUT ROWID;
