-- Backups made, drills and restores: what an archive knows of its copies. One ledgered row each.

CREATE TABLE backups (
  ledger_index INTEGER PRIMARY KEY,
  what INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  place_id TEXT NOT NULL,
  snapshot INTEGER NOT NULL,
  ledger_size INTEGER NOT NULL,
  root BLOB NOT NULL,
  known_size INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  new_bytes INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  problem TEXT
) STRICT;
CREATE INDEX backups_by_what ON backups (what, ledger_index);
