"""Tokens that stand for a value in an index: equal values, equal tokens, and nothing else without the key.

Whoever holds the key can try every phone number in hours; keep it where the content's key is.
"""

import hashlib
import hmac
from typing import Final

from .keys import SecretKey, expand

TOKEN_BYTES: Final = 16


class BlindIndex:
    """HMAC-SHA256 under a key of its own for each field, cut to 16 bytes."""

    __slots__ = ("_field_keys", "_key")

    def __init__(self, key: bytes) -> None:
        """`key`: `RootKey.derive(Purpose.BLIND_INDEX)`."""
        self._key = SecretKey(key)
        self._field_keys: dict[str, SecretKey] = {}

    def token(self, field: str, canonical: str) -> bytes:
        """16 bytes for `canonical`, which the caller has brought into its one form (E.164 for numbers).

        The same value in another field has an unrelated token. ValueError when `field` is not ASCII or holds a NUL.
        """
        content = f"{field}\0{canonical}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key_of(field), content, hashlib.sha256)[:TOKEN_BYTES]

    def token_of_bytes(self, field: str, content: bytes) -> bytes:
        """As `token`, of bytes as they are. A field takes texts or bytes, not both. ValueError as `token`."""
        return hmac.digest(self._field_keys.get(field) or self._key_of(field), content, "sha256")[:TOKEN_BYTES]

    def _key_of(self, field: str) -> SecretKey:
        key = self._field_keys.get(field)
        if key is None:
            if not field.isascii() or "\0" in field:
                raise ValueError("a field's name is ASCII without NUL")
            key = self._field_keys[field] = expand(self._key, salt=b"", info=f"shopwarden/blind-index/{field}")
        return key

    def __repr__(self) -> str:
        return "BlindIndex(<hidden>)"
