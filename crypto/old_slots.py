"""Slots of format 1, which wrapped the root by a key made from the secret itself: still read, no longer made.

`keyring.open_for_change` turns one into a slot of today when its secret is at hand, because a new root can only be
sealed to a public key.
"""

import hashlib
from typing import Annotated, Final, TypeAlias

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from .keys import KEY_BYTES, SecretKey, StoreId, expand
from .passphrases import SALT_BYTES, Argon2Kdf
from .slot_kinds import FORMAT, HkdfKdf, SlotKind

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_KINDS: Final = frozenset({SlotKind.PASSPHRASE, SlotKind.KEY_FILE, SlotKind.CREDENTIAL})

Kdf: TypeAlias = Argon2Kdf | HkdfKdf


class OldSlot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """AES-256-GCM-SIV (RFC 8452); associated data is format | slot id | kind | store id | generation."""

    slot_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    kind: SlotKind
    kdf: Kdf
    nonce: bytes
    wrapped: bytes
    checksum: str


def is_sound(slot: OldSlot, *, store_id: StoreId, generation: int) -> bool:
    """Everything has its size, the cost is bounded, and the checksum fits this store and generation."""
    sizes = (len(slot.kdf.salt), len(slot.nonce), len(slot.wrapped))
    return (
        sizes == (SALT_BYTES, _NONCE_BYTES, KEY_BYTES + _TAG_BYTES)
        and slot.kind in _KINDS
        and isinstance(slot.kdf, Argon2Kdf) == (slot.kind is SlotKind.PASSPHRASE)
        and (not isinstance(slot.kdf, Argon2Kdf) or slot.kdf.is_sound())
        and slot.checksum == checksum(slot, store_id, generation)
    )


def unwrap(slot: OldSlot, material: SecretKey, *, store_id: StoreId, generation: int) -> SecretKey | None:
    """The root key; None when `material` (the stretched passphrase, or the bytes of the file) is not this slot's."""
    key = (
        material if isinstance(slot.kdf, Argon2Kdf) else expand(material, salt=slot.kdf.salt, info="shopwarden/slot/v1")
    )
    try:
        return SecretKey(
            AESGCMSIV(key).decrypt(slot.nonce, slot.wrapped, _associated(slot.slot_id, slot.kind, store_id, generation))
        )
    except InvalidTag:
        return None


def checksum(slot: OldSlot, store_id: StoreId, generation: int) -> str:
    """32 hexadecimal digits of SHA-256 over everything in the slot and where it belongs: finds damage, not malice."""
    content = msgspec.json.encode(msgspec.structs.replace(slot, checksum=""))
    place = _associated(slot.slot_id, slot.kind, store_id, generation)
    return hashlib.sha256(place + b"\n" + content).hexdigest()[:32]


def _associated(slot_id: str, kind: SlotKind, store_id: StoreId, generation: int) -> bytes:
    return f"{FORMAT}/{_VERSION}|{slot_id}|{kind.value}|{store_id}|{generation}".encode("ascii")
