"""Calls: new rows by id, edited ones by `last_modified`, the newest looked at on every poll, all in a rolling sweep.

Source: content://call_log/calls (AOSP ContactsProvider `CallLogProvider`, 9-15).

Rules:
- The provider keeps the newest 500 rows of each phone account, some vendors fewer: the absence of a row that has so
  many newer ones is HISTORY_LIMIT.
- `last_modified` is left stale by builds before 2021-05: the numbers of the newest 20 rows are compared on every
  poll, the rest by the sweep.
- Columns differ by version (32 on 9, 40 on 13): they are learned from one row without projection, and one that the
  provider then refuses is given up.
- `?limit=` is refused or ignored by some vendors: then ids are listed without it.
- Denied to shell up to Android 11 and by some vendors: PERMISSION_DENIED, every time.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..clock import Clock
from ..content_query import InvalidColumnError, is_storage_locked
from ..errors import BridgeErrorCode, ShellCommandError
from ..records import AbsenceDoubt, AbsentRecord, CallRow, CollectedBatch, Cursor, RawRecord, Source
from ..samples import sample_hash
from ..session import Session
from .absence import HIGHEST_ID, Reckoning
from .base import Holdings, read_cursor, write_cursor
from .call_rows import REQUIRED, URI, CallHead, discover_columns, list_calls, read_calls
from .census import Census, Limiting, Roll, take_census
from .presence import Presence

_KEPT_BY_PROVIDER = 500
_FEWEST_KEPT = 100
"""No vendor is known to keep fewer."""
_TAIL = 20
_PAGE = 100
_SWEEP_ROWS = 50
_FUTURE_MS = 2 * 86_400 * 1000
_MOST_AHEAD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLogPlace:
    """What the cursor holds."""

    high: int = 0
    tail: dict[int, str] = field(default_factory=dict)
    """Numbers of the newest rows by id, see `CallHead.mark`."""
    columns: tuple[str, ...] = ()
    """Columns this phone has; empty until a row was seen."""
    modified_ms: int | None = None
    """Changes up to this time (phone's clock) were read; None before the history was read once."""
    newest_ms: int = 0
    """The latest change among the rows that were read."""
    ahead: dict[int, int] = field(default_factory=dict)
    """Rows with a change in the phone's future, which is not believed, with that time."""
    limiting: Limiting = Limiting.PARAMETER
    sweep: int = 0
    """Rows up to this id were read again in this round."""
    presence: Presence = field(default_factory=Presence)


class CallLogCollector:
    """content://call_log/calls."""

    source = Source.CALL_LOG

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. One command when nothing happened."""
        place = read_cursor(cursor, CallLogPlace)
        high, floor = place.high, max(0, place.high - _TAIL)
        after = 0 if place.modified_ms is not None else floor
        suspects: frozenset[int] = frozenset()
        while True:
            place, heads = await self._list(session, place, after=after, floor=floor)
            is_full = place.limiting is Limiting.PARAMETER and len(heads) == _PAGE
            if not heads and after in {0, floor} and not await self._is_table_visible(session, place):
                async for batch in self._empty(session, place, known):
                    yield batch
                return
            # A vendor that ignores the limit gives everything at once: taken in pieces all the same.
            pieces = [heads[start : start + _PAGE] for start in range(0, len(heads), _PAGE)] or [[]]
            for index, piece in enumerate(pieces):
                is_end = not is_full and index + 1 == len(pieces)
                fresh = [head.row_id for head in piece if self._is_fresh(place, head)]
                columns, records = await read_calls(session, place.columns, fresh, self._clock)
                place, gone = self._step(
                    replace(place, columns=columns), piece, after=max(after, floor), floor=floor, has_more=not is_end
                )
                suspects |= gone
                after = piece[-1].row_id if piece else after
                must_count = is_end and (
                    place.presence.is_empty or bool(suspects and suspects - place.presence.doubted_ids())
                )
                # Caught up also when rows are to be counted yet: who leaves early would never get to the count.
                yield self._batch(place, records=records, is_caught_up=is_end)
                if must_count:
                    census = await take_census(session, _roll(place), self._clock)
                    yield await self._told(session, place, known, census, high=high, suspects=suspects)
            if not is_full:
                return

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.sweep`. All ids each time, the content of 50 rows."""
        place = read_cursor(cursor, CallLogPlace)
        if place.high == 0:
            return
        place = await self._with_limiting(session, place)
        census = await take_census(session, _roll(place), self._clock)
        if not census.ids:
            async for batch in self._empty(session, place, known):
                yield batch
            return
        archived = await known.present_ids(1, HIGHEST_ID)
        behind = sorted(row_id for row_id in census.ids if row_id <= place.high)
        late = [row_id for row_id in behind if row_id not in archived][:_SWEEP_ROWS]
        window = [row_id for row_id in behind if row_id > place.sweep][:_SWEEP_ROWS]
        columns, records = await read_calls(session, place.columns, sorted({*late, *window}), self._clock)
        has_more = bool(window) and window[-1] != behind[-1]
        reckoned = replace(place, columns=columns, sweep=window[-1] if has_more else 0)
        batch = await self._told(
            session, reckoned, known, census, high=place.high, suspects=frozenset(), records=records
        )
        yield batch

    async def _list(
        self, session: Session, place: CallLogPlace, *, after: int, floor: int
    ) -> tuple[CallLogPlace, list[CallHead]]:
        """The next rows that are new or changed, and the place with what this phone turned out to be like."""
        while True:
            where = f"_id>{max(after, floor)}"
            if place.modified_ms is not None and (not place.columns or "last_modified" in place.columns):
                where = f"_id>{after} AND (_id>{floor} OR last_modified>{place.modified_ms})"
            limit = _PAGE if place.limiting is Limiting.PARAMETER else None
            try:
                heads = await list_calls(session, where, limit=limit, columns=place.columns)
            except InvalidColumnError as error:
                if error.column not in place.columns or error.column in REQUIRED:
                    raise
                place = replace(place, columns=tuple(name for name in place.columns if name != error.column))
            except ShellCommandError as error:
                if error.code is not BridgeErrorCode.SHELL_FAILED or limit is None:
                    raise
                place = await self._with_limiting(session, place, error)
            else:
                if place.columns or not heads:
                    return place, heads
                place = replace(place, columns=await discover_columns(session, heads[-1].row_id))

    async def _with_limiting(
        self, session: Session, place: CallLogPlace, refusal: ShellCommandError | None = None
    ) -> CallLogPlace:
        """The place with the way of limiting that this phone takes; raises `refusal` when none does."""
        if place.limiting is not Limiting.PARAMETER:
            return place
        try:
            await list_calls(session, "_id=0", limit=1, columns=())
        except InvalidColumnError:
            raise
        except ShellCommandError as error:
            if error.code is not BridgeErrorCode.SHELL_FAILED:
                raise
            await list_calls(session, "_id=0", limit=None, columns=())
            return replace(place, limiting=Limiting.RANGE)
        if refusal is not None:
            raise refusal
        return place

    def _is_fresh(self, place: CallLogPlace, head: CallHead) -> bool:
        if head.row_id > place.high:
            return True
        if head.row_id > place.high - _TAIL:
            return place.tail.get(head.row_id) != head.mark()
        return place.ahead.get(head.row_id) != head.modified_ms

    def _step(
        self, place: CallLogPlace, heads: Sequence[CallHead], *, after: int, floor: int, has_more: bool
    ) -> tuple[CallLogPlace, frozenset[int]]:
        """The new place after some rows, and rows of the tail that are gone."""
        ids = [head.row_id for head in heads]
        newest = [row_id for row_id in ids if row_id > floor]
        last = max(newest, default=after)
        high = max(last, place.high) if has_more or not newest else last
        covered = last if has_more else max(last, place.high)
        gone = frozenset(row_id for row_id in place.tail if after < row_id <= covered).difference(ids)
        tail = {**place.tail, **{head.row_id: head.mark() for head in heads}}
        latest = int(self._clock.now().timestamp() * 1000) + _FUTURE_MS
        times = {head.row_id: head.modified_ms for head in heads if head.modified_ms is not None}
        believed = max((at_ms for at_ms in times.values() if at_ms <= latest), default=0)
        ahead = {**place.ahead, **{row_id: at_ms for row_id, at_ms in times.items() if at_ms > latest}}
        newest_ms = max(place.newest_ms, believed)
        following = replace(
            place,
            high=high,
            tail={row_id: mark for row_id, mark in sorted(tail.items()) if row_id > high - _TAIL},
            modified_ms=place.modified_ms if has_more else newest_ms,
            newest_ms=newest_ms,
            ahead=dict(list(ahead.items())[-_MOST_AHEAD:]),
            presence=place.presence.seen(ids),
            sweep=min(place.sweep, high),
        )
        return following, gone

    async def _is_table_visible(self, session: Session, place: CallLogPlace) -> bool:
        limit = 1 if place.limiting is Limiting.PARAMETER else None
        return bool(await list_calls(session, "_id>0", limit=limit, columns=()))

    async def _empty(self, session: Session, place: CallLogPlace, known: Holdings) -> AsyncIterator[CollectedBatch]:
        if await is_storage_locked(session):
            raise ShellCommandError(BridgeErrorCode.STORAGE_LOCKED, exit_code=0, stderr_sha256=sample_hash(b""))
        if place.high == 0 or place.presence.is_empty:
            yield self._batch(place, records=[], is_caught_up=True)
            return
        census = Census(ids=frozenset(), subscriptions=None, covered_to=None, taken_at=self._clock.now())
        yield await self._told(session, place, known, census, high=place.high, suspects=frozenset())

    async def _told(
        self,
        session: Session,
        place: CallLogPlace,
        known: Holdings,
        census: Census,
        *,
        high: int,
        suspects: frozenset[int],
        records: Sequence[RawRecord] = (),
    ) -> CollectedBatch:
        """All that is gone, in one batch."""
        reckoning = Reckoning(
            source=self.source, session=session, known=known, roll=_roll(place), own_doubts=_forgotten
        )
        verdict = await reckoning.judge(census, place.presence, high=high, suspects=suspects, now=self._clock.now())
        place = replace(place, presence=verdict.presence)
        if verdict.is_restored:
            place = CallLogPlace(presence=verdict.presence, limiting=place.limiting)
        elif census.ids:
            place = replace(
                place,
                high=min(place.high, max(census.ids)),
                tail={row_id: mark for row_id, mark in place.tail.items() if row_id in census.ids},
                presence=place.presence.sampled(_sample(records)),
            )
        return self._batch(place, records=records, absent=verdict.absent, is_caught_up=not verdict.is_restored)

    def _batch(
        self,
        place: CallLogPlace,
        *,
        records: Sequence[RawRecord],
        absent: tuple[AbsentRecord, ...] = (),
        is_caught_up: bool,
    ) -> CollectedBatch:
        return CollectedBatch(
            source=Source.CALL_LOG,
            records=tuple(records),
            absent=absent,
            cursor=write_cursor(place),
            is_caught_up=is_caught_up,
        )


def _roll(place: CallLogPlace) -> Roll:
    return Roll(uri=URI, limiting=place.limiting)


def _sample(records: Sequence[RawRecord]) -> Mapping[int, int]:
    calls = [record.row for record in records if isinstance(record.row, CallRow)]
    return {call.provider_id: call.date_ms for call in calls[:: max(1, len(calls) // 4)][:4]}


def _forgotten(census: Census, missing: frozenset[int]) -> Mapping[int, AbsenceDoubt]:
    """Rows that the provider may have cleaned up itself."""
    oldest = min(census.ids)
    doubts: dict[int, AbsenceDoubt] = {}
    for newer, row_id in enumerate(sorted(census.ids | missing, reverse=True)):
        if row_id in missing and newer >= (_FEWEST_KEPT if row_id < oldest else _KEPT_BY_PROVIDER):
            doubts[row_id] = AbsenceDoubt.HISTORY_LIMIT
    return doubts
