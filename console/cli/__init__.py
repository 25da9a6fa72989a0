"""The command line: a client of the daemon that scripts can depend on.

Reading order:
- `parser` → `dispatch` → one module for each group of subcommands with a `context`: `devices`, `pairing`, `events`,
  `attachments`, `imports`, `alerts`, `commands`, `oversight`, `doctor` (with `local_checks`), `demo`
- what needs keys, rules or phones at hand: `hand_over`
- printing: `output`, `table`, `times`; what a phone permits: `capability_table`
"""
