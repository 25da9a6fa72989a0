"""Messages: new rows by id, the newest ids read again on every poll, the rest in a rolling sweep.

Rules:
- The cursor's `high` is the highest id that was read. A poll reads `_id > high - 20`: ids are reused after the newest
  rows were deleted, and a message on its way out (type 4, hidden from shell) becomes visible later with a lower id.
- Of those 20 only rows whose fingerprint changed are given again; one that is gone is absent.
- Pages grow while they are small and shrink when an answer is too large, down to one row; a row that is too large
  alone becomes an UnreadableRow.
- When the whole table looks empty nothing is concluded: a rejected query, a change of the SMS app or of the SIM
  (Android 14+ shows only rows of the user's subscriptions) looks the same. One visible row settles it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ..clock import Clock
from ..content_query import is_storage_locked, parse_ids, parse_numbers, read_rows
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..records import AbsentRecord, CollectedBatch, Cursor, RawRecord, Source, UnreadableRow
from ..samples import sample_hash
from ..session import MIB, Session
from . import sms_rows
from .base import Holdings, read_cursor, write_cursor
from .sms_rows import SmsPage

_TAIL = 20
_SMALL_PAGE = 200
_LARGEST_PAGE = 2000
_SWEEP_PAGE = 300
_COMFORTABLE_BYTES = 1 * MIB
_LARGEST_ANSWER = 4 * MIB
_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsPlace:
    """What the cursor holds."""

    high: int = 0
    sweep: int = 0
    """Ids up to this one were swept in this round."""
    tail: dict[int, str] = field(default_factory=dict)
    """Fingerprints of the newest rows by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    above: int
    """Only ids above this one were asked for."""
    page: SmsPage
    is_full: bool
    """True when there may be more rows after the page."""
    next_size: int


class SmsCollector:
    """content://sms."""

    source = Source.SMS

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. While a batch is being committed the next page is already on its way."""
        place = read_cursor(cursor, SmsPlace)
        above = max(0, place.high - _TAIL)
        fetch = asyncio.create_task(self._read(session, above=above, up_to=None, size=_SMALL_PAGE))
        try:
            read = await fetch
            if not read.page.ids:
                yield await self._nothing(session, place, known)
                return
            while True:
                if read.is_full:
                    following = self._read(session, above=read.page.ids[-1], up_to=None, size=read.next_size)
                    fetch = asyncio.create_task(following)
                batch, place = self._step(place, read)
                yield batch
                if not read.is_full:
                    return
                read = await fetch
        finally:
            fetch.cancel()
            await asyncio.gather(fetch, return_exceptions=True)

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.sweep`. A window is 300 rows."""
        place = read_cursor(cursor, SmsPlace)
        if place.high == 0:
            return
        read = await self._read(session, above=place.sweep, up_to=place.high, size=_SWEEP_PAGE)
        ids = read.page.ids
        is_table_visible = bool(ids) or bool(await self._highest_id(session))
        last = ids[-1] if read.is_full else place.high
        absent: frozenset[int] = frozenset()
        if is_table_visible:
            absent = await known.present_ids(place.sweep + 1, last) - frozenset(ids)
        following = SmsPlace(high=place.high, sweep=last if read.is_full else 0, tail=place.tail)
        yield self._batch(following, records=read.page.records, absent=absent, is_caught_up=True)

    def _step(self, place: SmsPlace, read: _Read) -> tuple[CollectedBatch, SmsPlace]:
        """The batch and the new place after one page of `collect`."""
        ids, records = read.page.ids, read.page.records
        last = ids[-1] if ids else read.above
        # A page that is not full shows that nothing lies beyond it; ids up there are free to be given out again.
        covered = last if read.is_full else max(last, place.high)
        high = max(last, place.high) if read.is_full else last
        marks = {
            row_id: sms_rows.fingerprint(record)
            for row_id, record in zip(ids, records, strict=True)
            if row_id > last - _TAIL or row_id <= place.high
        }
        fresh = [
            record
            for row_id, record in zip(ids, records, strict=True)
            if row_id > place.high or place.tail.get(row_id) != marks[row_id]
        ]
        gone = {row_id for row_id in place.tail if read.above < row_id <= covered}.difference(ids)
        tail = {row_id: mark for row_id, mark in place.tail.items() if row_id not in gone} | marks
        following = SmsPlace(
            high=high,
            sweep=min(place.sweep, high),
            tail={row_id: mark for row_id, mark in tail.items() if row_id > high - _TAIL},
        )
        batch = self._batch(following, records=fresh, absent=frozenset(gone), is_caught_up=not read.is_full)
        return batch, following

    async def _nothing(self, session: Session, place: SmsPlace, known: Holdings) -> CollectedBatch:
        """No row where the newest ones should be."""
        highest = await self._highest_id(session)
        if highest == 0:
            if await is_storage_locked(session):
                raise ShellCommandError(BridgeErrorCode.STORAGE_LOCKED, exit_code=0, stderr_sha256=sample_hash(b""))
            return self._batch(place, records=[], absent=frozenset(), is_caught_up=True)
        gone = await known.present_ids(highest + 1, place.high)
        following = SmsPlace(high=min(highest, place.high), sweep=min(place.sweep, highest))
        return self._batch(following, records=[], absent=gone, is_caught_up=True)

    async def _highest_id(self, session: Session) -> int:
        answer = await read_rows(session, sms_rows.highest_id_query())
        return max(parse_ids(answer, source=sms_rows.URI), default=0)

    async def _read(self, session: Session, *, above: int, up_to: int | None, size: int) -> _Read:
        """One page, of fewer rows when they are large.

        Raises:
            As `Collector.collect`.
        """
        while True:
            query = sms_rows.page_query(above=above, up_to=up_to, rows=size)
            try:
                answer = await read_rows(session, query, timeout_s=_TIMEOUT_S, max_bytes=_LARGEST_ANSWER)
            except ShellCommandError as error:
                if error.code is not BridgeErrorCode.OUTPUT_TOO_LARGE:
                    raise
                if size == 1:
                    return await self._skip(session, above=above, up_to=up_to, reason="too_large")
                size = max(1, size // 4)
                continue
            try:
                page = sms_rows.parse_page(answer, collected_at=self._clock.now())
            except ParseError:
                row_id = sms_rows.first_id(answer)
                if row_id is None or row_id <= above:
                    raise
                if size == 1:
                    return await self._skip(session, above=above, up_to=up_to, reason="ambiguous")
                size = max(1, size // 4)
                continue
            if page.ids and (page.ids[0] <= above or (up_to is not None and page.ids[-1] > up_to)):
                raise ParseError(sms_rows.URI, sample_sha256=sample_hash(answer[:4096]), detail="other rows")
            return _Read(
                above=above,
                page=page,
                is_full=len(page.ids) >= size,
                next_size=_next_size(size, page.size_bytes),
            )

    async def _skip(self, session: Session, *, above: int, up_to: int | None, reason: str) -> _Read:
        """Name the next row without its text, which cannot be read. The phone must still make sense without it."""
        query = sms_rows.next_id_query(above=above, up_to=up_to)
        answer = await read_rows(session, query)
        rows = parse_numbers(answer, query.projection, source=sms_rows.URI)
        if not rows or rows[0][0] is None:
            raise ParseError(sms_rows.URI, sample_sha256=sample_hash(answer[:4096]), detail="a row that came and went")
        size = (rows[0][1] or 0) // 2
        return self._only(UnreadableRow(provider_id=rows[0][0], reason=reason, size_bytes=size), above)

    def _only(self, row: UnreadableRow, above: int) -> _Read:
        record = sms_rows.record_of(row, self._clock.now())
        page = SmsPage(ids=[row.provider_id], records=[record], size_bytes=row.size_bytes)
        return _Read(above=above, page=page, is_full=True, next_size=1)

    def _batch(
        self, place: SmsPlace, *, records: list[RawRecord], absent: frozenset[int], is_caught_up: bool
    ) -> CollectedBatch:
        noticed_at = self._clock.now()
        return CollectedBatch(
            source=Source.SMS,
            records=tuple(records),
            absent=tuple(
                AbsentRecord(source=Source.SMS, source_key=str(row_id), noticed_at=noticed_at)
                for row_id in sorted(absent)
            ),
            cursor=write_cursor(place),
            is_caught_up=is_caught_up,
        )


def _next_size(size: int, answer_bytes: int) -> int:
    if answer_bytes < _COMFORTABLE_BYTES // 2:
        return min(size * 4, _LARGEST_PAGE)
    if answer_bytes > _COMFORTABLE_BYTES * 2:
        return max(1, size // 2)
    return size
