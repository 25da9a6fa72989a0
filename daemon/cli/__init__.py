"""Subcommands of `shopwardend`: what needs keys, rules or phones at hand. Each is imported only when it is called.

Reading order:
- `parser` → one module for each subcommand: `init`, `run` (`standing`), `check_config`, `verify`, `scan`, `mask`,
  `policy` (`policy_arguments`: `policy_check`, `policy_explain`), `verify_bundle` (`bundle_arguments`),
  `keys` (with `keys_arguments`: `keys_slots`, `keys_recovery`, `keys_escrow`)
- people in a browser: `web_account`; shops on other machines: `connect_shop`, `shops` (`shop_arguments`)
- a service of the machine: `install_service`, `adb_server`, `upgrade`, `config_reference` (`service_arguments`)
- evidence: `verify_proof`, `verify_ack`, `heads`, `heads_rebuild`, `cosign`, `reindex` (`proof_arguments`)
- copies: `backup`, `backup_list`, `backup_drill`, `restore` (`backup_arguments`, `backup_support`)
- shared: `narration` (the only place that prints), `jsonl` (lines in, lines out), `secret_input`, `stopped` (a vault
  that no daemon has), `template`
"""
