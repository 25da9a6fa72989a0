"""The keyring file: one random root key, wrapped once for each secret that may open it.

Losing this file loses the archive, whatever passphrase is known: back it up apart from the data. Removing a slot does
not take the root away from somebody who kept an old copy of the file and its secret.
"""

import hashlib
import secrets as randomness
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from .atomic_file import create_file, read_file, replace_file
from .errors import CryptoErrorCode, IntegrityError, KeyUnavailableError, VaultStateError, WrongKeyError
from .keys import KEY_BYTES, RootKey, StoreId
from .secrets import Secret
from .slots import FORMAT, VERSION, Argon2Cost, Slot, SlotKind, decode_slot, seal, unseal

MAX_SLOTS: Final = 8
MAX_FILE_BYTES: Final = 64 * 1024
_DEFAULT_COST: Final = Argon2Cost()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotInfo:
    """A slot as people may see it. `kind` is None when the slot is damaged; its id may then be wrong as well."""

    slot_id: str
    kind: SlotKind | None
    is_damaged: bool


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    version: int
    store_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    generation: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    checksum: str
    slots: tuple[msgspec.Raw, ...]


def create_keyring(path: Path, secret: Secret, *, cost: Argon2Cost = _DEFAULT_COST) -> RootKey:
    """Make a new root key and write its keyring to `path`, mode 0600, whole and durable, or not at all.

    Raises VaultStateError(KEYRING_EXISTS, FILE_IS_LINK), KeyUnavailableError, DiskFullError, StorageError.
    """
    if path.exists() or path.is_symlink():
        code = CryptoErrorCode.FILE_IS_LINK if path.is_symlink() else CryptoErrorCode.KEYRING_EXISTS
        raise VaultStateError(code, path.name)
    store_id = StoreId(randomness.token_hex(16))
    root = RootKey(randomness.token_bytes(KEY_BYTES), store_id=store_id, generation=1)
    slot = seal(root, secret, cost=cost)
    try:
        create_file(path, _encode(store_id, 1, (msgspec.Raw(msgspec.json.encode(slot)),)))
    except VaultStateError as error:
        if error.code is CryptoErrorCode.FILE_EXISTS:
            raise VaultStateError(CryptoErrorCode.KEYRING_EXISTS, path.name) from None
        raise
    return root


def open_keyring(path: Path, secret: Secret) -> RootKey:
    """The root key, from the first slot that `secret` opens; one damaged slot does not lock the others.

    Raises WrongKeyError, KeyUnavailableError (also KEYRING_MISSING), IntegrityError(KEYRING_DAMAGED) when nothing opens
    and the file is damaged, VaultStateError(KEYRING_NEWER, FILE_IS_LINK). Memory and time are bounded whatever the file
    says: at most 8 slots, each 1 GiB and some seconds. An intended slot takes about half a second: call it in a thread.
    """
    file = _load(path)
    store_id = StoreId(file.store_id)
    slots = _decode_slots(file)
    for slot in slots:
        if slot is None:
            continue
        root = unseal(slot, secret, store_id=store_id, generation=file.generation)
        if root is not None:
            return RootKey(root, store_id=store_id, generation=file.generation)
    if None in slots:
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"slot {slots.index(None) + 1} of {path.name}")
    raise WrongKeyError(CryptoErrorCode.WRONG_KEY, f"opens no slot of {path.name}")


def add_slot(path: Path, root: RootKey, secret: Secret, *, cost: Argon2Cost = _DEFAULT_COST) -> SlotInfo:
    """Let `secret` open the keyring too. One caller at a time.

    Raises VaultStateError(KEYRING_OTHER_STORE) when `root` is another store's or generation's, KEYRING_FULL at 8 slots,
    and what `open_keyring` and `create_keyring` raise for files; then the old file is still whole.
    """
    file = _load(path)
    if (file.store_id, file.generation) != (root.store_id, root.generation):
        raise VaultStateError(CryptoErrorCode.KEYRING_OTHER_STORE, path.name)
    if len(file.slots) >= MAX_SLOTS:
        raise VaultStateError(CryptoErrorCode.KEYRING_FULL, f"{MAX_SLOTS} slots")
    slot = seal(root, secret, cost=cost)
    added = msgspec.Raw(msgspec.json.encode(slot))
    replace_file(path, _encode(root.store_id, root.generation, (*file.slots, added)))
    return SlotInfo(slot_id=slot.slot_id, kind=slot.kind, is_damaged=False)


def remove_slot(path: Path, slot_id: str) -> None:
    """Take a slot away. VaultStateError(SLOT_UNKNOWN, SLOT_LAST): the last sound slot stays."""
    file = _load(path)
    slots = _decode_slots(file)
    sound = [slot.slot_id for slot in slots if slot is not None]
    if slot_id not in sound:
        raise VaultStateError(CryptoErrorCode.SLOT_UNKNOWN, path.name)
    if len(sound) == 1:
        raise VaultStateError(CryptoErrorCode.SLOT_LAST, path.name)
    kept = tuple(raw for raw, slot in zip(file.slots, slots, strict=True) if slot is None or slot.slot_id != slot_id)
    replace_file(path, _encode(StoreId(file.store_id), file.generation, kept))


def list_slots(path: Path) -> tuple[SlotInfo, ...]:
    """Every slot, in the order they are tried; needs no secret. Raises as `open_keyring` for files."""
    return tuple(
        SlotInfo(slot_id="?", kind=None, is_damaged=True)
        if slot is None
        else SlotInfo(slot_id=slot.slot_id, kind=slot.kind, is_damaged=False)
        for slot in _decode_slots(_load(path))
    )


def _load(path: Path) -> _File:
    try:
        content = read_file(path, max_bytes=MAX_FILE_BYTES)
    except FileNotFoundError:
        raise KeyUnavailableError(CryptoErrorCode.KEYRING_MISSING, path.name) from None
    try:
        file = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"{path.name} is no keyring") from None
    if file.checksum != _header_checksum(file.version, file.store_id, file.generation) or file.format != FORMAT:
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"header of {path.name}")
    if file.version != VERSION:
        raise VaultStateError(CryptoErrorCode.KEYRING_NEWER, f"version {file.version}, this program knows {VERSION}")
    if not 1 <= len(file.slots) <= MAX_SLOTS:
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"{len(file.slots)} slots in {path.name}")
    return file


def _decode_slots(file: _File) -> tuple[Slot | None, ...]:
    store_id = StoreId(file.store_id)
    return tuple(decode_slot(raw, store_id=store_id, generation=file.generation) for raw in file.slots)


def _encode(store_id: StoreId, generation: int, slots: tuple[msgspec.Raw, ...]) -> bytes:
    checksum = _header_checksum(VERSION, store_id, generation)
    file = _File(
        format=FORMAT, version=VERSION, store_id=store_id, generation=generation, checksum=checksum, slots=slots
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def _header_checksum(version: int, store_id: str, generation: int) -> str:
    return hashlib.sha256(f"{FORMAT}/{version}|{store_id}|{generation}".encode()).hexdigest()[:32]
