-- Ids of events are random: a B-tree over them cost as much as all the rest of an insert. They are terms of the full-text
-- index now (daemon/archive/event_ids.py), which appends; the table is made anew without the constraint. Runs with
-- foreign keys off, which `migrate` checks afterwards.

CREATE TABLE events_anew (
  ledger_index INTEGER PRIMARY KEY,
  event_id BLOB NOT NULL CHECK (length(event_id) = 16),
  device_no INTEGER NOT NULL REFERENCES devices (device_no),
  kind INTEGER NOT NULL,
  source INTEGER NOT NULL,
  source_key ANY NOT NULL,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  direction INTEGER NOT NULL,
  conversation_no INTEGER REFERENCES conversations (conversation_no),
  is_current INTEGER NOT NULL,
  presence_change INTEGER,
  key_no INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;

INSERT INTO events_anew (ledger_index, event_id, device_no, kind, source, source_key, occurred_at, received_at, direction,
                         conversation_no, is_current, presence_change, key_no, sealed)
SELECT ledger_index, event_id, device_no, kind, source, source_key, occurred_at, received_at, direction,
       conversation_no, is_current, presence_change, key_no, sealed
FROM events ORDER BY ledger_index;

DROP TABLE events;
ALTER TABLE events_anew RENAME TO events;

CREATE INDEX events_by_key ON events (device_no, source, source_key, is_current);
CREATE INDEX events_by_device ON events (device_no);
CREATE INDEX events_by_time ON events (occurred_at);
CREATE INDEX events_by_conversation ON events (conversation_no) WHERE conversation_no IS NOT NULL;
CREATE INDEX events_by_conversation_time ON events (conversation_no, occurred_at) WHERE conversation_no IS NOT NULL;
CREATE INDEX events_by_rare_kind ON events (kind) WHERE kind <> 1;
CREATE INDEX events_by_rare_kind_and_device ON events (kind, device_no) WHERE kind <> 1;
