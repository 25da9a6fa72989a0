"""The keyring file: one random root key, wrapped once for each secret that may open it, and the data keys under it.

Format 2 (JSON, at most 8 MiB): a header, up to 8 slots (`slots.py`) and the wrapped data keys (`data_keys.py`). Format
1 had no data keys; it is read, and written as format 2 with the first key that is made. Every change is one
replacement of the file under a lock on its directory.

Losing this file loses the archive, whatever passphrase is known: back it up apart from the data. Removing a slot does
not take the root away from somebody who kept an old copy of the file and its secret.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets as randomness
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from .atomic_file import create_file, read_file, replace_file, storage_errors
from .data_keys import MAX_DATA_KEYS, WrappedKey
from .errors import CryptoErrorCode, IntegrityError, KeyUnavailableError, VaultStateError, WrongKeyError
from .keys import KEY_BYTES, RootKey, StoreId
from .secrets import Secret
from .slots import FORMAT, Argon2Cost, Slot, SlotKind, decode_slot, seal, unseal
from .vault_keys import VaultKeys

MAX_SLOTS: Final = 8
MAX_FILE_BYTES: Final = 8 * 1024 * 1024
VERSION: Final = 2
_VERSIONS: Final = (1, VERSION)
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
    next_key_no: Annotated[int, msgspec.Meta(ge=1, le=2**31)] = 1
    keys: Annotated[tuple[WrappedKey, ...], msgspec.Meta(max_length=MAX_DATA_KEYS)] = ()


class _KeyFile:
    """The list of wrapped keys in a keyring file."""

    def __init__(self, path: Path, *, store_id: StoreId, generation: int) -> None:
        self._path = path
        self._owner = (store_id, generation)

    def load(self) -> tuple[WrappedKey, ...]:
        """See `KeyList`."""
        return self._file().keys

    def change(self, change: Callable[[tuple[WrappedKey, ...], int], tuple[WrappedKey, ...]]) -> None:
        """See `KeyList`."""
        with _changing(self._path):
            file = self._file()
            keys = change(file.keys, file.next_key_no)
            next_no = max((file.next_key_no, *(key.key_no + 1 for key in keys)))
            _write(self._path, msgspec.structs.replace(file, version=VERSION, keys=keys, next_key_no=next_no))

    def _file(self) -> _File:
        file = _load(self._path)
        if (file.store_id, file.generation) != self._owner:
            raise VaultStateError(CryptoErrorCode.KEYRING_OTHER_STORE, self._path.name)
        return file


def create_keyring(path: Path, secret: Secret, *, cost: Argon2Cost = _DEFAULT_COST) -> VaultKeys:
    """Make a new root key and write its keyring to `path`, mode 0600, whole and durable, or not at all.

    Raises VaultStateError(KEYRING_EXISTS, FILE_IS_LINK), KeyUnavailableError, DiskFullError, StorageError.
    """
    if path.exists() or path.is_symlink():
        code = CryptoErrorCode.FILE_IS_LINK if path.is_symlink() else CryptoErrorCode.KEYRING_EXISTS
        raise VaultStateError(code, path.name)
    store_id = StoreId(randomness.token_hex(16))
    root = RootKey(randomness.token_bytes(KEY_BYTES), store_id=store_id, generation=1)
    return write_keyring(path, root, secret, cost=cost)


def write_keyring(path: Path, root: RootKey, secret: Secret, *, cost: Argon2Cost = _DEFAULT_COST) -> VaultKeys:
    """A keyring of one slot for a root key that is there. Raises as `create_keyring`."""
    slot = seal(root, secret, cost=cost)
    file = _File(
        format=FORMAT,
        version=VERSION,
        store_id=root.store_id,
        generation=root.generation,
        checksum="",
        slots=(msgspec.Raw(msgspec.json.encode(slot)),),
    )
    try:
        create_file(path, _encode(file))
    except VaultStateError as error:
        if error.code is CryptoErrorCode.FILE_EXISTS:
            raise VaultStateError(CryptoErrorCode.KEYRING_EXISTS, path.name) from None
        raise
    return _opened(path, root)


def open_keyring(path: Path, secret: Secret) -> VaultKeys:
    """The store's keys, by the first slot that `secret` opens; one damaged slot does not lock the others.

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
            return _opened(path, RootKey(root, store_id=store_id, generation=file.generation))
    if None in slots:
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"slot {slots.index(None) + 1} of {path.name}")
    raise WrongKeyError(CryptoErrorCode.WRONG_KEY, f"opens no slot of {path.name}")


def add_slot(path: Path, keys: VaultKeys, secret: Secret, *, cost: Argon2Cost = _DEFAULT_COST) -> SlotInfo:
    """Let `secret` open the keyring too.

    Raises VaultStateError(KEYRING_OTHER_STORE) when `keys` are another store's or generation's, KEYRING_FULL at 8
    slots, and what `open_keyring` and `create_keyring` raise for files; then the old file is still whole.
    """
    root = keys.root
    with _changing(path):
        file = _load(path)
        if (file.store_id, file.generation) != (root.store_id, root.generation):
            raise VaultStateError(CryptoErrorCode.KEYRING_OTHER_STORE, path.name)
        if len(file.slots) >= MAX_SLOTS:
            raise VaultStateError(CryptoErrorCode.KEYRING_FULL, f"{MAX_SLOTS} slots")
        slot = seal(root, secret, cost=cost)
        added = msgspec.Raw(msgspec.json.encode(slot))
        _write(path, msgspec.structs.replace(file, slots=(*file.slots, added)))
    return SlotInfo(slot_id=slot.slot_id, kind=slot.kind, is_damaged=False)


def remove_slot(path: Path, slot_id: str) -> None:
    """Take a slot away. VaultStateError(SLOT_UNKNOWN, SLOT_LAST): the last sound slot stays."""
    with _changing(path):
        file = _load(path)
        slots = _decode_slots(file)
        sound = [slot.slot_id for slot in slots if slot is not None]
        if slot_id not in sound:
            raise VaultStateError(CryptoErrorCode.SLOT_UNKNOWN, path.name)
        if len(sound) == 1:
            raise VaultStateError(CryptoErrorCode.SLOT_LAST, path.name)
        kept = tuple(
            raw for raw, slot in zip(file.slots, slots, strict=True) if slot is None or slot.slot_id != slot_id
        )
        _write(path, msgspec.structs.replace(file, slots=kept))


def list_slots(path: Path) -> tuple[SlotInfo, ...]:
    """Every slot, in the order they are tried; needs no secret. Raises as `open_keyring` for files."""
    return tuple(
        SlotInfo(slot_id="?", kind=None, is_damaged=True)
        if slot is None
        else SlotInfo(slot_id=slot.slot_id, kind=slot.kind, is_damaged=False)
        for slot in _decode_slots(_load(path))
    )


def _opened(path: Path, root: RootKey) -> VaultKeys:
    return VaultKeys(root, _KeyFile(path, store_id=root.store_id, generation=root.generation))


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[None]:
    """One change at a time, of all processes; readers see the old or the new file."""
    with storage_errors(path.parent.name):
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with storage_errors(path.parent.name):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, file: _File) -> None:
    replace_file(path, _encode(file))


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
    if file.version not in _VERSIONS:
        raise VaultStateError(CryptoErrorCode.KEYRING_NEWER, f"version {file.version}, this program knows {VERSION}")
    if not 1 <= len(file.slots) <= MAX_SLOTS:
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"{len(file.slots)} slots in {path.name}")
    return file


def _decode_slots(file: _File) -> tuple[Slot | None, ...]:
    store_id = StoreId(file.store_id)
    return tuple(decode_slot(raw, store_id=store_id, generation=file.generation) for raw in file.slots)


def _encode(file: _File) -> bytes:
    checksum = _header_checksum(file.version, file.store_id, file.generation)
    whole = msgspec.structs.replace(file, checksum=checksum)
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


def _header_checksum(version: int, store_id: str, generation: int) -> str:
    return hashlib.sha256(f"{FORMAT}/{version}|{store_id}|{generation}".encode()).hexdigest()[:32]
