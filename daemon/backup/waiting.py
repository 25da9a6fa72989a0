"""Batches that were collected while the vault was closed and are not merged yet: sealed to a public key, copied as they
are, and brought back by a restore.

They hold records that the archive does not have, and no list of what was deleted names those. So they come back only
when nothing was deleted since the snapshot; phones that still have the rows give them again.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from crypto.atomic_file import storage_errors

from ..paths import StatePaths
from ..sealed_start.batches import BatchFolder
from ..sealed_start.roster import SealedPaths
from .contents import MediaFile, folders_in, names_in, regular_file

WAITING: Final = "waiting/"
"""Before the path below `sealed/` of the state. `sealed/` itself means something else in manifests."""
_ATTACHMENT: Final = re.compile(r"[0-9a-f]{32}")
_PART: Final = re.compile(r"[0-9]{6}")


def waiting_files(paths: StatePaths) -> Iterator[MediaFile]:
    """Attachments first, then the batches that name them. StorageError."""
    sealed = SealedPaths(paths.sealed)
    found = [sealed.files / name / part for name in folders_in(sealed.files, _ATTACHMENT)
             for part in names_in(sealed.files / name, _PART)]  # fmt: skip
    for path in (*found, *BatchFolder(sealed.batches).paths()):
        if (file := regular_file(path, WAITING + path.relative_to(sealed.root).as_posix())) is not None:
            yield file


def waiting_batches(stage: Path) -> int:
    """How many batches wait in a stage."""
    return len(BatchFolder(SealedPaths(StatePaths(stage).sealed).batches).paths())


def drop_waiting(stage: Path) -> None:
    """Take them out of a stage. StorageError."""
    sealed = StatePaths(stage).sealed
    with storage_errors(sealed.name):
        if sealed.is_dir():
            shutil.rmtree(sealed)
