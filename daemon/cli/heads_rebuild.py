"""`shopwardend heads rebuild`: heads.log anew from the archive's own signed heads, when no copy of it is left.

It makes `verify` agree again and is a loss of evidence: the archive's word then stands for what was to check it.
"""

import asyncio
import heapq
from argparse import Namespace
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from adb_bridge.clock import SystemClock
from crypto.checkpoints import SignedHead, read_head
from crypto.database import Database, OpenMode, open_database
from crypto.head_log import HeadLog, write_log
from crypto.keys import Purpose
from crypto.vault_keys import VaultKeys

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..archive.archive import Archive
from ..archive.drafts import AuditDraft
from ..archive.schema import require_current
from ..audit import NO_ROLE
from ..errors import DaemonError
from ..paths import StatePaths
from .backup_support import actor
from .narration import say
from .stopped import stopped_vault


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK; USAGE while a daemon runs; INTEGRITY, and nothing changed, when more is wrong than the missing heads."""
    with stopped_vault(options, texts) as vault:
        count, kept = _rebuild(vault.paths, vault.keys)
    say(texts.get("cli.heads.rebuilt", count=count))
    if kept is not None:
        say(texts.get("cli.heads.rebuilt_kept", file=str(kept)))
    return ExitCode.OK


def _rebuild(paths: StatePaths, keys: VaultKeys) -> tuple[int, Path | None]:
    """How many heads it has now, and where the old file is."""
    new = paths.heads.with_name(f"{paths.heads.name}.new")
    new.unlink(missing_ok=True)
    old = HeadLog(paths.heads)
    with open_database(paths.archive, keys.derive(Purpose.ARCHIVE), OpenMode.READ_ONLY) as database:
        require_current(database)
        count = write_log(new, _both(database, old))
    try:
        asyncio.run(_require_sound(paths, keys, HeadLog(new)))
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    kept = _set_aside(paths.heads)
    new.replace(paths.heads)
    asyncio.run(_note(paths, keys, count))
    return count, kept


def _both(database: Database, old: HeadLog) -> Iterator[SignedHead]:
    """The archive's heads and what is left outside, by size: a head that only the old file has must not get lost."""
    inside = (read_head(str(note)) for (note,) in database.execute("SELECT note FROM heads ORDER BY size"))
    outside = (entry for entry in old.entries() if isinstance(entry, SignedHead))
    merged = heapq.merge(inside, outside, key=lambda head: head.size)
    for _, same_size in groupby(merged, key=lambda head: head.size):
        yield from {head.note: head for head in same_size}.values()


async def _require_sound(paths: StatePaths, keys: VaultKeys, log: HeadLog) -> None:
    archive = Archive.open(paths.archive, keys, clock=SystemClock(), heads=log, mode=OpenMode.READ_ONLY)
    try:
        result = await archive.verify()
    finally:
        await archive.close()
    if result.problem is not None:
        raise DaemonError("heads.not_rebuilt", ExitCode.INTEGRITY, problem=result.problem.value)


def _set_aside(path: Path) -> Path | None:
    """The old file under a name that is free; None when there is none."""
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.name}.old-{number}")).exists():
        number += 1
    path.rename(aside)
    return aside


async def _note(paths: StatePaths, keys: VaultKeys, count: int) -> None:
    archive = Archive.open(
        paths.archive, keys, clock=SystemClock(), heads=HeadLog(paths.heads), mode=OpenMode.READ_WRITE
    )
    try:
        await archive.audit(
            AuditDraft(
                actor=actor(),
                role=NO_ROLE,
                action="heads.rebuild",
                target=f"heads={count}",
                reason=None,
                outcome="ok",
            )
        )
    finally:
        await archive.close()
