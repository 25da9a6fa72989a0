-- Legal holds, and what deleting leaves behind: which rows of a phone are not collected anew, which sealed files have to
-- go, which records were held over their period, and how far time was trusted.

CREATE TABLE holds (
  ledger_index INTEGER PRIMARY KEY,
  hold_id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  until INTEGER NOT NULL,
  device TEXT,
  conversation TEXT,
  peer_token BLOB,
  peer_shown TEXT,
  employee TEXT,
  data_class TEXT,
  received_from INTEGER,
  received_to INTEGER,
  end_index INTEGER
) STRICT;

CREATE TABLE hold_ends (
  ledger_index INTEGER PRIMARY KEY,
  hold_index INTEGER NOT NULL UNIQUE REFERENCES holds (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

-- The phone may still have a row that the archive forgot: its key keeps it from being read as new, its token says that
-- the same content is meant. Nothing here tells the content to who lacks the store's keys.
CREATE TABLE forgotten (
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  source INTEGER NOT NULL,
  source_key ANY NOT NULL,
  token BLOB NOT NULL,
  PRIMARY KEY (device_no, source, source_key, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE held_over (
  event_index INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE doomed_files (
  sha256 TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE retention_clock (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  seen_at INTEGER NOT NULL,
  steady_s REAL NOT NULL,
  wait_ms INTEGER NOT NULL
) STRICT;
