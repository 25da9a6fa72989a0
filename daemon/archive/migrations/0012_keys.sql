-- What changed about the ways into the keyring: new root keys, ways added and removed, also those that the daemon only
-- found changed.

CREATE TABLE key_changes (
  ledger_index INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  change INTEGER NOT NULL CHECK (change BETWEEN 1 AND 3),
  generation INTEGER NOT NULL CHECK (generation >= 1),
  slot_id TEXT,
  slot_kind TEXT,
  reason TEXT
) STRICT;
CREATE INDEX key_changes_by_slot ON key_changes (slot_id) WHERE slot_id IS NOT NULL;
