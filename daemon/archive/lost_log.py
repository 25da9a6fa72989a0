"""Whether a start found its write-ahead log damaged in the middle, and the damaged log kept for those who look into it.

SQLite takes the first frame that is not valid for the log's end, which is right after a power cut, and silent about a
flipped bit. What lies behind tells them apart: see `LogFrames.lost`.
"""

import contextlib
import shutil
from pathlib import Path
from typing import Final

from crypto.database import Database, OpenMode, open_database
from crypto.errors import CryptoError
from crypto.log_file import read_log

_MOST_KEPT: Final = 100


def damaged_logs(path: Path) -> tuple[Path, ...]:
    """Logs of the archive `path` that were kept. They stay until somebody takes them away."""
    return tuple(sorted(path.parent.glob(f"{path.name}-wal.damaged-*")))


def opened_after_a_stop(path: Path, key: bytes, mode: OpenMode) -> Database:
    """`open_database`; a log in which acknowledged transactions are lost is copied beside it, room given.

    Raises what `open_database` does.
    """
    frames = read_log(path)
    database = open_database(path, key, mode)
    if mode is OpenMode.READ_WRITE and frames.last:
        try:
            if frames.lost(database.valid_log_frames()):
                _keep_log(path)
        except CryptoError:
            database.close()
            raise
    return database


def _keep_log(path: Path) -> None:
    number = len(damaged_logs(path)) + 1
    if number > _MOST_KEPT:
        return
    target = path.with_name(f"{path.name}-wal.damaged-{number:02d}")
    with contextlib.suppress(OSError):  # no room: the archive is more
        shutil.copyfile(path.with_name(f"{path.name}-wal"), target)
        target.chmod(0o600)
