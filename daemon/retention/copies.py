"""Copies of the archive that lie beside it since a migration."""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from crypto.shred import shred


def migration_copies(state: Path) -> tuple[Path, ...]:
    """Those of a state, unfinished ones too."""
    return tuple(sorted(state.glob("archive.db.before-migration-*")))


def end_copies(copies: Sequence[Path], made_before: datetime) -> int:
    """Overwrite and remove those that were made before a moment, or at it; how many. What cannot be removed stays."""
    ended = 0
    for copy in copies:
        with contextlib.suppress(OSError):
            if copy.lstat().st_mtime <= made_before.timestamp():
                shred(copy)
                ended += 1
    return ended
