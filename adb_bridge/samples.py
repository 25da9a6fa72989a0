"""How an error names what a phone said without repeating it."""

import hashlib


def sample_hash(sample: bytes) -> str:
    """SHA-256 in hex: equal answers can be recognised, none can be read."""
    return hashlib.sha256(sample).hexdigest()
