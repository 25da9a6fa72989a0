-- Employees who leave: what was asked for, every step that was taken, from when a phone is not collected from any more, and
-- who looks after a conversation. Steps and leavings are in the ledger and stay.

CREATE TABLE leavings (
  ledger_index INTEGER PRIMARY KEY,
  leaving_id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  employee TEXT NOT NULL,
  -- JSON [name, ...]
  recipients TEXT NOT NULL,
  reason TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_role TEXT NOT NULL,
  freeze_at INTEGER NOT NULL,
  return_at INTEGER NOT NULL,
  -- JSON [[serial, ledger index of the enrolment], ...], final
  phones TEXT NOT NULL
) STRICT;

CREATE TABLE leaving_steps (
  ledger_index INTEGER PRIMARY KEY,
  leaving_index INTEGER NOT NULL REFERENCES leavings (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  step INTEGER NOT NULL,
  -- a serial, a name, an alert, an item of the list
  item TEXT NOT NULL,
  code TEXT NOT NULL,
  facts TEXT NOT NULL
) STRICT;
CREATE INDEX leaving_steps_by_leaving ON leaving_steps (leaving_index, ledger_index);

-- from `stops_at` on nothing under this enrolment is written, whatever else the program does
CREATE TABLE capture_stops (
  enrolment_index INTEGER PRIMARY KEY,
  leaving_index INTEGER NOT NULL,
  stops_at INTEGER NOT NULL
) STRICT;

-- the newest row of a conversation holds; '' is whoever has the phone
CREATE TABLE conversation_owners (
  conversation_no INTEGER NOT NULL,
  since_index INTEGER NOT NULL REFERENCES leaving_steps (ledger_index),
  owner TEXT NOT NULL,
  PRIMARY KEY (conversation_no, since_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_owners_by_owner ON conversation_owners (owner);
CREATE INDEX conversation_owners_by_step ON conversation_owners (since_index);
