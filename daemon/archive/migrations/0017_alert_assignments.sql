-- Who looks after an alert, each time that was said; the last row of an alert is what holds, NULL is nobody.

CREATE TABLE alert_assignments (
  ledger_index INTEGER PRIMARY KEY,
  alert_index INTEGER NOT NULL REFERENCES alerts (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  assignee TEXT
) STRICT;
CREATE INDEX alert_assignments_by_alert ON alert_assignments (alert_index);
