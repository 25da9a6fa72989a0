-- Shop-held PINs of phones, sealed under a key of the phone's own. Not in the ledger: forgetting a PIN removes its row and
-- its key. That one was made, took, was shown or forgotten, and why, is in the audit.

CREATE TABLE pins (
  pin_id INTEGER PRIMARY KEY,
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
  origin INTEGER NOT NULL,
  is_doubtful INTEGER NOT NULL,
  key_no INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  verified_at INTEGER
) STRICT;
CREATE UNIQUE INDEX pins_one_of_each ON pins (device_no, state) WHERE state < 3;
CREATE INDEX pins_by_device ON pins (device_no);
