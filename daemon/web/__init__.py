"""People who come by the web: accounts of the configuration, sessions in memory.

Reading order: `passwords` (how they are kept) → `sessions` (who is in) → `desk` (logging in and out, audited).
What a session may do is decided where all callers are: `daemon/roles.py`.
"""
