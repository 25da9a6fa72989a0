"""The daemon's contract with its clients: wire types, error codes, exit codes, texts and the client itself.

Reading order:
- what goes over the wire: `wire_base` → `wire` (`wire_devices`, `wire_events`, `wire_commands`), `requests`,
  `connecting`, `importing`, `exports` (`exports_client`), `timeline` (`timeline_client`)
- people's rights: `rights`, `me`, `documents` (`rights_client`)
- proofs and heads: `proofs` (`proofs_client`)
- keeping and deleting: `retention` (`retention_client`)
- of the ways into the vault: `keys` (`keys_client`), while it is closed `unlocking` (`unlocking_client`)
- commands for several phones, and decisions about commands: `batches` (`commands_client`)
- shop-held PINs: `pins` (`pins_client`); wipes: `wiping` (`wiping_client`)
- employees who leave: `leaving` (`leaving_client`); actions that follow a finding: `intercept` (`intercept_client`)
- the archive looked through again: `rescans` (`rescans_client`)
- of rules: `policy` (`policy_client`), where they come from `rule_state` (`rule_state_client`)
- an alert's life: `alert_life` (`alert_life_client`); figures over time: `figures` (`figures_client`)
- alerts to people elsewhere: `delivery` (`delivery_client`)
- people who come by the web: `web` (`web_client`); who did what: `audit_client`
- phones brought into service: `provisioning` (`provisioning_client`), the plan: `provision_plan`, from its files by
  `plan_text` on `plan_lines` and by `plan_people`
- consoles of other machines: `consoles` (`consoles_client`)
- of backups: `backups` (`backups_client`)
- the client: `client` on `transport` and `sse`, what the files of calls need of it `calling`, `query_text`; its link:
  `links`; where the daemon is: `socket_path`, `state_dir`, or a shop elsewhere: `shops` → `shop_link` on `shop_tls`,
  `spki`
- what people and scripts get: `texts` (`words`, `verify_words`), `errors`, `exit_codes`
"""
