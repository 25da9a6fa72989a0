"""One file into the archive of one phone: read, judged and committed like what the phone gives, batch by batch.

1. The whole file is read once for its hash and its kind; nothing is kept before.
2. It is read again in batches; each is compared with the archive, judged and committed. What the phone itself gave, or
   an earlier import, is counted and left out, so the same file twice changes nothing.
3. A file that breaks off keeps what was whole. A kill at any moment leaves whole batches; the same file again does the
   rest.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, TypeVar

from adb_bridge.clock import Clock
from adb_bridge.records import CollectedBatch, Cursor, DeviceSerial, Source
from crypto.errors import CryptoError

from ..api.importing import ImportKind, ImportReport
from ..archive.archive import Archive
from ..archive.errors import ArchiveError, ArchiveFullError, NotEnrolledError
from ..archive.imports import Known
from ..judge import Judge, Urgency
from ..media_store import MediaRefusedError, MediaStore
from ..outbox import Outbox
from .backup_xml import read_backup
from .csv_rows import read_csv, with_order
from .files import FileChangedError, ImportFile, Survey, survey_of
from .found import Ending, Found, FoundContent, FoundRow, Problem, RefusedOne
from .kinds import PROVENANCE, FilePlan, plan_file
from .probes import probe_of, record_of
from .recording_file import recording_of
from .tally import Tally

T = TypeVar("T")

BATCH: Final = 200
_BATCH_BYTES: Final = 4 * 1024 * 1024
_MOST_TAKEN: Final = 50_000
"""Events that stand for a row of this file; older ones are forgotten."""

Audit = Callable[[str, str, str], Awaitable[None]]
"""Action, target, outcome; durable when it returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """Who wants what."""

    device: DeviceSerial
    audit: Audit
    kind: ImportKind = ImportKind.AUTO
    is_check: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImporterParts:
    """What imports need of the daemon."""

    archive: Archive
    media: MediaStore
    judge: Judge
    outbox: Outbox
    clock: Clock
    zone: tzinfo | None
    """Of times without one: the store's; None is this machine's."""


class Importer:
    """One per daemon; one file at a time."""

    def __init__(self, parts: ImporterParts) -> None:
        self._parts = parts
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="import")
        self._turn = asyncio.Lock()

    def close(self) -> None:
        """End the thread; what it reads now is dropped."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def run(self, order: ImportOrder, file: ImportFile) -> AsyncGenerator[ImportReport, None]:
        """Reports as it goes on, the last one with `is_done`. Use `aclosing`; leaving early ends it after a batch.

        Raises:
            UnknownFormatError: nothing was kept.
            FileChangedError, OSError, CryptoError: before the first report; later they are the last report's problem.
            ArchiveError: the audit cannot be written; nothing was kept.
        """
        async with self._turn:
            survey = await self._in_thread(survey_of, file)
            plan = plan_file(survey, file.name, order.kind)
            tally = Tally(order.device, plan.kind, survey.sha256, survey.size_bytes, order.is_check)
            action = "import.check" if order.is_check else "import"
            target = f"{order.device} {plan.kind.value} sha256:{survey.sha256}"
            await order.audit(action, target, "asked")
            yield tally.report()
            run = _Run(self._parts, order, tally, PROVENANCE[plan.kind])
            try:
                pieces = self._pieces(file, survey, plan, tally)
                while batch := await self._in_thread(_take, pieces):
                    await run.work(batch)
                    yield tally.report()
                if plan.kind is ImportKind.RECORDINGS and tally.problem is None:
                    await self._recording(run, file, survey)
            except NotEnrolledError:
                tally.problem = Problem.NOT_ENROLLED
            except (ArchiveFullError, MediaRefusedError):
                tally.problem = Problem.DISK_FULL
            except ArchiveError:
                tally.problem = Problem.ARCHIVE
            finally:
                with suppress(ArchiveError):  # what was begun is in the audit; the ledger has the rest
                    await order.audit(action, target, tally.outcome)
            yield tally.last_report()

    def _pieces(self, file: ImportFile, survey: Survey, plan: FilePlan, tally: Tally) -> Iterator[Found]:
        """All rows of a file of text. In a thread; total but for faults of our own."""
        if plan.kind is ImportKind.RECORDINGS:
            return
        zone = self._parts.zone
        try:
            if plan.csv is None:
                yield from read_backup(_counted(file, tally), plan.encoding)
            else:
                csv_plan = with_order(plan.csv, file.chunks())
                is_messages = plan.kind is ImportKind.CSV_MESSAGES
                yield from read_csv(csv_plan, _counted(file, tally), is_messages=is_messages, zone=zone)
        except FileChangedError:
            yield Ending(problem=Problem.CHANGED, line=0)
        except (OSError, CryptoError):
            yield Ending(problem=Problem.UNREADABLE, line=0)

    async def _recording(self, run: "_Run", file: ImportFile, survey: Survey) -> None:
        now_s = round(self._parts.clock.now().timestamp())
        found = recording_of(file, survey, self._parts.zone, now_s)
        if await run.is_known(found):
            run.tally.read_bytes = survey.size_bytes
            return
        if not run.order.is_check:
            chunks = _counted(file, run.tally)
            try:
                await run.keep(survey.sha256, lambda: self._in_thread(_next, chunks))
            except FileChangedError:
                run.tally.problem = Problem.CHANGED
                return
            except (OSError, CryptoError):
                run.tally.problem = Problem.UNREADABLE
                return
        await run.work([found])

    async def _in_thread(self, task: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, task, *arguments)


class _Run:
    """One file being imported."""

    def __init__(self, parts: ImporterParts, order: ImportOrder, tally: Tally, kind: str) -> None:
        self._parts = parts
        self.order = order
        self.tally = tally
        self._provenance = f"{kind}:{tally.sha256}"
        self._taken: OrderedDict[int, None] = OrderedDict()
        self._batches = 0

    async def work(self, batch: list[Found]) -> None:
        """Contents into the media store, then rows into the archive, all of them or what the error says."""
        rows: dict[str, FoundRow] = {}
        for one in batch:
            match one:
                case FoundRow():
                    if one.key in rows:
                        self.tally.already_imported += 1
                    rows.setdefault(one.key, one)
                case FoundContent():
                    if not self.order.is_check:
                        await self._keep_content(one)
                case RefusedOne():
                    self.tally.refuse(one)
                case Ending():
                    self.tally.end(one)
        if rows:
            await self._commit(list(rows.values()))

    async def is_known(self, found: FoundRow) -> bool:
        """Count a row that is known already."""
        return not await self._unknown([found])

    async def keep(self, sha256: str, next_chunk: Callable[[], Awaitable[bytes]]) -> None:
        """A file into the media store, unless it is there. MediaRefusedError."""
        media = self._parts.media
        if await media.has(sha256):
            return
        writer = await media.open(self.order.device, Source.IMPORTED, sha256)
        await writer.abandon()  # what an earlier run left may be cut anywhere
        writer = await media.open(self.order.device, Source.IMPORTED, sha256)
        try:
            while chunk := await next_chunk():
                await writer.write(chunk)
            await writer.finish()
        except BaseException:
            await writer.abandon()
            raise

    async def _keep_content(self, found: FoundContent) -> None:
        pieces = [found.content, b""]

        async def following() -> bytes:
            return pieces.pop(0)

        await self.keep(found.sha256, following)

    async def _unknown(self, rows: list[FoundRow]) -> list[FoundRow]:
        """Those that neither the phone nor an import gave; the others are counted."""
        now = self._parts.clock.now()
        device = self.order.device
        records = [record_of(row, provenance=self._provenance, now=now) for row in rows]
        probes = await asyncio.to_thread(
            lambda: [probe_of(row, record, device) for row, record in zip(rows, records, strict=True)]
        )
        found = await self._parts.archive.imports.look_up(
            device, probes, provenance=self._provenance, taken=self._taken.keys()
        )
        for index in found.taken:
            self._taken[index] = None
        while len(self._taken) > _MOST_TAKEN:
            self._taken.popitem(last=False)
        self.tally.already_imported += found.known.count(Known.IMPORTED)
        self.tally.already_archived += found.known.count(Known.ARCHIVED)
        return [row for row, known in zip(rows, found.known, strict=True) if known is Known.NOWHERE]

    async def _commit(self, rows: list[FoundRow]) -> None:
        fresh = await self._unknown(rows)
        if self.order.is_check:
            self.tally.new += len(fresh)
            return
        if not fresh:
            return
        self._batches += 1
        now = self._parts.clock.now()
        batch = CollectedBatch(
            source=Source.IMPORTED,
            records=tuple(record_of(row, provenance=self._provenance, now=now) for row in fresh),
            absent=(),
            cursor=Cursor(f"{self.tally.sha256}:{self._batches}"),
            is_caught_up=True,
        )
        ingest = await self._parts.judge.judge(self.order.device, batch, {}, Urgency.BACKFILL)
        committed = await self._parts.archive.ingest(ingest)
        self._parts.outbox.committed(committed)
        self.tally.new += committed.new_events
        self.tally.already_imported += len(fresh) - committed.new_events


def _take(found: Iterator[Found]) -> list[Found]:
    """The next batch, bounded in number and bytes; empty at the end."""
    taken: list[Found] = []
    size = 0
    for one in found:
        taken.append(one)
        match one:
            case FoundRow(size_bytes=row_bytes):
                size += row_bytes
            case FoundContent(content=content):
                size += len(content)
            case _:
                pass
        if len(taken) >= BATCH or size >= _BATCH_BYTES:
            break
    return taken


def _counted(file: ImportFile, tally: Tally) -> Iterator[bytes]:
    for chunk in file.chunks():
        yield chunk
        tally.read_bytes += len(chunk)


def _next(chunks: Iterator[bytes]) -> bytes:
    return next(chunks, b"")
