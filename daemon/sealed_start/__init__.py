"""Collecting before anybody has unlocked the vault: to a public key, merged when the vault is open.

Reading order: `roster` (what the open vault leaves for the time when it is closed), `collecting` (phones read with
nothing but that), `batches` and `blobs` (what is read, sealed), `gate` (the API while the vault is closed), `merging`
(what was sealed, into the archive).
"""
