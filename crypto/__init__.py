"""Keys, the encrypted database file, blind indexes and the tamper-evident ledger. Knows bytes and rows, no domain types."""
