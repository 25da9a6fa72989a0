-- Who was behind which connection. Not part of the ledger: forgotten connections cost a new look, nothing else.

CREATE TABLE connections (
  name TEXT PRIMARY KEY,
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  carrier INTEGER NOT NULL,
  install_mark TEXT,
  last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX connections_by_device ON connections (device_no);
