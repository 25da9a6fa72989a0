"""The keyring file on the disk: read, replaced as a whole under a lock, and what it held before overwritten.

Format 2 (JSON, at most 8 MiB): a header, up to 8 slots (`slots`) and the wrapped data keys (`data_keys`). Format 1 had
no data keys and slots of another form (`old_slots`); it is read, and written as format 2 with its first change.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec

from .atomic_file import create_file, read_file, storage_errors
from .data_keys import MAX_DATA_KEYS, WrappedKey
from .errors import CryptoErrorCode, IntegrityError, KeyUnavailableError, VaultStateError
from .keys import StoreId
from .shred import replace_and_shred
from .slot_kinds import FORMAT
from .slots import AnySlot, decode_slot

MAX_SLOTS: Final = 8
MAX_FILE_BYTES: Final = 8 * 1024 * 1024
VERSION: Final = 2
_VERSIONS: Final = (1, VERSION)
_READ_TRIES: Final = 5


class KeyringFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file says. `slots` stay as they were written, so that a damaged one is kept as it is."""

    format: str
    version: int
    store_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    generation: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    checksum: str
    slots: tuple[msgspec.Raw, ...]
    next_key_no: Annotated[int, msgspec.Meta(ge=1, le=2**31)] = 1
    keys: Annotated[tuple[WrappedKey, ...], msgspec.Meta(max_length=MAX_DATA_KEYS)] = ()

    def decoded(self) -> tuple[AnySlot | None, ...]:
        """Every slot in its place; None: damaged."""
        store_id = StoreId(self.store_id)
        return tuple(decode_slot(raw, store_id=store_id, generation=self.generation) for raw in self.slots)


def load_keyring(path: Path) -> KeyringFile:
    """Raises KeyUnavailableError(KEYRING_MISSING), IntegrityError(KEYRING_DAMAGED), VaultStateError(KEYRING_NEWER,
    FILE_IS_LINK, FILE_UNREADABLE), StorageError."""
    for _ in range(_READ_TRIES):
        before = _identity(path)
        try:
            content = read_file(path, max_bytes=MAX_FILE_BYTES)
        except FileNotFoundError:
            raise KeyUnavailableError(CryptoErrorCode.KEYRING_MISSING, path.name) from None
        # A file that was replaced meanwhile may have been overwritten under our eyes.
        if before == _identity(path):
            break
    return _parse(content, path.name)


def new_keyring(path: Path, file: KeyringFile) -> None:
    """Write a keyring where there is none. Raises as `create_file`, VaultStateError KEYRING_EXISTS."""
    with changing(path):
        try:
            create_file(path, _encode(file))
        except VaultStateError as error:
            if error.code is CryptoErrorCode.FILE_EXISTS:
                raise VaultStateError(CryptoErrorCode.KEYRING_EXISTS, path.name) from None
            raise


def save_keyring(path: Path, file: KeyringFile) -> None:
    """Replace the file, durable when this returns; within `changing` only. Raises as `replace_file`: then the old
    one stands."""
    replace_and_shred(path, _encode(msgspec.structs.replace(file, version=VERSION)))


@contextlib.contextmanager
def changing(path: Path) -> Iterator[None]:
    """One change at a time, of all processes and threads; readers see the old or the new file."""
    with storage_errors(path.parent.name):
        try:
            handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise KeyUnavailableError(CryptoErrorCode.KEYRING_MISSING, path.name) from None
    try:
        with storage_errors(path.parent.name):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _parse(content: bytes, name: str) -> KeyringFile:
    try:
        file = msgspec.json.decode(content, type=KeyringFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"{name} is no keyring") from None
    if file.checksum != _header_checksum(file) or file.format != FORMAT:
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"header of {name}")
    if file.version not in _VERSIONS:
        raise VaultStateError(CryptoErrorCode.KEYRING_NEWER, f"version {file.version}, this program knows {VERSION}")
    if not 1 <= len(file.slots) <= MAX_SLOTS:
        raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"{len(file.slots)} slots in {name}")
    return file


def _encode(file: KeyringFile) -> bytes:
    whole = msgspec.structs.replace(file, checksum=_header_checksum(file))
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


def _header_checksum(file: KeyringFile) -> str:
    header = f"{FORMAT}/{file.version}|{file.store_id}|{file.generation}"
    if file.version == VERSION:
        header += f"|{file.next_key_no}"  # a smaller one would give a destroyed key's number to another key
    return hashlib.sha256(header.encode()).hexdigest()[:32]
