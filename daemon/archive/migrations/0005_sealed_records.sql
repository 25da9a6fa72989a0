-- What events and alerts say is sealed under the key of their class and week, so that forgetting is destroying a key; the
-- ledger's commitments hide what they are to. Rows of before are sealed by daemon/archive/sealing.py, which then drops the
-- plain columns; their commitments stay as they were signed (opening of no bytes).
-- A deletion is a ledgered certificate; the entries it took carry its index.

ALTER TABLE ledger ADD COLUMN opening BLOB;
ALTER TABLE ledger ADD COLUMN deleted_by INTEGER;
UPDATE ledger SET opening = x'';

ALTER TABLE events ADD COLUMN key_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN sealed BLOB NOT NULL DEFAULT x'';
ALTER TABLE alerts ADD COLUMN key_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN sealed BLOB NOT NULL DEFAULT x'';

CREATE TABLE event_files (
  token BLOB NOT NULL,
  event_index INTEGER NOT NULL,
  PRIMARY KEY (token, event_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE deletions (
  ledger_index INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  cause TEXT NOT NULL,
  data_class TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  entries INTEGER NOT NULL CHECK (entries >= 0),
  first_index INTEGER,
  last_index INTEGER,
  indexes_sha256 BLOB NOT NULL CHECK (length(indexes_sha256) = 32),
  destroyed_keys TEXT NOT NULL
) STRICT;
