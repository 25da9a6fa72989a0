"""Keys, the encrypted database, blind indexes, the tamper-evident ledger. Knows bytes and rows, no domain types.

Reading order:
- keys: `secrets` (what opens) → `keyring`, `slots` → `keys` (what is derived)
- the database: `database`, `opening`, `sqlcipher`; tokens to look things up by: `blind_index`
- the ledger: `merkle` → `checkpoints`, `notes` → `head_log`; all heads in one place: `heads`
- files of any size, sealed: `sealed_keys` → `sealed_parts` (what is on the disk, reading) → `sealed_writer`
- everywhere: `errors`, `atomic_file`
"""
