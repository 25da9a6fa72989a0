"""One look at all folders of recordings: which finished-looking files are there, and which folders could be read.

Nothing is parsed here but adb's own binary listing (`sync_files`); names stay bytes.
"""

import hashlib
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..content_query import is_storage_locked
from ..errors import BridgeErrorCode, ShellCommandError
from ..recordings.folders import SHARED, Folder, FolderUse
from ..recordings.names import content_type_of, read_name
from ..samples import sample_hash
from ..session import Session
from ..sync_files import FileEntry, FileRefusal, Files, Listing, open_files

KEY_PREFIX: Final = "rec:"
_FOLDER_DIGITS: Final = 6
_NAME_DIGITS: Final = 14
_LOOK_TIMEOUT_S: Final = 30.0
_LARGE: Final = 200
"""Names from which on a folder is not listed at every look."""
_NONE_CALM: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file that is a recording by its place and name."""

    key: str
    """`rec:` and 16 hexadecimal digits that follow from folder and name: the file's identity."""
    folder: str
    name: bytes
    size_bytes: int
    modified_s: int
    """Unix seconds by the phone's clock."""

    @property
    def path(self) -> bytes:
        """Absolute."""
        return self.folder.encode() + b"/" + self.name

    @property
    def mark(self) -> str:
        """Changes when the file does: size and time, in hexadecimal."""
        return f"{self.size_bytes:x}.{self.modified_s:x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was there at one moment."""

    files: Mapping[str, FoundFile]
    """By key."""
    entries: Mapping[str, tuple[bytes, ...]]
    """Every regular file's name, by the folder's part of the keys; only of folders that were there."""
    complete: frozenset[str]
    """Parts of keys of the folders whose names are all in `entries`."""
    skipped: frozenset[str]
    """Parts of keys of large folders in which no name came or went since they were listed: nothing is said of them."""
    folder_times_s: Mapping[str, int]
    """When names last came or went, by the phone's clock; of folders of more than 200 names."""

    def keys_of(self, part: str) -> frozenset[str]:
        """The keys of all files in a folder, also of those that are no finished recordings by their names."""
        return frozenset(_key(part, name) for name in self.entries.get(part, ()))


def folder_part(key: str) -> str:
    """The part of a key that all files of one folder share."""
    return key[len(KEY_PREFIX) : len(KEY_PREFIX) + _FOLDER_DIGITS]


async def look(session: Session, folders: Sequence[Folder], calm: Mapping[str, int] = _NONE_CALM) -> Look:
    """List every folder; a phone without recordings has none of them, which is no error.

    Shared storage takes `Record` and `record` for one folder: such spellings share their keys, so a file counts once.

    Args:
        calm: `folder_times_s` of earlier looks: folders that still have that time are not listed.

    Raises:
        ShellCommandError: STORAGE_LOCKED (shared storage is not there before the first unlock), PERMISSION_DENIED
            (shell may not read it).
        DeviceUnavailableError, ServerUnavailableError, ParseError: as `Files.list`.
    """
    async with open_files(session, timeout_s=_LOOK_TIMEOUT_S) as files:
        async with session.polls:
            skipped = await _calm_parts(files, folders, calm)
            folders = [folder for folder in folders if part_of(folder) not in skipped]
            root, *listings = await files.list([SHARED.encode(), *(folder.path.encode() for folder in folders)])
        if not root.is_there:
            await _refuse_storage(session)
        if not skipped and not any(one.is_there for one in listings) and await _are_hidden(files, folders):
            raise _error(BridgeErrorCode.PERMISSION_DENIED)
    return _gather(tuple(zip(folders, listings, strict=True)), skipped)


async def missing_folders(session: Session, folders: Iterable[Folder]) -> Mapping[str, FileRefusal | None]:
    """Why folders showed nothing, by their part of the keys: GONE when the phone says that there is no such folder,
    None when it is there.

    Raises:
        As `look`.
    """
    chosen = tuple(folders)
    async with open_files(session, timeout_s=_LOOK_TIMEOUT_S) as files:
        told = await files.stat([folder.path.encode() for folder in chosen])
    reasons: dict[str, FileRefusal | None] = {}
    for folder, answer in zip(chosen, told, strict=True):
        reason = answer if isinstance(answer, FileRefusal) else None
        part = part_of(folder)
        reasons[part] = reason if reasons.get(part, reason) is FileRefusal.GONE else reasons.get(part, reason)
    return reasons


def part_of(folder: Folder) -> str:
    """The folder's part of the keys of its files."""
    return hashlib.sha256(folder.path.casefold().encode()).hexdigest()[:_FOLDER_DIGITS]


async def _calm_parts(files: Files, folders: Sequence[Folder], calm: Mapping[str, int]) -> frozenset[str]:
    asked = [folder for folder in folders if part_of(folder) in calm]
    if not asked:
        return frozenset()
    told = await files.stat([folder.path.encode() for folder in asked])
    pairs = tuple(zip(asked, told, strict=True))
    moved = {part_of(folder) for folder, answer in pairs if not _is_calm(answer, calm[part_of(folder)])}
    return frozenset(part_of(folder) for folder in asked) - moved


def _is_calm(answer: FileEntry | FileRefusal, since_s: int) -> bool:
    """Also a spelling that is not there: the other one is the folder."""
    return answer is FileRefusal.GONE or (isinstance(answer, FileEntry) and answer.modified_s == since_s)


def _gather(pairs: Sequence[tuple[Folder, Listing]], skipped: frozenset[str]) -> Look:
    found: dict[str, FoundFile] = {}
    entries: dict[str, tuple[bytes, ...]] = {}
    complete: dict[str, bool] = {}
    times_s: dict[str, int] = {}
    for folder, listing in pairs:
        if not listing.is_there:
            continue
        part = part_of(folder)
        regular = [entry for entry in listing.entries if entry.is_file]
        # A name without a mode could not be looked at: it may be any of the files that are missed.
        is_whole = listing.is_complete and not any(entry.mode == 0 for entry in listing.entries)
        complete[part] = complete.get(part, True) and is_whole
        if len(listing.entries) > _LARGE and listing.modified_s is not None and is_whole:
            times_s[part] = listing.modified_s
        entries[part] = entries.get(part, ()) + tuple(entry.name for entry in regular)
        for entry in regular:
            if _is_recording(folder, entry):
                key = _key(part, entry.name)
                found.setdefault(
                    key,
                    FoundFile(
                        key=key,
                        folder=folder.path,
                        name=entry.name,
                        size_bytes=entry.size_bytes,
                        modified_s=entry.modified_s,
                    ),
                )
    return Look(
        files=found,
        entries=entries,
        complete=frozenset(part for part, is_whole in complete.items() if is_whole),
        skipped=skipped,
        folder_times_s=times_s,
    )


def _is_recording(folder: Folder, entry: FileEntry) -> bool:
    """An empty file holds no sound: a recording that has just begun, or one that never did."""
    name = entry.name.decode(errors="replace")
    if entry.size_bytes == 0 or content_type_of(name) is None:
        return False
    return folder.use is FolderUse.CALLS or read_name(name).is_call


def _key(part: str, name: bytes) -> str:
    return f"{KEY_PREFIX}{part}{hashlib.sha256(name).hexdigest()[:_NAME_DIGITS]}"


async def _refuse_storage(session: Session) -> None:
    code = BridgeErrorCode.STORAGE_LOCKED if await is_storage_locked(session) else BridgeErrorCode.PERMISSION_DENIED
    raise _error(code)


async def _are_hidden(files: Files, folders: Sequence[Folder]) -> bool:
    """Whether a folder is there that may not be opened."""
    told = await files.stat([folder.path.encode() for folder in folders])
    return any(answer is FileRefusal.DENIED or _is_closed(answer) for answer in told)


def _is_closed(answer: FileEntry | FileRefusal) -> bool:
    return isinstance(answer, FileEntry) and answer.is_folder and not answer.mode & (stat.S_IROTH | stat.S_IRGRP)


def _error(code: BridgeErrorCode) -> ShellCommandError:
    return ShellCommandError(code, exit_code=None, stderr_sha256=sample_hash(b""))
