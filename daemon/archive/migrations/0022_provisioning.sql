-- Runs of provisioning: the plan, and how each phone of it stands, so that a run goes on after any interruption. What
-- happened for good (acknowledgements, enrolments, commands, who confirmed what) is in the ledger.

CREATE TABLE provision_runs (
  run_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  plan TEXT NOT NULL,
  plan_sha256 TEXT NOT NULL,
  state INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  wait_s REAL NOT NULL,
  asked_by TEXT NOT NULL,
  asked_role TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE provision_phones (
  run_id TEXT NOT NULL REFERENCES provision_runs (run_id),
  place INTEGER NOT NULL,
  document TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, place)
) STRICT, WITHOUT ROWID;
