"""Keeps recordings and calls paired: after every commit of one of them, and again while a recording is young.

The call log may come seconds after the file, an edited call is another event, a second call may make a pair doubtful:
for two days after a recording was collected every decision is made anew from all that is known, then it stays.

Where the phone denies its call log, a recording that no call at all fits becomes a call that says so
(`derived_from` = recording); when a log tells the call later, it takes that one's place.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.records import Availability, CapabilityName, CollectedBatch, Cursor, DeviceSerial, RawRecord, Source

from .archive.archive import Archive
from .archive.drafts import EventFilter
from .archive.errors import NotEnrolledError
from .archive.pairs import PairDecision, PairingSituation
from .archive.records import ArchivedEvent, DeviceRecord
from .bus import Bus, LedgerGrew, Notice
from .judge import Judge, Urgency
from .outbox import Outbox
from .pairing import METHOD, CallFact, Pair, RecordingClaim, fitting_calls, pair
from .recording_claims import call_fact, concluded_call, is_concluded, recording_claim
from .supervise import Supervision

RECONSIDERED_FOR: Final = timedelta(days=2)
CONCLUDED_AFTER: Final = timedelta(seconds=30)
"""So long a call of the telephony state may take to be told."""
CONCLUDED: Final = "concluded/1"
"""Method of the pair of a recording and the call that was concluded from it."""
_CALLS_BEFORE: Final = timedelta(hours=12)
_CALLS_AFTER: Final = timedelta(hours=1)
_GATHER_S: Final = 1.0


class RecordingPairs:
    """One per daemon."""

    def __init__(self, *, archive: Archive, judge: Judge, outbox: Outbox, bus: Bus, clock: Clock) -> None:
        self._archive = archive
        self._judge = judge
        self._outbox = outbox
        self._bus = bus
        self._clock = clock
        self._due: dict[DeviceSerial, float] = {}
        """Monotonic time by phone."""

    async def run(self, supervision: Supervision) -> None:
        """Until the daemon stops."""
        subscription = self._bus.subscribe()
        try:
            position = self._archive.ledger_size
            now_s = self._clock.monotonic()
            self._due = {record.serial: now_s for record in await self._archive.devices()}
            while True:
                for serial in self._due_now():
                    await self.decide(serial)
                    supervision.well()
                try:
                    async with asyncio.timeout(self._pause_s()):
                        notices = await subscription.take()
                except TimeoutError:
                    continue
                if notices is None:
                    return
                position = await self._note(notices, position)
        finally:
            self._bus.unsubscribe(subscription)

    async def decide(self, serial: DeviceSerial) -> int:
        """Decide anew about one phone's young recordings; how many decisions were new."""
        now = self._clock.now()
        recordings = await self._archive.pairs.recordings(serial, now - RECONSIDERED_FOR)
        claims = {one.ledger_index: claim for one in recordings if (claim := recording_claim(one)) is not None}
        if not claims:
            return 0
        times = [one.event.occurred_at for one in recordings]
        situation = await self._archive.pairs.situation(
            serial, recordings, min(times) - _CALLS_BEFORE, max(times) + _CALLS_AFTER
        )
        record = await self._archive.device(serial)
        # After a backfill these are thousands of recordings and all calls of years.
        decisions, fitting_none = await asyncio.to_thread(_weighed, situation, claims, record)
        if _is_call_log_denied(record):
            lonely = fitting_none - (situation.held.keys() - {one.recording for one in decisions})
            decisions += await self._conclude(
                serial, [one for one in reversed(recordings) if one.ledger_index in lonely], claims, situation
            )  # fmt: skip
        new = await self._archive.pairs.decide(serial, tuple(decisions)) if decisions else 0
        if new:
            self._bus.publish(LedgerGrew(self._archive.ledger_size))
        return new

    async def _note(self, notices: tuple[Notice, ...], position: int) -> int:
        """Phones with something new are looked at once more has had time to come."""
        sizes = [notice.size for notice in notices if isinstance(notice, LedgerGrew)]
        if not sizes:
            return position
        due_s = self._clock.monotonic() + _GATHER_S
        for serial in await self._archive.pairs.devices_with_news(position):
            self._due[serial] = min(due_s, self._due.get(serial, due_s))
        return max(position, *sizes)

    def _due_now(self) -> list[DeviceSerial]:
        now_s = self._clock.monotonic()
        due = [serial for serial, at_s in self._due.items() if at_s <= now_s]
        for serial in due:
            del self._due[serial]
        return due

    def _pause_s(self) -> float | None:
        if not self._due:
            return None
        return max(0.0, min(self._due.values()) - self._clock.monotonic())

    async def _conclude(
        self,
        serial: DeviceSerial,
        lonely: list[ArchivedEvent],
        claims: dict[int, RecordingClaim],
        situation: PairingSituation,
    ) -> list[PairDecision]:
        """Calls from recordings that no call fits, with the decisions that pair them. Where two calls fit alike it is
        not known which one a recording is of, but not that there was none.
        """
        known = {one.event.source_key: one.ledger_index for one in situation.calls if is_concluded(one)}
        now = self._clock.now()
        decisions: list[PairDecision] = []
        for recording in lonely:
            index, key = recording.ledger_index, recording.event.source_key
            wait = recording.event.received_at + CONCLUDED_AFTER - now
            if key not in known and wait > timedelta(0):
                self._due.setdefault(serial, self._clock.monotonic() + wait.total_seconds())
                continue
            call = known.get(key) or await self._archive_concluded(serial, key, claims[index])
            if call is not None:
                decisions.append(PairDecision(recording=index, call=call, score=0, method=CONCLUDED))
        return decisions

    async def _archive_concluded(self, serial: DeviceSerial, key: str, claim: RecordingClaim) -> int | None:
        """The ledger index of the call; None when the phone's enrolment does not cover calls."""
        record = RawRecord(
            source=Source.CALL_STATE, source_key=key, row=concluded_call(claim), collected_at=self._clock.now()
        )
        batch = CollectedBatch(
            source=Source.CALL_STATE, records=(record,), absent=(), cursor=Cursor(""), is_caught_up=False
        )
        ingest = await self._judge.judge(serial, batch, {}, Urgency.LIVE)
        try:
            committed = await self._archive.ingest(replace(ingest, cursor=None))
        except NotEnrolledError:
            return None
        self._outbox.committed(committed)
        ids_of_row = self._archive.tokens.ids_of_row
        ids = tuple(one for judged in ingest.judged for one in ids_of_row(judged.event.token))
        found = await self._archive.events(EventFilter(event_ids=ids, limit=1))
        return found[0].ledger_index if found else None


def _facts(situation: PairingSituation, record: DeviceRecord | None) -> list[CallFact]:
    status = None if record is None else record.status
    offset_ms = (status.clock_offset_ms or 0) if status is not None else 0
    found = (call_fact(one, clock_offset_ms=offset_ms) for one in situation.calls if not is_concluded(one))
    return [fact for fact in found if fact is not None]


def _weighed(
    situation: PairingSituation, claims: dict[int, RecordingClaim], record: DeviceRecord | None
) -> tuple[list[PairDecision], frozenset[int]]:
    """What changes, and the recordings that no call at all can be the call of. In a thread."""
    scores = fitting_calls(tuple(claims.values()), _facts(situation, record))
    found = {one.recording: one for one in pair(scores)}
    return _decisions(situation, claims, found), frozenset(claims.keys() - scores.keys())


def _decisions(
    situation: PairingSituation, claims: dict[int, RecordingClaim], found: dict[int, Pair]
) -> list[PairDecision]:
    """What changes. A call that was concluded stays its recording's until a log tells another."""
    concluded = {one.ledger_index for one in situation.calls if is_concluded(one)}
    decisions: list[PairDecision] = []
    for recording in claims:
        held, best = situation.held.get(recording), found.get(recording)
        if best is not None and best.call != held:
            stands_in = held if held in concluded else None
            decisions.append(
                PairDecision(
                    recording=recording, call=best.call, score=best.score, method=METHOD, stands_in=stands_in
                )  # fmt: skip
            )
        elif best is None and held is not None and held not in concluded:
            decisions.append(PairDecision(recording=recording, call=None, score=0, method=METHOD))
    return decisions


def _is_call_log_denied(record: DeviceRecord | None) -> bool:
    if record is None or record.profile is None:
        return False
    return any(
        one.name is CapabilityName.CALL_LOG and one.availability is Availability.NO
        for one in record.profile.capabilities
    )
