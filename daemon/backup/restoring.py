"""A new state made of a snapshot: checked, put together beside its name, verified, ledgered, and only then named."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from adb_bridge.clock import Clock
from crypto.checkpoints import SignedHead, verify_head
from crypto.errors import IntegrityError
from crypto.head_log import HeadLog

from ..archive.backups import BackupDraft, BackupWork
from .keys import OpenKeys
from .manifest import SEALED
from .place import open_place
from .progress import Progress, Stage
from .rebuilding import Examined, Rebuilt, examine, open_rebuilt, rebuild
from .staging import finish, staged

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreOrder:
    """What is to be restored, and where to."""

    folder: Path
    state: Path
    """Must not be there, or be empty."""
    actor: str
    snapshot: int | None = None
    """None: the newest."""
    other_heads: tuple[Path, ...] = ()
    """Head logs from elsewhere (the broken machine's disk, a stick): they tell what the snapshot lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A state that is whole."""

    state: Path
    snapshot: int
    made_at: datetime
    program: str
    schema_version: int
    """Of the snapshot."""
    ledger_size: int
    """Of the snapshot."""
    root: bytes
    known_size: int
    """The largest ledger that is known to have been; more than `ledger_size`: entries are not in the snapshot."""
    newer_snapshot: int | None
    """A newer one of the same medium that was not chosen."""
    examined: Examined
    files: int
    size_bytes: int
    has_config: bool
    took_s: float


async def restore(order: RestoreOrder, open_keys: OpenKeys, progress: Progress, clock: Clock) -> Restored:
    """Make the state. PlaceError, DamagedError, BackupError, StateError, MigrationNeededError; errors of `crypto`.

    When it raises there is no state: what was put together is removed.
    """
    started_s = clock.monotonic()
    with staged(order.state) as stage:
        place = open_place(order.folder)
        rebuilt = await in_thread(lambda: rebuild(place, stage, order.snapshot, open_keys, progress), progress)
        manifest = rebuilt.manifest
        known_size = max(manifest.ledger_size, *(one.ledger_size for one in rebuilt.snapshots.whole))
        known_size = max(known_size, *(_largest(path, rebuilt) for path in order.other_heads), 0)
        archive = open_rebuilt(rebuilt, clock)
        try:
            examined = await examine(archive, rebuilt, order.actor, progress, clock)
            await archive.backups.add(
                BackupDraft(
                    what=BackupWork.RESTORED,
                    actor=order.actor,
                    place_id=manifest.place_id,
                    snapshot=manifest.number,
                    ledger_size=manifest.ledger_size,
                    root=bytes.fromhex(manifest.root),
                    known_size=known_size,
                    size_bytes=manifest.size_bytes,
                    took_ms=round(1000 * (clock.monotonic() - started_s)),
                )
            )
        finally:
            await archive.close()
        finish(stage, order.state)
    progress.begin(Stage.DONE)
    newest = rebuilt.snapshots.newest
    return Restored(
        state=order.state,
        snapshot=manifest.number,
        made_at=manifest.made_at,
        program=manifest.program,
        schema_version=manifest.schema_version,
        ledger_size=manifest.ledger_size,
        root=bytes.fromhex(manifest.root),
        known_size=known_size,
        newer_snapshot=None if newest is None or newest.number <= manifest.number else newest.number,
        examined=examined,
        files=len(manifest.files),
        size_bytes=manifest.size_bytes,
        has_config=manifest.file(f"{SEALED}shopwarden.toml") is not None,
        took_s=clock.monotonic() - started_s,
    )


async def in_thread(work: Callable[[], T], progress: Progress) -> T:
    """Run `work` in a thread. When the waiting is cancelled, `work` is asked to stop and waited for."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        progress.stop()
        await asyncio.wait([running])
        raise


def _largest(path: Path, rebuilt: Rebuilt) -> int:
    """The largest ledger that this store signed a head for; 0 when the file has none. StorageError."""
    sizes = [0]
    for entry in HeadLog(path).entries():
        if isinstance(entry, SignedHead):
            try:
                sizes.append(verify_head(entry.note, rebuilt.backup_keys.public_key).size)
            except IntegrityError:
                continue
    return max(sizes)
