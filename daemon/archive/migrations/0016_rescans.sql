-- Archives looked through with other rules: what was asked, by whom, how far it is. What it finds are alerts like all
-- others; that it was asked, how it ended and why is in the audit.

CREATE TABLE rescans (
  rescan_id TEXT PRIMARY KEY,
  asked_at INTEGER NOT NULL,
  asked_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  scope TEXT NOT NULL,
  old_version TEXT NOT NULL,
  new_version TEXT NOT NULL,
  state INTEGER NOT NULL,
  up_to INTEGER NOT NULL,
  position INTEGER NOT NULL,
  events INTEGER NOT NULL,
  done INTEGER NOT NULL,
  found INTEGER NOT NULL,
  ended_at INTEGER,
  ended_by TEXT
) STRICT, WITHOUT ROWID;
