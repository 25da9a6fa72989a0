-- Actions that followed a finding by themselves, and every step of each up to its undoing: what a crash, a restart or a phone
-- that is away leaves half done is found here. Both are in the ledger and stay.

CREATE TABLE intercepts (
  ledger_index INTEGER PRIMARY KEY,
  intercept_id TEXT NOT NULL UNIQUE,
  alert_id TEXT NOT NULL,
  -- which of the rule's actions
  action TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  device TEXT NOT NULL,
  kind INTEGER NOT NULL,
  app TEXT,
  minutes INTEGER,
  words TEXT,
  begun_at INTEGER NOT NULL,
  due_at INTEGER,
  UNIQUE (alert_id, action)
) STRICT;
CREATE INDEX intercepts_by_device ON intercepts (device, begun_at);

CREATE TABLE intercept_steps (
  ledger_index INTEGER PRIMARY KEY,
  intercept_index INTEGER NOT NULL REFERENCES intercepts (ledger_index),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  step INTEGER NOT NULL,
  code TEXT NOT NULL
) STRICT;
CREATE INDEX intercept_steps_by_intercept ON intercept_steps (intercept_index, ledger_index);

CREATE TABLE intercept_switch (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  is_off INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
