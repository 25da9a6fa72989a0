-- What became of a wipe, step by step, each on the disk before the phone is told of it: a daemon that is killed in between
-- goes on from here. Rows stay: they are the proof of what was erased, by whose order and how that was verified.

CREATE TABLE wipe_steps (
  ledger_index INTEGER PRIMARY KEY,
  command_id TEXT NOT NULL,
  device TEXT NOT NULL,
  at INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  code TEXT NOT NULL,
  facts TEXT NOT NULL
) STRICT;
CREATE INDEX wipe_steps_by_command ON wipe_steps (command_id, ledger_index);
