"""The root key and the purpose keys made from it. A key never shows itself: no repr, no str, no pickle, no copy."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NewType, NoReturn

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32

StoreId = NewType("StoreId", str)
"""32 hexadecimal digits, random, made with the keyring; public."""


class Purpose(StrEnum):
    """What a derived key is for. A value is part of the derivation: changing one makes existing data unreadable."""

    ARCHIVE = "archive/v1"
    BLIND_INDEX = "blind-index/v1"
    LEDGER_COMMITMENT = "ledger-commitment/v1"
    CONVERSATION_TOKEN = "conversation-token/v1"  # noqa: S105
    LEDGER_SEED = "ledger-seed/v1"
    AUDIT = "audit/v1"
    MEDIA_SEAL = "media-seal/v1"
    MEDIA_NAME = "media-name/v1"
    BACKUP = "backup/v1"
    INBOX = "inbox/v1"
    LAN = "lan/v1"


class SecretKey(bytes):
    """Key bytes that can be used wherever bytes can, and do not appear when printed, formatted, logged or pickled."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret key>"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return format(repr(self), format_spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret key is not pickled or copied")


def expand(key: bytes, *, salt: bytes, info: str) -> SecretKey:
    """HKDF-SHA256 (RFC 5869) of `key`: 32 bytes bound to `salt` and `info`."""
    return SecretKey(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info.encode("ascii")).derive(key))


class RootKey:
    """A store's root: 256 random bits that every other key is derived from. Made and opened by `crypto.keyring`.

    Python cannot wipe memory: keep one RootKey in one process and let it go when it is not needed.
    """

    __slots__ = ("_root", "generation", "store_id")

    def __init__(self, root: bytes, *, store_id: StoreId, generation: int) -> None:
        """`root`: exactly 32 bytes. ValueError otherwise."""
        if len(root) != KEY_BYTES:
            raise ValueError(f"a root key has {KEY_BYTES} bytes")
        self._root = SecretKey(root)
        self.store_id = store_id
        self.generation = generation

    def derive(self, purpose: Purpose) -> SecretKey:
        """The 32-byte key for one purpose; the same for the same store and generation, unrelated to every other."""
        salt = f"{self.store_id}|{self.generation}".encode("ascii")
        return expand(self._root, salt=salt, info=f"shopwarden/{purpose.value}")

    def wrapped_by(self, wrap: Callable[[SecretKey], bytes]) -> bytes:
        """Hand the root to a slot's cipher and return what it made. The only way the root leaves this object."""
        return wrap(self._root)

    def __repr__(self) -> str:
        return f"RootKey(store_id={self.store_id!r}, generation={self.generation})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a root key is not pickled or copied")
