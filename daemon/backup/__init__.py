"""Backups: pieces of sealed files stored once, a signed list of them for each snapshot, restore and drill."""
