-- Requests of the people whom records are about. Their state is what the last change says: nothing here is ever updated.
-- A customer's number is a token under the store's key and a masked form for the eye.

CREATE TABLE requests (
  ledger_index INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  subject_kind INTEGER NOT NULL,
  subject TEXT NOT NULL,
  subject_token BLOB,
  received_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  channel TEXT NOT NULL,
  note TEXT,
  recorded_at INTEGER NOT NULL,
  recorded_by TEXT NOT NULL
) STRICT;

CREATE TABLE request_changes (
  ledger_index INTEGER PRIMARY KEY,
  request_index INTEGER NOT NULL REFERENCES requests (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  step INTEGER NOT NULL,
  to_state INTEGER NOT NULL,
  body TEXT,
  assignee TEXT,
  due_at INTEGER,
  outcome INTEGER,
  reference TEXT
) STRICT;
CREATE INDEX request_changes_by_request ON request_changes (request_index);

-- What a person says is right, beside the record as it was collected.
CREATE TABLE corrections (
  ledger_index INTEGER PRIMARY KEY,
  event_index INTEGER NOT NULL,
  request_index INTEGER NOT NULL REFERENCES requests (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX corrections_by_event ON corrections (event_index);

-- Peers and conversations of which nothing is collected any more; the last row of a token holds.
CREATE TABLE privacy_marks (
  ledger_index INTEGER PRIMARY KEY,
  token BLOB NOT NULL CHECK (length(token) = 16),
  is_conversation INTEGER NOT NULL CHECK (is_conversation IN (0, 1)),
  is_private INTEGER NOT NULL CHECK (is_private IN (0, 1)),
  request_index INTEGER REFERENCES requests (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX privacy_marks_by_token ON privacy_marks (token);

-- Impact assessments, notices and incidents: each step a row, the text of a version in the row that brought it.
CREATE TABLE documents (
  ledger_index INTEGER PRIMARY KEY,
  document INTEGER NOT NULL,
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  title TEXT,
  body TEXT,
  facts TEXT NOT NULL
) STRICT;
CREATE INDEX documents_by_name ON documents (document, name);
