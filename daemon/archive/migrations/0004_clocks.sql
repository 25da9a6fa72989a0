-- A phone's clock against ours, whenever it changed: jumps, drift, time zones. Every row is in the ledger.

CREATE TABLE phone_clocks (
  ledger_index INTEGER PRIMARY KEY,
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  read_at INTEGER NOT NULL,
  offset_ms INTEGER NOT NULL,
  utc_offset_min INTEGER
) STRICT;
CREATE INDEX phone_clocks_by_device ON phone_clocks (device_no);
