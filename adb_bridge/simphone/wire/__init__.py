"""The device side of the ADB protocol over TCP: packets, authentication, TLS, streams and services.

Reading order:
- on the wire: `packets`, `sockets`
- a host comes in: `handshake` with `auth` (the classic key) or `tls_start` → `tls`
- what it opens: `link` → `streams` → `services`, among them `shell_v2` and `sync`
- a host becomes known: `pairing` on `spake2` on `edwards`
"""
