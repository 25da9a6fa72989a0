"""The encrypted archive: schema, migrations, the one writer, the readers.

Reading order:
- the door: `archive` (tuned by `settings`); what goes in: `drafts`, what comes out: `records`, what is refused:
  `errors`
- writing: `writer` → `transaction` → `ingest` (beside `known_rows`; `preparing` ahead of its turn), `enrolments`,
  `alerts` (`alert_life`), `commands` (`command_book`, `command_rows`), `audit_trail`, `fleet_records`, `connections`,
  `pairs`, `clocks` (each a `book`);
  what became of a row: `presence`; records under the key of their class and week: `content`, `entry_content`,
  `data_classes`
- people's rights: `requests` by `request_steps`, `privacy`, `subjects` (whom names and numbers mean: `people`),
  `documents`, over: `closed_rows`; all books: `books`
- on the disk: `schema`, `migrations/`, `data_steps`, `codes`, `identifiers`, `rows`, `space`; of older versions:
  `sealing`; a log that is damaged: `lost_log`; keys of another store: `own_keys`
- reading: `readers` → `event_queries` (`event_ids`, `event_conditions`), `search` (`fulltext`), `stream`, `imports`
  (what is here already)
- judging: what was said before a message: `neighbours`; alerts as they are raised: `raising`, later than their event:
  `rescans`; on their way to people: `deliveries` of `delivery_records`
- searching: `indexing` (`facets`, `fulltext`); backtracking: `timeline` on `timeline_streams` and `phone_time`
- exports: `exports` by `export_steps` over an `export_scope`
- what goes: `deletions` by `erasing`, unless `holds`, with `retention_clock`; checked by `deletion_check`
- the keyring as it was seen: `key_changes`; shop-held PINs: `pins`; wipes: `wipes`; employees who leave:
  `leaving_rows`, `leavings`, who looks after a conversation: `ownership`;
  actions that followed a finding: `intercepts`; consoles of other
  machines: `consoles`
- phones brought into service from a plan: `provisioning`; for plots: `figures`
- copies: `backups`; what a restore has to forget again: `forgetting`
- evidence: `ledger_kinds`, `ledger_book`, of many records `evidence`; checked again: `verify`, `state_check`,
  `head_check`, `record_check` (`event_check`), `page_check`, `index_check`, a little at a time: `scrub`; what the
  ledger does not hold: `table_sums`, checked by `table_check`, and of the index a sample by `index_sample`
- proofs: `proving` on `tile_store`; heads outside: `witnessings`, compared by `head_history`
"""
