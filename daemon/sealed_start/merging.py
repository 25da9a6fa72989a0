"""What was sealed before the vault was open, into the archive: judged and committed in the order of reading."""

import asyncio
import shutil
from dataclasses import replace

from adb_bridge.records import DeviceSerial
from crypto.errors import CryptoError, IntegrityError
from crypto.sealed_keys import MediaKeys
from crypto.vault_keys import VaultKeys

from ..archive.archive import Archive
from ..archive.drafts import AuditDraft
from ..archive.errors import NotEnrolledError, UnitRefusedError
from ..audit import DAEMON_ACTOR, NO_ROLE
from ..bus import Bus, DeviceChanged
from ..judge import Judge, Urgency
from ..logs import log_for
from ..media_store import MediaStore
from ..outbox import Outbox
from .batches import BatchFolder, SealedBatch
from .blobs import read_sealed
from .roster import SealedPaths, inbox_key


class Merging:
    """Once after each start with an open vault."""

    def __init__(
        self,
        paths: SealedPaths,
        *,
        archive: Archive,
        keys: VaultKeys,
        media: MediaStore,
        judge: Judge,
        outbox: Outbox,
        bus: Bus,
    ) -> None:
        self._paths = paths
        self._archive = archive
        self._keys = keys
        self._media = media
        self._judge = judge
        self._outbox = outbox
        self._bus = bus
        self._log = log_for("sealed")

    async def run(self) -> int:
        """How many batches were merged. A file goes when its batch is committed; a cut is done again, doubling nothing.

        What does not open (changed, or sealed to another store) or cannot be kept is put aside as `NAME.damaged`, told,
        and kept. Errors of the archive pass.
        """
        folder, key = BatchFolder(self._paths.batches), inbox_key(self._keys)
        merged = 0
        for path in await asyncio.to_thread(folder.paths):
            try:
                sealed = await asyncio.to_thread(folder.read, path, key)
                await self._merge(sealed)
            except (IntegrityError, UnitRefusedError, TypeError, ValueError, OverflowError) as error:
                code = error.code.value if isinstance(error, IntegrityError) else "archive.unit_refused"
                self._log.error("sealed.damaged", code=code)
                await asyncio.to_thread(path.rename, path.with_name(path.name + ".damaged"))
                continue
            except NotEnrolledError:
                self._log.warning("sealed.not_enrolled")
            except CryptoError as error:
                self._log.error("sealed.trouble", code=error.code.value)
                return merged
            await asyncio.to_thread(path.unlink)
            merged += 1
        if merged and not await asyncio.to_thread(folder.paths):
            await asyncio.to_thread(shutil.rmtree, self._paths.files, ignore_errors=True)
        return merged

    async def _merge(self, sealed: SealedBatch) -> None:
        # Anybody who may write files can seal a batch: it says neither that rows are gone nor where reading goes on.
        # What it had of both, the next reading of the phone tells again.
        batch, serial = replace(sealed.batch, absent=()), sealed.serial
        for sha256, name in sealed.files.items():
            if not await self._media.has(sha256):
                await self._take_file(serial, sealed, sha256, name)
        ingest = await self._judge.judge(serial, batch, {}, Urgency.BACKFILL)
        committed = await self._archive.ingest(replace(ingest, cursor=None, is_caught_up=False))
        target = f"{serial} {batch.source.value} count={committed.new_events} ledger:{committed.ledger_size}"
        draft = AuditDraft(
            actor=DAEMON_ACTOR, role=NO_ROLE, action="sealed.merge", target=target, reason=None, outcome="ok"
        )
        await self._archive.audit(draft)
        self._outbox.committed(committed)
        self._bus.publish(DeviceChanged(serial))
        self._log.info("sealed.merged", source=batch.source.value, rows=committed.new_events)

    async def _take_file(self, serial: DeviceSerial, sealed: SealedBatch, sha256: str, name: str) -> None:
        writer = await self._media.open(serial, sealed.batch.source, f"sealed:{sha256}")
        pieces = read_sealed(self._paths.files, name, MediaKeys(self._keys))
        try:
            while (piece := await asyncio.to_thread(next, pieces, b"")) != b"":
                await writer.write(piece)
            await writer.finish()
        except BaseException:
            await writer.abandon()
            raise
