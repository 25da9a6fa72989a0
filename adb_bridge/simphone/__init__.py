"""A simulated Android phone that the real adb server connects to, for demos, trainings, tests and policy trials.

Reading order:
- one phone: `phone` (the cable side) → `wire/` → `userland/` → `handset` (the phone without its cable), `spec`
- what kind of phone: `profiles/` → `traits`, with `switches` and `recording_names`; `apps`, `properties`
- who gets in: `doors`, `trust`, `wireless`, `adb_qr`, `mdns`
- what it holds: `store`, `rows`, `mms`, `mms_rows`, `providers/`, `history`, `settings`, `packages`, `owner`
- its files: `files`, `file_entries`, `contents`, `watches`, `media`, `recordings`
- what happens on it: `power`, `audio`, `foreground`, `telephony`, `notifications`, `messengers`, `event_log`, `pipes`
- trouble: `faults`, `faulty`; at program calls `command_faults`, `fault_plan`; what hosts asked: `journal`
- many phones: `scenario` (read with `toml_table`, told with `wording`), `fleet`, `director`, `__main__`
"""
