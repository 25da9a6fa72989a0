"""Keys, the encrypted database, blind indexes, the tamper-evident ledger. Knows bytes and rows, no domain types."""
