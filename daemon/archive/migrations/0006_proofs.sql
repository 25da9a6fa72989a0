-- Roots of every 256, 65,536, 16,777,216 leaves: a cache that makes proofs fast, filled at the next opening, checked by
-- verify. Witnessings are ledgered: that a head left the box, or that one came back that does not fit.

CREATE TABLE ledger_tiles (
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE witnessings (
  ledger_index INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  way INTEGER NOT NULL,
  witness TEXT NOT NULL,
  witness_at INTEGER,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  outcome TEXT NOT NULL,
  actor TEXT NOT NULL,
  note TEXT
) STRICT;
