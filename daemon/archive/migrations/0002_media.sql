-- Which recording belongs to which call, every decision a ledgered row. The last row of a recording is what holds.

CREATE TABLE recording_pairs (
  ledger_index INTEGER PRIMARY KEY,
  recording_index INTEGER NOT NULL REFERENCES events (ledger_index),
  call_index INTEGER REFERENCES events (ledger_index),
  score INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  method TEXT NOT NULL
) STRICT;
CREATE INDEX recording_pairs_by_recording ON recording_pairs (recording_index);
CREATE INDEX recording_pairs_by_call ON recording_pairs (call_index) WHERE call_index IS NOT NULL;
