"""The daemon towards consoles of other machines: off unless configured.

Reading order:
- who may come in: `register` (the paired consoles, in memory) and the `desk` behind `/v1/consoles`
- the port: `tls` → `acceptor` (bounded) → `door` (when it is open, and announced)
- joining: `invitations` → `pairing_wire` → `pairing_port`; on the other machine `joining`
"""
