"""A simulated Android phone that the real adb server connects to, for demos, trainings, tests and policy trials.

Reading order:
- one phone: `phone` (the cable side) → `wire/` → `userland/` → `handset` (the phone without its cable), `spec`
- what it holds: `store`, `rows`, `providers/`, `files`, `history`, `settings`, `properties`, `packages`, `apps`
- what happens on it: `power`, `foreground`, `notifications`, `event_log`, `pipes`
- trouble: `faults`, `faulty`; what hosts asked: `journal`
- many phones: `scenario` (read with `toml_table`, told with `wording`), `fleet`, `director`, `__main__`
"""
