"""The local API's server side.

Reading order:
- coming in: `listener`, `identity` (who calls), `server`, `rate_limit`; files: `upload`
- the table of routes: `routes`, made of `call` and `table`; what each does: `handlers`, `connecting`, `importing`,
  `exports_routes`, `timeline_routes`
- routes of an alert's life: `alert_routes`; of figures over time: `figure_routes`
- routes of web sessions: `web_routes`; of consoles of other machines: `console_routes`
- routes of proofs and heads: `proofs_routes`; of batches and of decisions about commands: `command_routes`
- routes of the ways into the vault: `keys_routes`; of shop-held PINs: `pin_routes`, of wipes `wipe_routes`
- routes of employees who leave: `leaving_routes`; of actions that follow a finding: `intercept_routes`
- routes of provisioning: `provisioning_routes`
- routes of backups: `backup_routes`; of keeping and deleting: `retention_routes`
- routes of alert delivery: `delivery_routes`
- routes of re-scans: `rescan_routes`; of rules: `policy_routes`
- routes about people's rights: `requests_routes`, `documents_routes`
- going out: `answers`, `errors`, `download`, `bundle_download`, `stream`; for people: `openapi`
"""
