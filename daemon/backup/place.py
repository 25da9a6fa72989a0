"""A folder with backups of one store.

    STORE.JSN        whose backups these are; also the mark that the right medium is mounted
    README.TXT       for whoever finds it
    keys.json        the wrapped keys, ONE current copy: keys that were destroyed go from older snapshots too
    ERASED.BIN       sealed: records that were erased on purpose, for restores of older snapshots; ONE current copy
    pieces/XX/NAME   see `pieces.py`
    snaps/NNNNNN.JSN a manifest each, see `manifest.py`; a snapshot is there when its manifest is

Nothing here needs modes, hard links, long names or letters of both cases: FAT, exFAT and network mounts will do.
"""

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec

from crypto.backup_keys import BackupKeys
from crypto.errors import IntegrityError

from ..api.exit_codes import ExitCode
from ..archive.forgetting import ErasedEntry
from .erased import decode_erased, encode_erased
from .errors import BackupError, PlaceError
from .manifest import (
    FORMAT,
    MOST_MANIFEST_BYTES,
    VERSION,
    ForeignError,
    Manifest,
    NewerFormatError,
    decode_manifest,
    encode_manifest,
    read_unproven,
)
from .medium import TEMPORARY, medium_errors, put_file, read_whole, replace_erasing, sync_folder
from .pieces import PieceFolder

MARKER: Final = "STORE.JSN"
MOST_KEYS_BYTES: Final = 64 * 1024 * 1024
_README: Final = "README.TXT"
_KEYS: Final = "keys.json"
_ERASED: Final = "ERASED.BIN"
_MOST_ERASED_BYTES: Final = 256 * 1024 * 1024
_LOCK: Final = "LOCK"
_SNAPSHOT: Final = re.compile(r"([0-9]{6,10})\.JSN", re.IGNORECASE)
_MOST_MARKER_BYTES: Final = 64 * 1024
_OF_SYSTEMS: Final = frozenset({"system volume information", "lost+found", "$recycle.bin"})
_BEGUN: Final = frozenset({_README, _README + TEMPORARY, MARKER + TEMPORARY})
"""What is there when the first run was cut before its folder had a marker."""
_TEXT: Final = (
    "Encrypted backups of a shopwarden archive. Do not change, rename or remove anything in this folder by hand.\r\n"
    "Restore on any machine:  shopwarden restore THIS_FOLDER --state NEW_FOLDER\r\n"
    "One of: the passphrase, the key file, or enough recovery shares, is needed.\r\n\r\n"
    "shopwarden 档案的加密备份。请勿手动更改、重命名或删除本文件夹中的任何内容。\r\n"
    "在任意机器上恢复：shopwarden restore 本文件夹 --state 新文件夹\r\n"
    "需要以下之一：口令、密钥文件，或足够份数的恢复份额。\r\n"
)


class Existence(StrEnum):
    """What a folder without backups means."""

    MAY_BE_NEW = "may_be_new"
    """Begin one in an empty folder."""
    REQUIRED = "required"
    """The medium is not mounted: write nothing."""


class _Marker(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    version: int
    store_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    place_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]


class _Keys(msgspec.Struct, frozen=True, kw_only=True):
    store_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    generation: Annotated[int, msgspec.Meta(ge=1, le=2**31)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysCopy:
    """A keyring file's bytes and what its header says."""

    content: bytes
    store_id: str
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshots:
    """What `Place.snapshots` found."""

    whole: tuple[Manifest, ...]
    """Manifests that are ours, oldest first. Their pieces were not looked at."""
    damaged: tuple[int, ...]
    """Numbers of manifests that cannot be read or are not ours."""

    @property
    def newest(self) -> Manifest | None:
        """None when there is none."""
        return self.whole[-1] if self.whole else None

    @property
    def last_number(self) -> int:
        """0 when there was none."""
        return max((*(one.number for one in self.whole), *self.damaged), default=0)


class Place:
    """An opened folder. Errors: PlaceError, PlaceFullError, PlaceFailedError."""

    def __init__(self, folder: Path, *, store_id: str, place_id: str) -> None:
        """Use `open_place` or `new_place`."""
        self.folder = folder
        self.store_id = store_id
        self.place_id = place_id
        """Tells one medium from another in the ledger; random."""

    def pieces(self, keys: BackupKeys) -> PieceFolder:
        """What snapshots are made of."""
        return PieceFolder(self.folder, keys)

    def snapshots(self, keys: BackupKeys) -> Snapshots:
        """Every manifest there is. PlaceError(`newer`) when one is of a later version."""
        return self._snapshots(lambda content: decode_manifest(content, keys))

    def unproven_snapshots(self) -> Snapshots:
        """The same without a key: what the manifests say of themselves."""
        return self._snapshots(read_unproven)

    def _snapshots(self, read: Callable[[bytes], Manifest]) -> Snapshots:
        whole: list[Manifest] = []
        damaged: list[int] = []
        for number, path in self._snapshot_files():
            try:
                manifest = self._read_snapshot(path, read)
            except (IntegrityError, ForeignError, FileNotFoundError):
                damaged.append(number)
                continue
            if (manifest.number, manifest.place_id, manifest.store_id) != (number, self.place_id, self.store_id):
                damaged.append(number)
            else:
                whole.append(manifest)
        return Snapshots(whole=tuple(whole), damaged=tuple(damaged))

    def add_snapshot(self, manifest: Manifest, keys: BackupKeys) -> None:
        """From here on the snapshot exists."""
        with medium_errors(self.folder):
            folder = self.folder / "snaps"
            folder.mkdir(exist_ok=True)
            put_file(folder / f"{manifest.number:06d}.JSN", encode_manifest(manifest, keys))
            sync_folder(self.folder)

    def remove_snapshot(self, number: int) -> None:
        """Its pieces stay until they are removed."""
        with medium_errors(self.folder):
            for found, path in self._snapshot_files():
                if found == number:
                    path.unlink(missing_ok=True)

    def keys_copy(self) -> KeysCopy:
        """The wrapped keys. PlaceError(`keys_missing`, `keys_damaged`, `other_store`)."""
        try:
            with medium_errors(self.folder):
                content = read_whole(self.folder / _KEYS, most_bytes=MOST_KEYS_BYTES)
        except FileNotFoundError:
            raise PlaceError("keys_missing", self.folder, exit_code=ExitCode.VAULT) from None
        copy = read_keys(content)
        if copy is None:
            raise PlaceError("keys_damaged", self.folder, exit_code=ExitCode.INTEGRITY)
        if copy.store_id != self.store_id:
            raise PlaceError("other_store", self.folder)
        return copy

    @property
    def keys_path(self) -> Path:
        """Of the wrapped keys."""
        return self.folder / _KEYS

    def put_keys(self, copy: KeysCopy) -> None:
        """Replace the wrapped keys; the old file's bytes are written over as far as the medium lets us."""
        with medium_errors(self.folder):
            if self.keys_path.exists() and read_whole(self.keys_path, most_bytes=MOST_KEYS_BYTES) == copy.content:
                return
            replace_erasing(self.keys_path, copy.content)

    def erased(self, keys: BackupKeys) -> tuple[ErasedEntry, ...]:
        """What was erased on purpose. PlaceError(`erased_damaged`) when the list is missing or damaged."""
        try:
            with medium_errors(self.folder):
                return decode_erased(read_whole(self.folder / _ERASED, most_bytes=_MOST_ERASED_BYTES), keys)
        except (FileNotFoundError, IntegrityError):
            raise PlaceError("erased_damaged", self.folder, exit_code=ExitCode.INTEGRITY) from None

    def put_erased(self, erased: Collection[ErasedEntry], keys: BackupKeys) -> int:
        """Replace the list; how many are on it. Entries that only the medium has (of a machine that was lost since)
        stay.
        """
        try:
            known = {(one.ledger_index, one.commitment): one for one in self.erased(keys)}
        except PlaceError:
            known = {}
        both = known | {(one.ledger_index, one.commitment): one for one in erased}
        with medium_errors(self.folder):
            put_file(self.folder / _ERASED, encode_erased((both[key] for key in sorted(both)), keys))
        return len(both)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One run at a time. BackupError(`backup.running`). Mounts without locks have none."""
        with medium_errors(self.folder):
            handle = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError("backup.running", ExitCode.USAGE) from None
            except OSError:
                pass
            yield
        finally:
            os.close(handle)

    def _snapshot_files(self) -> list[tuple[int, Path]]:
        with medium_errors(self.folder):
            folder = self.folder / "snaps"
            paths = list(folder.iterdir()) if folder.is_dir() else []
        found = [(int(match[1]), path) for path in paths if (match := _SNAPSHOT.fullmatch(path.name))]
        return sorted(found)

    def _read_snapshot(self, path: Path, read: Callable[[bytes], Manifest]) -> Manifest:
        with medium_errors(self.folder):
            content = read_whole(path, most_bytes=MOST_MANIFEST_BYTES)
        try:
            return read(content)
        except NewerFormatError:
            raise PlaceError("newer", self.folder, exit_code=ExitCode.MIGRATION) from None


def open_place(folder: Path) -> Place:
    """A folder that has backups. PlaceError(`dir_missing`, `not_a_backup`, `marker_damaged`, `newer`)."""
    if not folder.is_dir():
        raise PlaceError("dir_missing", folder)
    try:
        with medium_errors(folder):
            content = read_whole(folder / MARKER, most_bytes=_MOST_MARKER_BYTES)
    except FileNotFoundError:
        raise PlaceError("not_a_backup", folder) from None
    try:
        marker = msgspec.json.decode(content, type=_Marker)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise PlaceError("marker_damaged", folder, exit_code=ExitCode.INTEGRITY) from None
    if marker.format != FORMAT:
        raise PlaceError("marker_damaged", folder, exit_code=ExitCode.INTEGRITY)
    if marker.version > VERSION:
        raise PlaceError("newer", folder, exit_code=ExitCode.MIGRATION)
    return Place(folder, store_id=marker.store_id, place_id=marker.place_id)


def place_for(folder: Path, *, store_id: str, state: Path, existence: Existence) -> Place:
    """The folder to back up to, begun when it is empty and may be.

    PlaceError: `dir_missing`, `inside_state`, `other_store`, `not_empty`, `not_mounted`, and as `open_place`.
    """
    if not folder.is_dir():
        raise PlaceError("dir_missing", folder)
    resolved, state = folder.resolve(), state.resolve()
    if resolved == state or state in resolved.parents:
        raise PlaceError("inside_state", folder)
    with medium_errors(folder):
        names = {path.name for path in folder.iterdir()}
    if MARKER in names:
        place = open_place(folder)
        if place.store_id != store_id:
            raise PlaceError("other_store", folder)
        return place
    if existence is Existence.REQUIRED:
        raise PlaceError("not_mounted", folder)
    if any(not name.startswith(".") and name.lower() not in _OF_SYSTEMS for name in names - _BEGUN):
        raise PlaceError("not_empty", folder)
    marker = _Marker(format=FORMAT, version=VERSION, store_id=store_id, place_id=secrets.token_hex(8))
    with medium_errors(folder):
        put_file(folder / _README, _TEXT.encode())
        put_file(folder / MARKER, msgspec.json.encode(marker) + b"\n")
    return Place(folder, store_id=store_id, place_id=marker.place_id)


def read_keys(content: bytes) -> KeysCopy | None:
    """What a keyring file's header says; None for what is none."""
    if len(content) > MOST_KEYS_BYTES:
        return None
    try:
        header = msgspec.json.decode(content, type=_Keys)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return KeysCopy(content=content, store_id=header.store_id, generation=header.generation)
