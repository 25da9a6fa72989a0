-- Commands for several phones at once, and what of a command is not in its own record: by whom it goes before others,
-- whether another person has to agree, what the phone was told step by step, and the keys that make asking twice ask once.

CREATE TABLE command_batches (
  ledger_index INTEGER PRIMARY KEY,
  batch_id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  verb TEXT NOT NULL,
  parameters TEXT NOT NULL,
  reason TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  -- JSON [[serial, command id or null, why it has none or null], ...], final
  targets TEXT NOT NULL
) STRICT;

CREATE TABLE command_orders (
  command_index INTEGER PRIMARY KEY REFERENCES commands (ledger_index),
  batch_index INTEGER REFERENCES command_batches (ledger_index),
  requested_uid INTEGER,
  priority INTEGER NOT NULL,
  -- 0 needs none, 1 awaited, 2 given
  approval INTEGER NOT NULL
) STRICT;
CREATE INDEX command_orders_by_batch ON command_orders (batch_index) WHERE batch_index IS NOT NULL;

CREATE TABLE command_keys (
  asked_by TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_sha256 BLOB NOT NULL,
  command_index INTEGER REFERENCES commands (ledger_index),
  batch_index INTEGER REFERENCES command_batches (ledger_index),
  PRIMARY KEY (asked_by, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX command_keys_by_command ON command_keys (command_index) WHERE command_index IS NOT NULL;
CREATE INDEX command_keys_by_batch ON command_keys (batch_index) WHERE batch_index IS NOT NULL;

CREATE TABLE command_traces (
  change_index INTEGER PRIMARY KEY REFERENCES command_changes (ledger_index),
  -- JSON [[step, code, exit code or null, SHA-256 of stderr or null], ...]
  steps TEXT NOT NULL
) STRICT;
