-- Every ledgered record has its ledger index as primary key, so order of rows is order of the ledger.
-- Times are microseconds since 1970 UTC. Small integers are explained in daemon/archive/codes.py and ledger_kinds.py.

CREATE TABLE archive_state (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  origin TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ledger_size INTEGER NOT NULL CHECK (ledger_size >= 0),
  frontier BLOB NOT NULL
) STRICT;

CREATE TABLE ledger (
  ledger_index INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  commitment BLOB NOT NULL CHECK (length(commitment) = 32)
) STRICT;

CREATE TABLE heads (
  size INTEGER PRIMARY KEY,
  signed_at INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;

CREATE TABLE devices (
  device_no INTEGER PRIMARY KEY,
  serial TEXT NOT NULL UNIQUE,
  first_known_at INTEGER NOT NULL,
  last_seen_at INTEGER,
  profile TEXT,
  status TEXT,
  notice_posted INTEGER,
  event_count INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE addresses (
  address TEXT PRIMARY KEY,
  added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
  version TEXT PRIMARY KEY,
  sha256 BLOB NOT NULL,
  body TEXT NOT NULL,
  first_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolments (
  ledger_index INTEGER PRIMARY KEY,
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  employee TEXT NOT NULL,
  notice_version TEXT NOT NULL REFERENCES notices (version),
  acknowledged_by TEXT NOT NULL,
  acknowledged_at INTEGER NOT NULL,
  enrolled_by TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  scope TEXT NOT NULL,
  end_index INTEGER
) STRICT;
CREATE UNIQUE INDEX enrolments_active ON enrolments (device_no) WHERE end_index IS NULL;
CREATE INDEX enrolments_by_device ON enrolments (device_no);

CREATE TABLE enrolment_ends (
  ledger_index INTEGER PRIMARY KEY,
  enrolment_index INTEGER NOT NULL UNIQUE REFERENCES enrolments (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE conversations (
  conversation_no INTEGER PRIMARY KEY,
  token BLOB NOT NULL UNIQUE,
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  peer_key TEXT NOT NULL,
  peer_token BLOB NOT NULL
) STRICT;
CREATE INDEX conversations_by_peer ON conversations (peer_token);

CREATE TABLE events (
  ledger_index INTEGER PRIMARY KEY,
  event_id BLOB NOT NULL UNIQUE CHECK (length(event_id) = 16),
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  kind INTEGER NOT NULL,
  source INTEGER NOT NULL,
  source_key ANY NOT NULL,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  direction INTEGER NOT NULL,
  peer TEXT,
  conversation_no INTEGER REFERENCES conversations (conversation_no),
  body BLOB,
  attributes TEXT NOT NULL,
  text TEXT,
  is_current INTEGER NOT NULL,
  presence_change INTEGER
) STRICT;
CREATE INDEX events_by_key ON events (device_no, source, source_key, is_current);
CREATE INDEX events_by_device ON events (device_no);
CREATE INDEX events_by_time ON events (occurred_at);
CREATE INDEX events_by_conversation ON events (conversation_no) WHERE conversation_no IS NOT NULL;
-- messages are nearly all there is: only the other kinds are worth an index
CREATE INDEX events_by_rare_kind ON events (kind) WHERE kind <> 1;
CREATE INDEX events_by_rare_kind_and_device ON events (kind, device_no) WHERE kind <> 1;

CREATE TABLE contact_numbers (
  token BLOB NOT NULL,
  event_index INTEGER NOT NULL,
  PRIMARY KEY (token, event_index)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE events_text USING fts5 (
  body, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii'
);

CREATE TABLE presence_changes (
  ledger_index INTEGER PRIMARY KEY,
  event_index INTEGER NOT NULL REFERENCES events (ledger_index),
  change INTEGER NOT NULL,
  at INTEGER NOT NULL,
  replaced_by INTEGER
) STRICT;
CREATE INDEX presence_changes_by_event ON presence_changes (event_index);

CREATE TABLE cursors (
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  source INTEGER NOT NULL,
  cursor TEXT NOT NULL,
  moved_at INTEGER NOT NULL,
  first_caught_up_at INTEGER,
  PRIMARY KEY (device_no, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
  ledger_index INTEGER PRIMARY KEY,
  alert_id TEXT NOT NULL UNIQUE,
  event_index INTEGER NOT NULL REFERENCES events (ledger_index),
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  rule_id TEXT NOT NULL,
  severity INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  status INTEGER NOT NULL,
  last_change INTEGER,
  UNIQUE (event_index, rule_id)
) STRICT;
CREATE INDEX alerts_by_device ON alerts (device_no);
CREATE INDEX alerts_by_status ON alerts (status);
CREATE INDEX alerts_by_status_and_device ON alerts (status, device_no);
CREATE INDEX alerts_open ON alerts (severity, device_no) WHERE status = 1;

CREATE TABLE alert_changes (
  ledger_index INTEGER PRIMARY KEY,
  alert_index INTEGER NOT NULL REFERENCES alerts (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  from_status INTEGER NOT NULL,
  to_status INTEGER NOT NULL,
  note TEXT
) STRICT;
CREATE INDEX alert_changes_by_alert ON alert_changes (alert_index);

CREATE TABLE alert_outbox (
  alert_index INTEGER PRIMARY KEY REFERENCES alerts (ledger_index)
) STRICT;

CREATE TABLE audit (
  ledger_index INTEGER PRIMARY KEY,
  audit_id INTEGER NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  reason TEXT,
  outcome TEXT NOT NULL
) STRICT;

CREATE TABLE commands (
  ledger_index INTEGER PRIMARY KEY,
  command_id TEXT NOT NULL UNIQUE,
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  verb TEXT NOT NULL,
  parameters TEXT NOT NULL,
  reason TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  last_change INTEGER
) STRICT;
CREATE INDEX commands_by_device ON commands (device_no);
-- queued, sent, not_now, unknown: what the queue works on
CREATE INDEX commands_open ON commands (device_no) WHERE state IN (1, 2, 5, 6);

CREATE TABLE command_changes (
  ledger_index INTEGER PRIMARY KEY,
  command_index INTEGER NOT NULL REFERENCES commands (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  from_state INTEGER NOT NULL,
  to_state INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  next_try_at INTEGER,
  result TEXT
) STRICT;
CREATE INDEX command_changes_by_command ON command_changes (command_index);
