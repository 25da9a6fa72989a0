"""The slots of a keyring file: what they look like on disk, and how each wraps the root key.

Format 1 (JSON, at most 64 KiB): a header (format, version, store_id, generation, checksum) and up to 8 slots. Every
slot carries a checksum of all that belongs to it, so that damage is told from a wrong key; secrecy rests on
AES-256-GCM-SIV (RFC 8452), whose associated data is format | slot id | kind | store id | generation.
"""

import hashlib
import secrets as randomness
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, TypeAlias, assert_never

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from .errors import CryptoErrorCode, KeyUnavailableError
from .keys import KEY_BYTES, RootKey, SecretKey, StoreId, expand
from .secrets import CredentialSecret, KeyFileSecret, PassphraseSecret, Secret, read_credential, read_key_file

FORMAT: Final = "shopwarden-keyring"
VERSION: Final = 1
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_MAX_WORK_KIB: Final = 4 * 1024 * 1024


class SlotKind(StrEnum):
    """Which secret a slot was made for. Key files and credentials with the same bytes open each other's slots."""

    PASSPHRASE = "passphrase"  # noqa: S105
    KEY_FILE = "key_file"
    CREDENTIAL = "credential"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Cost:
    """What a guess at a passphrase costs. The default takes 256 MiB and about 0.4 s on a 2-core box of 2025.

    Ranges: memory 64 KiB to 1 GiB, 1 to 10 iterations, 1 to 8 lanes, memory times iterations at most 4 GiB.
    """

    memory_kib: int = 256 * 1024
    iterations: int = 3
    lanes: int = 2

    def __post_init__(self) -> None:
        """ValueError outside the ranges."""
        fits = 64 <= self.memory_kib <= 1024 * 1024 and 1 <= self.iterations <= 10 and 1 <= self.lanes <= 8
        if not fits or self.memory_kib * self.iterations > _MAX_WORK_KIB:
            raise ValueError("Argon2 cost out of range")


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file: nothing missing, nothing more."""


class Argon2Kdf(_Strict, frozen=True, tag_field="name", tag="argon2id"):
    """How a passphrase slot makes its key. The bounds hold when reading: a hostile file cannot demand more."""

    salt: bytes
    memory_kib: Annotated[int, msgspec.Meta(ge=64, le=1024 * 1024)]
    iterations: Annotated[int, msgspec.Meta(ge=1, le=10)]
    lanes: Annotated[int, msgspec.Meta(ge=1, le=8)]


class HkdfKdf(_Strict, frozen=True, tag_field="name", tag="hkdf-sha256"):
    """How a key file's or credential's slot makes its key."""

    salt: bytes


Kdf: TypeAlias = Argon2Kdf | HkdfKdf


class Slot(_Strict, frozen=True):
    """One way to open the keyring. Public data: useless without the secret."""

    slot_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    kind: SlotKind
    kdf: Kdf
    nonce: bytes
    wrapped: bytes
    checksum: str


def seal(root: RootKey, secret: Secret, *, cost: Argon2Cost) -> Slot:
    """A new slot that `secret` opens. KeyUnavailableError when the secret cannot be read."""
    kind, kdf = _new_kdf(secret, cost)
    slot_id = randomness.token_hex(8)
    nonce = randomness.token_bytes(_NONCE_BYTES)
    associated = _associated(slot_id, kind, root.store_id, root.generation)
    cipher = AESGCMSIV(_wrapping_key(kdf, secret))
    wrapped = root.wrapped_by(lambda key: cipher.encrypt(nonce, key, associated))
    bare = Slot(slot_id=slot_id, kind=kind, kdf=kdf, nonce=nonce, wrapped=wrapped, checksum="")
    return msgspec.structs.replace(bare, checksum=_checksum(bare, root.store_id, root.generation))


def unseal(slot: Slot, secret: Secret, *, store_id: StoreId, generation: int) -> SecretKey | None:
    """The root key, or None when `secret` does not open this slot. KeyUnavailableError as in `seal`."""
    if not _fits(slot.kind, secret):
        return None
    associated = _associated(slot.slot_id, slot.kind, store_id, generation)
    try:
        return SecretKey(AESGCMSIV(_wrapping_key(slot.kdf, secret)).decrypt(slot.nonce, slot.wrapped, associated))
    except InvalidTag:
        return None


def decode_slot(raw: msgspec.Raw, *, store_id: StoreId, generation: int) -> Slot | None:
    """A slot as written, or None when it is damaged, out of bounds or of no known form."""
    try:
        slot = msgspec.json.decode(raw, type=Slot)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    sizes = (len(slot.kdf.salt), len(slot.nonce), len(slot.wrapped))
    if sizes != (_SALT_BYTES, _NONCE_BYTES, KEY_BYTES + _TAG_BYTES):
        return None
    if isinstance(slot.kdf, Argon2Kdf) != (slot.kind is SlotKind.PASSPHRASE):
        return None
    if isinstance(slot.kdf, Argon2Kdf) and slot.kdf.memory_kib * slot.kdf.iterations > _MAX_WORK_KIB:
        return None
    return slot if slot.checksum == _checksum(slot, store_id, generation) else None


def _fits(kind: SlotKind, secret: Secret) -> bool:
    return (kind is SlotKind.PASSPHRASE) == isinstance(secret, PassphraseSecret)


def _new_kdf(secret: Secret, cost: Argon2Cost) -> tuple[SlotKind, Kdf]:
    salt = randomness.token_bytes(_SALT_BYTES)
    match secret:
        case PassphraseSecret():
            kdf = Argon2Kdf(salt=salt, memory_kib=cost.memory_kib, iterations=cost.iterations, lanes=cost.lanes)
            return SlotKind.PASSPHRASE, kdf
        case KeyFileSecret():
            return SlotKind.KEY_FILE, HkdfKdf(salt=salt)
        case CredentialSecret():
            return SlotKind.CREDENTIAL, HkdfKdf(salt=salt)
        case _:
            assert_never(secret)


def _wrapping_key(kdf: Kdf, secret: Secret) -> SecretKey:
    match secret, kdf:
        case PassphraseSecret(), Argon2Kdf():
            return _argon2(secret, kdf)
        case KeyFileSecret(), HkdfKdf():
            return expand(read_key_file(secret), salt=kdf.salt, info="shopwarden/slot/v1")
        case CredentialSecret(), HkdfKdf():
            return expand(read_credential(secret), salt=kdf.salt, info="shopwarden/slot/v1")
        case _:
            raise AssertionError("decode_slot lets only fitting pairs through")


def _argon2(secret: PassphraseSecret, kdf: Argon2Kdf) -> SecretKey:
    derivation = Argon2id(
        salt=kdf.salt, length=KEY_BYTES, iterations=kdf.iterations, lanes=kdf.lanes, memory_cost=kdf.memory_kib
    )
    try:
        return SecretKey(derivation.derive(secret.passphrase))
    except MemoryError:
        raise KeyUnavailableError(CryptoErrorCode.KEY_MEMORY, f"needs {kdf.memory_kib // 1024} MiB") from None


def _associated(slot_id: str, kind: SlotKind, store_id: StoreId, generation: int) -> bytes:
    return f"{FORMAT}/{VERSION}|{slot_id}|{kind.value}|{store_id}|{generation}".encode("ascii")


def _checksum(slot: Slot, store_id: StoreId, generation: int) -> str:
    """32 hexadecimal digits of SHA-256 over everything in the slot and where it belongs: finds damage, not malice."""
    content = msgspec.json.encode(msgspec.structs.replace(slot, checksum=""))
    place = _associated(slot.slot_id, slot.kind, store_id, generation)
    return hashlib.sha256(place + b"\n" + content).hexdigest()[:32]
