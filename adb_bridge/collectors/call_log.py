"""Calls: new rows by id, the newest ids checked on every poll, a sweep over the newest 500.

Rules:
- The provider keeps the newest 500 rows of each phone account. A row is only absent when it lies above the 500th
  newest row that is there (or the oldest, when there are fewer): below, the provider may have cleaned up.
- Columns differ by version (32 on 9, 40 on 13): they are learned from one row without projection, and one that the
  provider then refuses is given up.
- Denied to shell up to Android 11 and by some vendors: PERMISSION_DENIED, every time.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from ..clock import Clock
from ..content_query import ContentQuery, InvalidColumnError, column_names, parse_ids, read_rows
from ..records import AbsentRecord, CallRow, CollectedBatch, Cursor, RawRecord, Source, UnreadableRow
from ..session import Session
from .base import Holdings, read_cursor, write_cursor
from .strict import BadRow, StrictRow, StrictTable, read_strict

URI = "content://call_log/calls"

_KEPT_BY_PROVIDER = 500
_TAIL = 20
_PAGE = 100
_SWEEP_ROWS = 50
_NUMBERS = ("date", "duration", "type", "presentation", "last_modified")
_TEXTS = ("subscription_id", "number", "name")
_REQUIRED = frozenset({"date", "duration", "type", "number"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLogPlace:
    """What the cursor holds."""

    high: int = 0
    tail: tuple[int, ...] = ()
    """Ids above `high - 20` at the last poll."""
    columns: tuple[str, ...] = ()
    """Columns this phone has; empty until a row was seen."""
    sweep: int = 0
    """Rows up to this id were read again in this round."""


class CallLogCollector:
    """content://call_log/calls."""

    source = Source.CALL_LOG

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. One command when nothing happened."""
        place = read_cursor(cursor, CallLogPlace)
        above = max(0, place.high - _TAIL)
        while True:
            ids = await self._ids(session, f"{URI}?limit={_PAGE}", where=f"_id>{above}", sort="_id ASC")
            is_full = len(ids) >= _PAGE
            if not ids and above == max(0, place.high - _TAIL) and not await self._is_table_visible(session):
                yield self._batch(place, records=[], absent=frozenset(), is_caught_up=True)
                return
            last = max(ids, default=above)
            covered = last if is_full else max(last, place.high)
            gone = frozenset(row_id for row_id in place.tail if above < row_id <= covered).difference(ids)
            fresh = [row_id for row_id in ids if row_id > place.high or row_id not in place.tail]
            records: list[RawRecord] = []
            columns = place.columns
            if fresh:
                columns, records = await self._rows(session, columns, fresh)
            high = max(last, place.high)
            tail = tuple(sorted(row_id for row_id in {*place.tail, *ids} - gone if row_id > high - _TAIL))
            place = replace(place, high=high, tail=tail, columns=columns)
            yield self._batch(place, records=records, absent=gone, is_caught_up=not is_full)
            if not is_full:
                return
            above = last

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.sweep`. The ids of the newest 500 rows each time, the content of 50 of them."""
        place = read_cursor(cursor, CallLogPlace)
        newest = await self._ids(session, f"{URI}?limit={_KEPT_BY_PROVIDER}&offset=0", where=None, sort="_id DESC")
        present = frozenset(sorted(newest, reverse=True)[:_KEPT_BY_PROVIDER])
        if not present or place.high == 0:
            return
        archived = await known.present_ids(min(present), place.high)
        behind = sorted(row_id for row_id in present if row_id <= place.high)
        late = [row_id for row_id in behind if row_id not in archived][:_SWEEP_ROWS]
        window = [row_id for row_id in behind if row_id > place.sweep][:_SWEEP_ROWS]
        columns, records = place.columns, list[RawRecord]()
        if late or window:
            columns, records = await self._rows(session, columns, {*late, *window})
        has_more = bool(window) and window[-1] != behind[-1]
        place = replace(place, columns=columns, sweep=window[-1] if has_more else 0)
        yield self._batch(place, records=records, absent=archived - present, is_caught_up=True)

    async def _ids(self, session: Session, uri: str, *, where: str | None, sort: str) -> tuple[int, ...]:
        query = ContentQuery(uri=uri, projection=("_id",), where=where, sort=sort)
        return parse_ids(await read_rows(session, query), source=URI)

    async def _is_table_visible(self, session: Session) -> bool:
        return bool(await self._ids(session, f"{URI}?limit=1", where=None, sort="_id DESC"))

    async def _rows(
        self, session: Session, columns: tuple[str, ...], ids: Sequence[int] | set[int]
    ) -> tuple[tuple[str, ...], list[RawRecord]]:
        """The rows, and the columns that this phone turned out to have.

        Raises:
            InvalidColumnError: a column that no call log lacks.
        """
        columns = columns or await self._discover(session)
        while True:
            table = StrictTable(
                uri=URI,
                numbers=tuple(name for name in _NUMBERS if name in columns),
                texts=tuple(name for name in _TEXTS if name in columns),
            )
            try:
                rows = await read_strict(session, table, sorted(ids))
            except InvalidColumnError as error:
                if error.column not in columns or error.column in _REQUIRED:
                    raise
                columns = tuple(name for name in columns if name != error.column)
                continue
            collected_at = self._clock.now()
            return columns, [
                RawRecord(
                    source=Source.CALL_LOG,
                    source_key=str(row.row_id),
                    row=_call(table, row) if isinstance(row, StrictRow) else _unreadable(row),
                    collected_at=collected_at,
                )
                for row in rows
            ]

    async def _discover(self, session: Session) -> tuple[str, ...]:
        wanted = (*_NUMBERS, *_TEXTS)
        shown = column_names(await read_rows(session, ContentQuery(uri=f"{URI}?limit=1")), wanted) | _REQUIRED
        return tuple(name for name in wanted if name in shown)

    def _batch(
        self, place: CallLogPlace, *, records: list[RawRecord], absent: frozenset[int], is_caught_up: bool
    ) -> CollectedBatch:
        noticed_at = self._clock.now()
        return CollectedBatch(
            source=Source.CALL_LOG,
            records=tuple(records),
            absent=tuple(
                AbsentRecord(source=Source.CALL_LOG, source_key=str(row_id), noticed_at=noticed_at)
                for row_id in sorted(absent)
            ),
            cursor=write_cursor(place),
            is_caught_up=is_caught_up,
        )


def _call(table: StrictTable, row: StrictRow) -> CallRow:
    numbers = dict(zip(table.numbers, row.numbers, strict=True))
    texts = dict(zip(table.texts, row.texts, strict=True))
    return CallRow(
        provider_id=row.row_id,
        number=texts.get("number"),
        date_ms=numbers.get("date") or 0,
        duration_s=numbers.get("duration") or 0,
        type=numbers.get("type") or 0,
        presentation=numbers.get("presentation"),
        subscription_id=texts.get("subscription_id"),
        cached_name=texts.get("name"),
        last_modified_ms=numbers.get("last_modified"),
    )


def _unreadable(row: BadRow) -> UnreadableRow:
    return UnreadableRow(provider_id=row.row_id, reason=row.reason, size_bytes=row.size_bytes)
