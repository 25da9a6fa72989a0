"""Raw batches become judged events: normalise, then the rules, in one thread beside the event loop.

Live batches go before backfill: pages are judged in small slices, and between slices whoever is more urgent goes first.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from typing import TypeVar

from adb_bridge.records import CollectedBatch, DeviceSerial, RawRecord
from crypto.errors import CryptoError
from policies.engine import Engine
from policies.model import Earlier, Subject, Verdict

from .absence import AbsenceGroup, finding, grouped, is_forgotten_by_phone
from .archive.errors import ArchiveError
from .archive.neighbours import Around
from .conversations import Conversations
from .events import CollectedEvent, Event, EventKind, GroupFinding, Ingest, JudgedEvent, KeptEvent
from .judging_sides import channel_of as channel_of
from .judging_sides import kind_of
from .judging_sides import side_of as side_of
from .logs import log_for, where
from .normalise import normalise

SLICE = 100
"""Records between two looks at who else waits."""
T = TypeVar("T")
Said = Callable[[Sequence[Around]], Awaitable[tuple[tuple[KeptEvent, ...], ...]]]
"""What the archive has of conversations: for each, some of the last messages of a time, oldest first."""


class Urgency(IntEnum):
    """Who goes first."""

    LIVE = 0
    BACKFILL = 1
    ARCHIVE = 2
    """What is archived, judged again."""


class Turnstile:
    """Lets one through at a time: the most urgent, then the first who came."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = 0

    @property
    def depth(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def enter(self, urgency: Urgency) -> None:
        """Wait for the turn; `leave` afterwards, always."""
        if not self._is_taken:
            self._is_taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        heapq.heappush(self._waiting, (urgency, self._arrivals, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Hand the turn to the next."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._is_taken = False


class Judge:
    """One per daemon."""

    def __init__(
        self,
        engine: Engine,
        collected: Callable[[CollectedEvent], CollectedEvent] = lambda event: event,
        said: Said | None = None,
    ) -> None:
        """`collected`: what of a fresh record is kept; private ones become counts before anything judges them.
        `said`: asks the archive; None: only what comes in while this runs is context."""
        self._engine = engine
        self._collected = collected
        self._said = said
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="judge")
        self._turnstile = Turnstile()
        self._log = log_for("judge")
        self.failures = 0
        """Events that could not be judged; `doctor` shows the number."""
        self.former_version: str | None = None
        """Of the rules that were in force before, in this run of the daemon."""
        self._conversations = Conversations()

    @property
    def ruleset_version(self) -> str:
        """Of the rules in force."""
        return self._engine.version

    @property
    def depth(self) -> int:
        """Batches that wait."""
        return self._turnstile.depth

    @property
    def engine(self) -> Engine:
        """The rules in force."""
        return self._engine

    def replace_engine(self, engine: Engine) -> None:
        """New rules for every slice that begins from now on; what is being judged is judged by the old ones whole."""
        self.former_version = self._engine.version
        self._engine = engine

    async def aside(self, task: Callable[[], T]) -> T:
        """Run a piece of judging of old events when nobody else waits; it must be short."""
        await self._turnstile.enter(Urgency.ARCHIVE)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, task)
        finally:
            self._turnstile.leave()

    async def judge(
        self,
        device: DeviceSerial,
        batch: CollectedBatch,
        last_of: dict[str, KeptEvent],
        urgency: Urgency,
    ) -> Ingest:
        """The transaction of this batch. `last_of`: what the archive holds of its absent rows, by source key."""
        loop = asyncio.get_running_loop()
        judged: list[JudgedEvent] = []
        groups = grouped(batch.absent)
        alone = tuple(group.absent[0].source_key for group in groups if group.is_single)
        for start in range(0, max(len(batch.records), 1), SLICE):
            await self._turnstile.enter(urgency)
            try:
                records = batch.records[start : start + SLICE]
                judged += await self._judge(device, records)
            finally:
                self._turnstile.leave()
        findings: tuple[GroupFinding, ...] = ()
        if groups:
            found = await loop.run_in_executor(self._thread, self._find, self._engine, device, groups, last_of)
            judged += [one.judged for one in found if one.keys == (one.judged.event.source_key,)]
            findings = tuple(one for one in found if one.keys != (one.judged.event.source_key,))
        return Ingest(
            device=device,
            source=batch.source,
            judged=tuple(judged),
            absent_keys=alone,
            cursor=batch.cursor,
            is_caught_up=batch.is_caught_up,
            group_findings=findings,
        )

    def close(self) -> None:
        """End the thread; what it judges now is dropped, and collected again next time."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _judge(self, device: DeviceSerial, records: Sequence[RawRecord]) -> list[JudgedEvent]:
        """One slice, by one set of rules."""
        loop, engine = asyncio.get_running_loop(), self._engine
        events = await loop.run_in_executor(self._thread, self._collect, device, records)
        await self._look_up([event for event, kept in events if kept is event])
        return await loop.run_in_executor(self._thread, self._judged, engine, events)

    def _collect(
        self, device: DeviceSerial, records: Sequence[RawRecord]
    ) -> list[tuple[CollectedEvent, CollectedEvent]]:
        """Each event, and what is kept of it."""
        events = [normalise(record, device) for record in records]
        return [(event, self._collected(event)) for event in events]

    async def _look_up(self, events: Sequence[Event]) -> None:
        """Bring what was said before these events to hand. Without the archive they are judged without it."""
        missing = self._conversations.missing(events) if self._said is not None else ()
        if not missing or self._said is None:
            return
        try:
            newest = await self._said([one.newest for one in missing])
            older = [
                one for one, said in zip(missing, newest, strict=True) if not self._conversations.is_enough(one, said)
            ]
            for one, said in zip(older, await self._said([one.then for one in older]) if older else (), strict=True):
                self._conversations.take(one, said)
        except (ArchiveError, CryptoError) as error:
            self._log.warning("context.unread", error_type=type(error).__name__, where=where(error))

    def _find(
        self, engine: Engine, device: DeviceSerial, groups: Sequence[AbsenceGroup], last_of: dict[str, KeptEvent]
    ) -> list[GroupFinding]:
        events = [finding(group, last_of, device) for group in groups]
        judged = self._judged(engine, [(event, self._collected(event)) for event in events])
        return [
            GroupFinding(
                judged=one,
                keys=tuple(absent.source_key for absent in group.absent),
                is_conclusive=not group.doubts,
            )
            for group, one in zip(groups, judged, strict=True)
        ]

    def _judged(self, engine: Engine, events: Sequence[tuple[CollectedEvent, CollectedEvent]]) -> list[JudgedEvent]:
        judged = [event for event, kept in events if kept is event and not is_nobodys(event)]
        subjects = [subject_of(event, said) for event, said in zip(judged, self._before(judged), strict=True)]
        verdicts = dict(zip(map(id, judged), self.verdicts(engine, subjects), strict=True))
        return [JudgedEvent(event=kept, verdicts=verdicts.get(id(event), ())) for event, kept in events]

    def _before(self, events: Sequence[Event]) -> list[tuple[Earlier, ...]]:
        return self._conversations.before(events)

    def verdicts(self, engine: Engine, subjects: Sequence[Subject]) -> list[tuple[Verdict, ...]]:
        """Together; where that fails each by itself, so that a fault costs one verdict and never a message."""
        try:
            return engine.evaluate_many(subjects)
        except Exception:  # noqa: BLE001 - told below, by the one that fails
            return [self._verdict(engine, subject) for subject in subjects]

    def _verdict(self, engine: Engine, subject: Subject) -> tuple[Verdict, ...]:
        try:
            return engine.evaluate(subject)
        except Exception as error:  # noqa: BLE001 - a fault in a rule must not keep a message out of the archive
            self.failures += 1
            if self.failures == 1:
                self._log.error("rules.failed", error_type=type(error).__name__, where=where(error))
            return ()


def is_nobodys(event: Event) -> bool:
    """What the phone forgot by itself is no rule's business."""
    return event.kind is EventKind.ABSENCE and is_forgotten_by_phone(event)


def subject_of(event: Event, previous: tuple[Earlier, ...]) -> Subject:
    """What the rules are asked about an event."""
    return Subject(
        kind=kind_of(event),
        channel=channel_of(event),
        text=event.text,
        side=side_of(event),
        previous=previous,
        sender=event.peer,
    )
