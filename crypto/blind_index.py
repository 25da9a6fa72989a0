"""Tokens that stand for a value in an index: equal values, equal tokens, and nothing else without the key.

Whoever holds the key can try every phone number in hours; keep it where the content's key is.
"""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from .keys import SecretKey, expand

TOKEN_BYTES: Final = 16


class BlindIndex:
    """HMAC-SHA256 under a key of its own for each field, cut to 16 bytes."""

    __slots__ = ("_fields", "_key")

    def __init__(self, key: bytes) -> None:
        """`key`: `RootKey.derive(Purpose.BLIND_INDEX)`."""
        self._key = SecretKey(key)
        self._fields: dict[str, HMAC] = {}
        """Keyed and nothing taken yet: copying one costs less than keying one."""

    def token(self, field: str, canonical: str) -> bytes:
        """16 bytes for `canonical`, which the caller has brought into its one form (E.164 for numbers).

        The same value in another field has an unrelated token. ValueError when `field` is not ASCII or holds a NUL.
        """
        return self.token_of_bytes(field, f"{field}\0{canonical}".encode("utf-8", "surrogatepass"))

    def token_of_bytes(self, field: str, content: bytes) -> bytes:
        """As `token`, of bytes as they are. A field takes texts or bytes, not both. ValueError as `token`."""
        mac = (self._fields.get(field) or self._keyed(field)).copy()
        mac.update(content)
        return mac.finalize()[:TOKEN_BYTES]

    def _keyed(self, field: str) -> HMAC:
        if not field.isascii() or "\0" in field:
            raise ValueError("a field's name is ASCII without NUL")
        key = expand(self._key, salt=b"", info=f"shopwarden/blind-index/{field}")
        mac = self._fields[field] = HMAC(key, SHA256())
        return mac

    def __repr__(self) -> str:
        return "BlindIndex(<hidden>)"
