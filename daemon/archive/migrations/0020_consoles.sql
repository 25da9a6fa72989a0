-- Consoles of other machines and the daemon's identity towards them, sealed under a key of its own. Not in the ledger: who
-- paired, renewed or revoked one is in the audit.

CREATE TABLE lan_identity (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  sealed BLOB NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE paired_consoles (
  console_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  employee TEXT,
  spki BLOB NOT NULL UNIQUE,
  paired_at INTEGER NOT NULL,
  paired_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  last_seen_at INTEGER,
  revoked_at INTEGER,
  revoked_by TEXT
) STRICT, WITHOUT ROWID;
