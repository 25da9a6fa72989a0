"""Keys, the encrypted database, blind indexes, the tamper-evident ledger. Knows bytes and rows, no domain types.

Reading order:
- keys: `secrets`, `passphrases`, `shares`, `escrow` (what opens) → `keyring` → `slots`, `slot_kinds`, `old_slots`,
  `recipients` (who the root is sealed to), `keyring_file`, `shred` (the file) → `keys` (what is derived),
  `vault_keys`, `data_keys` (what is random, and forgotten on purpose)
- the database: `database`, `opening`, `sqlcipher`; beside SQLite: `held_file`, `log_file`; tokens to look things up by:
  `blind_index`; records under a key of their own: `record_seal`
- the ledger: `merkle` → `checkpoints`, `notes` → `head_log`; all heads in one place: `heads`; proofs of large trees:
  `tiles`; witnesses outside: `cosignatures`, `witnessing`
- files of any size, sealed: `age_file` → `sealed_keys` → `sealed_parts` (what is on the disk, reading) →
  `sealed_writer`
- consoles of other machines: `pairing_code` → `console_pairing`; `console_certs`
- copies of a store: `backup_keys`
- everywhere: `errors`, `atomic_file`, `aside`; libraries inside of others: `embedded`
"""
