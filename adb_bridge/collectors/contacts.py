"""Contacts with their numbers, addresses and notes: by time of change, by the phone's own list of deletions, by sweep.

Rules:
- Changed contacts are read in order of `contact_last_updated_timestamp`, from the last one on; equal times are told
  apart by id. A time in the phone's future is not believed, so that one such contact cannot hide later changes.
- `deleted_contacts` names what the phone deleted in the last 30 days. A cursor that was not used for longer starts
  from the beginning and compares all ids.
- The sweep finds what the clock hides: contacts changed after the phone's clock was set back, and deletions that
  nobody logged.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from ..clock import Clock
from ..content_query import ContentQuery, parse_numbers, read_rows
from ..errors import BridgeErrorCode, ShellCommandError
from ..records import AbsentRecord, CollectedBatch, ContactRow, Cursor, RawRecord, Source, UnreadableRow
from ..session import Session
from .base import Holdings, read_cursor, write_cursor
from .contact_rows import CHANGED, CONTACTS, read_contacts

_DELETED = "content://com.android.contacts/deleted_contacts"
_DELETED_AT = "contact_deleted_timestamp"
_PAGE = 100
_LARGEST_PAGE = 5000
_SWEEP_PAGE = 100
_ID_PAGE = 5000
_HIGHEST_ID = 2**63 - 1
_DAY_S = 86_400
_DELETIONS_KEPT_S = 29 * _DAY_S
"""The provider keeps 30 days; a day of margin for clocks."""
_FUTURE_MS = 2 * _DAY_S * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsPlace:
    """What the cursor holds."""

    since_ms: int = 0
    """Changes before this time were read."""
    recent: dict[int, int] = field(default_factory=dict)
    """Contacts at or after `since_ms` that were read, with their time."""
    deleted_since_ms: int = 0
    deleted: frozenset[int] = frozenset()
    """Deletions at or after `deleted_since_ms` that were handled."""
    checked_at_s: int = 0
    """Unix time by our clock, to the day: when the deletions were read last."""
    sweep: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    entries: dict[int, int]
    """Contact ids with their time of change, oldest first."""
    is_full: bool


class ContactsCollector:
    """content://com.android.contacts."""

    source = Source.CONTACTS

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. Two commands when nothing happened."""
        place = read_cursor(cursor, ContactsPlace)
        now_s = int(self._clock.now().timestamp())
        if place.checked_at_s and now_s - place.checked_at_s > _DELETIONS_KEPT_S:
            place = ContactsPlace(sweep=place.sweep)
            async for batch in self._compare_all_ids(session, place, known):
                yield batch
        place, absent = await self._deletions(session, place, known)
        if now_s - place.checked_at_s > _DAY_S:
            place = replace(place, checked_at_s=now_s)
        size = _PAGE
        while True:
            page = await self._changed(session, place, size)
            fresh = [row_id for row_id, at_ms in page.entries.items() if place.recent.get(row_id) != at_ms]
            records = await self._records(session, fresh)
            following = self._after(place, page)
            is_stuck = page.is_full and following.since_ms == place.since_ms
            place = following
            yield self._batch(place, records=records, absent=absent, is_caught_up=not page.is_full)
            if not page.is_full or (is_stuck and size == _LARGEST_PAGE):
                return
            absent = frozenset()
            # More contacts of one and the same moment than a page holds (an import): a larger page gets past them.
            size = min(size * 4, _LARGEST_PAGE) if is_stuck else _PAGE

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.sweep`. A window is 100 contacts."""
        place = read_cursor(cursor, ContactsPlace)
        ids = await self._ids(session, above=place.sweep, size=_SWEEP_PAGE)
        is_full = len(ids) >= _SWEEP_PAGE
        if not ids and not await self._ids(session, above=0, size=1):
            return
        last = ids[-1] if is_full else _HIGHEST_ID
        absent = await known.present_ids(place.sweep + 1, last) - frozenset(ids)
        records = await self._records(session, ids)
        place = replace(place, sweep=ids[-1] if is_full else 0)
        yield self._batch(place, records=records, absent=absent, is_caught_up=True)

    async def _compare_all_ids(
        self, session: Session, place: ContactsPlace, known: Holdings
    ) -> AsyncIterator[CollectedBatch]:
        """What is archived and not there any more, over the whole table."""
        above = 0
        while True:
            ids = await self._ids(session, above=above, size=_ID_PAGE)
            is_full = len(ids) >= _ID_PAGE
            if not ids and above == 0:
                return
            absent = await known.present_ids(above + 1, ids[-1] if is_full else _HIGHEST_ID) - frozenset(ids)
            if absent:
                yield self._batch(place, records=[], absent=absent, is_caught_up=False)
            if not is_full:
                return
            above = ids[-1]

    async def _changed(self, session: Session, place: ContactsPlace, size: int) -> _Page:
        where = f"{CHANGED}>={place.since_ms}"
        query = ContentQuery(
            uri=f"{CONTACTS}?limit={size}",
            projection=("_id", CHANGED),
            # A contact without a time of change belongs to the beginning.
            where=where if place.since_ms else f"({where} OR {CHANGED} IS NULL)",
            sort=f"{CHANGED} ASC, _id ASC",
        )
        rows = parse_numbers(await read_rows(session, query), query.projection, source=CONTACTS)
        entries = {row_id: at_ms or 0 for row_id, at_ms in rows if row_id is not None}
        return _Page(entries=entries, is_full=len(rows) >= size)

    def _after(self, place: ContactsPlace, page: _Page) -> ContactsPlace:
        """The place once a page was taken."""
        latest_believed = int(self._clock.now().timestamp() * 1000) + _FUTURE_MS
        newest = max((at_ms for at_ms in page.entries.values() if at_ms <= latest_believed), default=0)
        since_ms = max(place.since_ms, newest)
        seen = place.recent | page.entries
        return replace(
            place,
            since_ms=since_ms,
            recent={row_id: at_ms for row_id, at_ms in seen.items() if at_ms >= since_ms},
        )

    async def _deletions(
        self, session: Session, place: ContactsPlace, known: Holdings
    ) -> tuple[ContactsPlace, frozenset[int]]:
        """Archived contacts that the phone says it deleted."""
        query = ContentQuery(
            uri=_DELETED,
            projection=("contact_id", _DELETED_AT),
            where=f"{_DELETED_AT}>={place.deleted_since_ms}",
            sort=f"{_DELETED_AT} ASC",
        )
        try:
            rows = parse_numbers(await read_rows(session, query), query.projection, source=_DELETED)
        except ShellCommandError as error:
            if error.code is not BridgeErrorCode.SHELL_FAILED:
                raise
            return place, frozenset()
        entries = {row_id: at_ms or 0 for row_id, at_ms in rows if row_id is not None}
        news = entries.keys() - place.deleted
        if not news:
            return place, frozenset()
        latest_believed = int(self._clock.now().timestamp() * 1000) + _FUTURE_MS
        newest = max((at_ms for at_ms in entries.values() if at_ms <= latest_believed), default=0)
        since_ms = max(place.deleted_since_ms, newest)
        following = replace(
            place,
            deleted_since_ms=since_ms,
            deleted=frozenset(row_id for row_id, at_ms in entries.items() if at_ms >= since_ms),
        )
        return following, frozenset(await known.present_ids(min(news), max(news)) & news)

    async def _ids(self, session: Session, *, above: int, size: int) -> list[int]:
        query = ContentQuery(uri=f"{CONTACTS}?limit={size}", projection=("_id",), where=f"_id>{above}", sort="_id ASC")
        rows = parse_numbers(await read_rows(session, query), query.projection, source=CONTACTS)
        return sorted(row[0] for row in rows if row[0] is not None)[:size]

    async def _records(self, session: Session, ids: list[int]) -> list[RawRecord]:
        """The contacts, a hundred at a time."""
        records: list[RawRecord] = []
        for start in range(0, len(ids), _PAGE):
            rows: list[ContactRow | UnreadableRow] = await read_contacts(session, ids[start : start + _PAGE])
            collected_at = self._clock.now()
            records.extend(
                RawRecord(source=Source.CONTACTS, source_key=str(row.provider_id), row=row, collected_at=collected_at)
                for row in rows
            )
        return records

    def _batch(
        self, place: ContactsPlace, *, records: list[RawRecord], absent: frozenset[int], is_caught_up: bool
    ) -> CollectedBatch:
        noticed_at = self._clock.now()
        return CollectedBatch(
            source=Source.CONTACTS,
            records=tuple(records),
            absent=tuple(
                AbsentRecord(source=Source.CONTACTS, source_key=str(row_id), noticed_at=noticed_at)
                for row_id in sorted(absent)
            ),
            cursor=write_cursor(place),
            is_caught_up=is_caught_up,
        )
