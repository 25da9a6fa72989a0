-- Sums over the tables that the ledger does not hold, with how often they changed, and what they were when each head was
-- signed (daemon/archive/table_sums.py).

ALTER TABLE archive_state ADD COLUMN sums_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE archive_state ADD COLUMN sums BLOB;
ALTER TABLE heads ADD COLUMN sums_version INTEGER;
ALTER TABLE heads ADD COLUMN sums BLOB;
