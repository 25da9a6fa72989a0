"""The command line: a client of the daemon that scripts can depend on.

Reading order:
- `parser` → `dispatch` → one module for each group of subcommands with a `context`: `devices`, `pairing`, `events`,
  `attachments`, `imports`, `alerts` (`alert_change`), `oversight`, `doctor` (with `local_checks`), `demo`
- subcommands with their arguments in a file of their own: `rooms` → `alert_arguments`, `show_arguments`,
  `figure_arguments`, `setup_arguments`, `web_arguments`, `completion_arguments` → `completion`; what they share:
  `numbers`, `request_keys`
- what needs keys, rules or phones at hand: `hand_over`; how the console itself starts: `console_options`
- telling phones something: `ordering`, how it ended `command_ends`; what was told: `command_lists`, `command_changes`
  (`command_arguments`)
- events: `events`, `timeline` (`event_arguments`)
- exports: `exports` (`exports_arguments`); files that are whole or not there: `new_file`
- people's rights: `requests`, `documents` (`requests_arguments`)
- evidence: `prove`, `heads`, `heads_print` (`proof_arguments`, `proof_files`)
- keys: `keys` (`keys_arguments`); PINs that the shop holds: `pins` (`pin_arguments`);
  erasing phones: `wipes` (`wipe_arguments`)
- a closed vault: `unlock`; how long things stay: `retention` (`retention_arguments`)
- the archive looked through again: `rescans` (`rescans_arguments`)
- alerts to people elsewhere: `delivery` (`delivery_arguments`)
- employees and those who leave: `employees` (`employees_arguments`), `leavings`, `leaving_report`
- actions that follow a finding: `intercepts` (`intercept_arguments`)
- consoles of other machines: `consoles` (`consoles_arguments`)
- rules: `policies`, `rules` (`rule_arguments`); over time: `figures`
- first setup and the console in a browser: `setup`, `web`
- phones brought into service from a plan: `provision` on `plan_files`, shown by `provision_display`, kept by
  `provision_report`; on the bench: `provision_bench`, `provision_walk`; what a plan may say: `provision_texts`
  (`provision_arguments`)
- copies: `backups` (`backup_arguments`)
- printing: `output`, `table`, `times`, `moments`; what a phone permits: `capability_table`
"""
