"""Raw batches become judged events: normalise, then the rules, in one thread beside the event loop.

Live batches go before backfill: pages are judged in small slices, and between slices whoever is more urgent goes first.
"""

import asyncio
import heapq
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum

from adb_bridge.records import CollectedBatch, DeviceSerial, RawRecord, Source
from policies.engine import Engine
from policies.model import Side, Subject, SubjectKind, Verdict

from .absence import AbsenceGroup, finding, grouped, is_forgotten_by_phone, subject_kind
from .event_told import told_by
from .events import CollectedEvent, Direction, Event, EventKind, GroupFinding, Ingest, JudgedEvent, KeptEvent
from .logs import log_for, where
from .normalise import normalise

SLICE = 100
"""Records between two looks at who else waits."""
CONTEXT_MESSAGES = 3
MAX_CONVERSATIONS = 5_000
_MAX_CONTEXT_CHARACTERS = 2_000


class Urgency(IntEnum):
    """Who goes first."""

    LIVE = 0
    BACKFILL = 1


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
        self, engine: Engine, collected: Callable[[CollectedEvent], CollectedEvent] = lambda event: event
    ) -> None:
        """`collected`: what of a fresh record is kept; private ones become counts before anything judges them."""
        self._engine = engine
        self._collected = collected
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="judge")
        self._turnstile = Turnstile()
        self.failures = 0
        """Events that could not be judged; `doctor` shows the number."""
        self._context: OrderedDict[tuple[DeviceSerial, str], deque[str]] = OrderedDict()

    @property
    def ruleset_version(self) -> str:
        """Of the rules in force."""
        return self._engine.version

    @property
    def depth(self) -> int:
        """Batches that wait."""
        return self._turnstile.depth

    def replace_engine(self, engine: Engine) -> None:
        """New rules for every event from the next one on."""
        self._engine = engine

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
                judged += await loop.run_in_executor(self._thread, self._judge, device, records)
            finally:
                self._turnstile.leave()
        findings: tuple[GroupFinding, ...] = ()
        if groups:
            found = await loop.run_in_executor(self._thread, self._find, device, groups, last_of)
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

    def _judge(self, device: DeviceSerial, records: Sequence[RawRecord]) -> list[JudgedEvent]:
        return [self._judged(normalise(record, device)) for record in records]

    def _find(
        self, device: DeviceSerial, groups: Sequence[AbsenceGroup], last_of: dict[str, KeptEvent]
    ) -> list[GroupFinding]:
        return [
            GroupFinding(
                judged=self._judged(finding(group, last_of, device)),
                keys=tuple(absent.source_key for absent in group.absent),
                is_conclusive=not group.doubts,
            )
            for group in groups
        ]

    def _judged(self, event: CollectedEvent) -> JudgedEvent:
        kept = self._collected(event)
        return JudgedEvent(event=kept, verdicts=self._verdicts(event) if kept is event else ())

    def _verdicts(self, event: Event) -> tuple[Verdict, ...]:
        if event.kind is EventKind.ABSENCE and is_forgotten_by_phone(event):
            return ()
        try:
            return self._engine.evaluate(self._subject(event))
        except Exception as error:  # noqa: BLE001 - a fault in a rule must not keep a message out of the archive
            self.failures += 1
            if self.failures == 1:
                log_for("judge").error("rules.failed", error_type=type(error).__name__, where=where(error))
            return ()

    def _subject(self, event: Event) -> Subject:
        return Subject(
            kind=subject_kind(event) if event.kind is EventKind.ABSENCE else _KINDS[event.kind],
            channel=channel_of(event),
            text=event.text,
            side=side_of(event),
            previous=self._previous(event),
            sender=event.peer,
        )

    def _previous(self, event: Event) -> tuple[str, ...]:
        """Earlier messages of the conversation that this process has seen, oldest first; then remember this one."""
        if event.kind not in _SPOKEN or event.peer_key is None:
            return ()
        key = (event.device, event.peer_key)
        said = self._context.get(key)
        if said is None:
            said = self._context[key] = deque(maxlen=CONTEXT_MESSAGES)
            if len(self._context) > MAX_CONVERSATIONS:
                self._context.popitem(last=False)
        else:
            self._context.move_to_end(key)
        previous = tuple(said)
        said.append(event.text[:_MAX_CONTEXT_CHARACTERS])
        return previous


_CHANNELS = {"com.tencent.mm": "wechat", "com.tencent.wework": "wecom", "com.eg.android.AlipayGphone": "alipay"}


def channel_of(event: Event) -> str:
    """What rules call it: the source, for a notification `wechat`, `wecom`, `alipay` or `notification`."""
    if event.source is not Source.NOTIFICATIONS:
        return event.source.value
    return _CHANNELS.get(told_by(event).app or "", "notification")


def side_of(event: Event) -> Side:
    """Who said it. In a group it may be a colleague as well as a customer."""
    if event.kind not in _SPOKEN or (event.kind is EventKind.NOTIFICATION and told_by(event).is_group):
        return Side.UNKNOWN
    return _SIDES[event.direction]


_KINDS = {
    EventKind.MESSAGE: SubjectKind.MESSAGE,
    EventKind.CALL: SubjectKind.CALL,
    EventKind.CONTACT: SubjectKind.CONTACT,
    EventKind.ABSENCE: SubjectKind.ABSENCE,
    EventKind.NOTIFICATION: SubjectKind.MESSAGE,
    EventKind.RECORDING: SubjectKind.CALL,
}
_SPOKEN = frozenset({EventKind.MESSAGE, EventKind.NOTIFICATION})
_SIDES = {Direction.IN: Side.CUSTOMER, Direction.OUT: Side.STAFF, Direction.NONE: Side.UNKNOWN}
