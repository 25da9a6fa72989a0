"""A backup or a drill of the archive that is open here, with its entry in the ledger."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from adb_bridge.clock import Clock
from crypto.keys import Purpose
from crypto.vault_keys import VaultKeys

from ..archive.archive import Archive
from ..archive.backups import BackupDraft, BackupWork
from ..paths import StatePaths
from ..refusals import refusal_of
from .drill import Drilled, drill
from .errors import PlaceError
from .keys import OpenKeys, backup_keys_of
from .maker import BackupMade, BackupMaker, BackupOrder
from .place import open_place
from .progress import Progress
from .restoring import in_thread
from .sealed_files import missing_files

_NOT_A_DRILL: Final = frozenset({"backup.dir_missing", "backup.not_a_backup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillOrder:
    """What a drill is asked to do."""

    folder: Path
    temporary: Path
    """Below it, on a disk with room for a whole snapshot."""
    snapshot: int | None = None


class BackupWorker:
    """One for an open archive. One work at a time for a medium."""

    def __init__(self, paths: StatePaths, keys: VaultKeys, archive: Archive, clock: Clock) -> None:
        self._archive = archive
        self._keys = keys
        self._paths = paths
        self._clock = clock
        self._maker = BackupMaker(
            paths,
            keys=backup_keys_of(keys),
            archive_key=keys.derive(Purpose.ARCHIVE),
            ledger_seed=keys.derive(Purpose.LEDGER_SEED),
            clock=clock,
        )

    async def back_up(self, order: BackupOrder, actor: str, progress: Progress) -> BackupMade:
        """Make a backup; it is in the ledger when this returns. Raises as `BackupMaker.run`; ArchiveError."""
        made = await in_thread(lambda: self._maker.run(order, progress), progress)
        missing = await missing_files(self._archive, self._paths.media, self._keys, self._clock)
        made = replace(made, missing_files=missing)
        await self._archive.backups.add(
            BackupDraft(
                what=BackupWork.MADE,
                actor=actor,
                place_id=made.place_id,
                snapshot=made.snapshot,
                ledger_size=made.ledger_size,
                root=made.root,
                size_bytes=made.size_bytes,
                new_bytes=made.new_bytes,
                took_ms=round(1000 * made.took_s),
            )
        )
        return made

    async def drill(self, order: DrillOrder, open_keys: OpenKeys, actor: str, progress: Progress) -> Drilled:
        """Do a drill; it is in the ledger when this returns or raises, unless the folder is
        no backup of this store: PlaceError. Raises as `drill.drill`; ArchiveError."""
        self._require_ours(order.folder)
        started_s = self._clock.monotonic()
        try:
            drilled = await drill(order.folder, order.temporary, order.snapshot, open_keys, progress, self._clock)
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is not None and refusal.code != "backup.stopped":
                await self._archive.backups.add(
                    BackupDraft(
                        what=BackupWork.DRILLED,
                        actor=actor,
                        place_id=_place_id(order.folder),
                        snapshot=order.snapshot or 0,
                        ledger_size=0,
                        root=b"",
                        took_ms=round(1000 * (self._clock.monotonic() - started_s)),
                        problem=refusal.code,
                    )
                )
            raise
        await self._archive.backups.add(
            BackupDraft(
                what=BackupWork.DRILLED,
                actor=actor,
                place_id=drilled.place_id,
                snapshot=drilled.snapshot,
                ledger_size=drilled.ledger_size,
                root=drilled.root,
                size_bytes=drilled.size_bytes,
                took_ms=round(1000 * drilled.took_s),
            )
        )
        return drilled

    def _require_ours(self, folder: Path) -> None:
        """A folder that was mistyped is no failed drill. A damaged marker on the medium is: the drill finds it."""
        try:
            place = open_place(folder)
        except PlaceError as error:
            if error.code in _NOT_A_DRILL:
                raise
            return
        if place.store_id != self._keys.store_id:
            raise PlaceError("other_store", folder)

    def close(self) -> None:
        """When nothing of this runs any more and the archive is about to be closed."""
        self._maker.close()


def _place_id(folder: Path) -> str:
    try:
        return open_place(folder).place_id
    except Exception as error:
        if refusal_of(error) is None:
            raise
        return ""
