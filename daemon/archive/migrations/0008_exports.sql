-- Exports with two people: who asked for what, who decided, what was handed over. The state is what the last change says;
-- nothing here is ever updated. A customer's number is a token under the store's key and a masked form for the eye.

CREATE TABLE exports (
  ledger_index INTEGER PRIMARY KEY,
  export_id TEXT NOT NULL UNIQUE,
  asked_at INTEGER NOT NULL,
  asked_by TEXT NOT NULL,
  asked_uid INTEGER NOT NULL,
  case_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  scope TEXT NOT NULL,
  disclosure TEXT NOT NULL,
  records INTEGER NOT NULL CHECK (records >= 0),
  conversations INTEGER NOT NULL,
  phones INTEGER NOT NULL,
  indexes_sha256 BLOB NOT NULL CHECK (length(indexes_sha256) = 32),
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE export_changes (
  ledger_index INTEGER PRIMARY KEY,
  export_index INTEGER NOT NULL REFERENCES exports (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  actor_uid INTEGER,
  to_state INTEGER NOT NULL,
  reason TEXT,
  expires_at INTEGER,
  bundle_id TEXT,
  manifest_sha256 BLOB
) STRICT;
CREATE INDEX export_changes_by_export ON export_changes (export_index);
