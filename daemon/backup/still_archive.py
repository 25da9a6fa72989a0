"""The archive's file holding still while it is copied and collecting goes on.

With everything of the log moved into the file and a reader on that state, SQLite may add to the log and may not move
any of it: the file is then the reader's snapshot, byte for byte, for as long as the reader stays.
"""

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.atomic_file import storage_errors
from crypto.database import Database, OpenMode, open_database
from crypto.errors import CryptoErrorCode, IntegrityError, VaultStateError
from crypto.merkle import Frontier
from crypto.opening import PAGE_BYTES

from ..api.exit_codes import ExitCode
from ..archive.errors import MigrationNeededError, NotAnArchiveError
from ..archive.forgetting import DELETIONS_SINCE, ErasedEntry, erased_entries
from ..archive.schema import SCHEMA_VERSION, schema_version
from .errors import BackupError

_TRIES: Final = 240
_PAUSE_S: Final = 0.5
_BUSY_S: Final = 1.0
"""How long collecting may be held up by one try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillArchive:
    """What the file is while it holds still."""

    origin: str
    ledger_size: int
    root: bytes
    schema_version: int
    size_bytes: int
    """Of the file, as far as it is used."""
    erased: tuple[ErasedEntry, ...]
    """Events that were erased on purpose, which restores of older snapshots erase again."""


class ArchiveFile:
    """Reads the archive's file beside SQLite.

    The descriptor is kept until `close`: the kernel drops all locks of a process on a file when it closes any
    descriptor of it, also those that SQLite holds. Close it when the archive is not open in this process any more.
    """

    def __init__(self, path: Path) -> None:
        """Opens nothing yet."""
        self.path = path
        self._handles: list[int] = []

    def pieces(self, size_bytes: int, piece_bytes: int) -> Iterator[bytes]:
        """The file's first `size_bytes` in pieces. StorageError; IntegrityError(DATABASE_DAMAGED): shorter."""
        with storage_errors(self.path.name):
            handle = self._handle()
            for start in range(0, size_bytes, piece_bytes):
                wanted = min(piece_bytes, size_bytes - start)
                content = os.pread(handle, wanted, start)
                if len(content) != wanted:
                    raise IntegrityError(CryptoErrorCode.DATABASE_DAMAGED, f"{self.path.name} ends early")
                yield content

    def close(self) -> None:
        """See the class. Twice does nothing more."""
        while self._handles:
            os.close(self._handles.pop())

    def _handle(self) -> int:
        """One for the file that has the name now: a program may have put another in its place."""
        found = self.path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise VaultStateError(CryptoErrorCode.FILE_IS_LINK, self.path.name)
        for handle in self._handles:
            if os.path.samestat(os.fstat(handle), found):
                return handle
        handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self._handles.append(handle)
        return handle


@contextlib.contextmanager
def holding_still(path: Path, key: bytes, *, wait: Callable[[float], None] = time.sleep) -> Iterator[StillArchive]:
    """While inside, the archive's file does not change; writers go on into the log. Blocks: call it in a thread.

    BackupError(`backup.archive_busy`) when somebody reads an old state for two minutes; what `open_database` raises.
    """
    with (
        open_database(path, key, OpenMode.READ_WRITE, busy_timeout_s=_BUSY_S) as mover,
        open_database(path, key, OpenMode.READ_ONLY) as reader,
    ):
        for _ in range(_TRIES):
            mover.checkpoint()
            with reader.snapshot():
                still = _look(reader)
                if _is_all_moved(mover):
                    yield still
                    return
            wait(_PAUSE_S)
    raise BackupError("backup.archive_busy", ExitCode.VAULT)


def _is_all_moved(mover: Database) -> bool:
    """Moves what the reader's state has and the file has not; nothing newer can be moved."""
    match mover.fetch_one("PRAGMA wal_checkpoint(PASSIVE)"):
        case (0, int(log), int(moved)):
            return log == moved
        case _:
            return False


def _look(reader: Database) -> StillArchive:
    match reader.fetch_one("SELECT origin, ledger_size, frontier FROM archive_state"):
        case (str(origin), int(size), bytes(frontier)):
            pages = reader.fetch_value("PRAGMA page_count")
            version = schema_version(reader)
            if version > SCHEMA_VERSION:
                raise MigrationNeededError(found=version, known=SCHEMA_VERSION)
            assert isinstance(pages, int)
            return StillArchive(
                origin=origin,
                ledger_size=size,
                root=Frontier.from_bytes(frontier).root(),
                schema_version=version,
                size_bytes=pages * PAGE_BYTES,
                erased=erased_entries(reader) if version >= DELETIONS_SINCE else (),
            )
        case _:
            raise NotAnArchiveError("archive_state")
