"""Contacts with all they hold: by time of change, by the phone's own list of deletions, by sweep.

Rules:
- Changed contacts are read in order of `contact_last_updated_timestamp`, from two minutes before the last one on, for
  changes that were written out of order; equal times are told apart by id. A time in the phone's future is not
  believed, so that one such contact cannot hide later changes.
- `deleted_contacts` names what the phone deleted in the last 30 days: such an absence is conclusive by itself. A cursor
  that was not used for longer starts from the beginning; what is gone and not on the list is DELETIONS_EXPIRED.
- The sweep finds what the clock hides: it lists all ids, and compares the versions of raw contacts by blocks of 64
  contacts. Where versions are not told, it reads the contacts themselves.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..clock import Clock
from ..content_query import InvalidColumnError, is_storage_locked
from ..errors import BridgeErrorCode, ShellCommandError
from ..records import AbsenceDoubt, AbsentRecord, CollectedBatch, ContactRow, Cursor, RawRecord, Source, UnreadableRow
from ..samples import sample_hash
from ..session import Session
from .absence import HIGHEST_ID, Doubts, Reckoning, no_doubts
from .base import Holdings, read_cursor, write_cursor
from .census import Census, Limiting, Roll, id_page, take_census
from .contact_changes import changed_since, deleted_since, fingerprint, versions_between
from .contact_rows import CHANGED, CONTACTS, read_contacts
from .presence import Presence

_PAGE = 100
_LARGEST_PAGE = 5000
_SWEEP_ROWS = 100
_BLOCK = 64
_SWEPT_BLOCKS = 16
_MOST_BLOCKS = 4096
_DAY_S = 86_400
_DELETIONS_KEPT_S = 29 * _DAY_S
"""The provider keeps 30 days; a day of margin for clocks."""
_FUTURE_MS = 2 * _DAY_S * 1000
_OVERLAP_MS = 120_000
_MOST_RECENT = 80
"""Fewer than a page: an idle poll stays one page."""


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
    high: int = 0
    """Highest id at the last look."""
    sweep: int = 0
    """Ids below this one were swept in this round."""
    blocks: dict[int, str] = field(default_factory=dict)
    """Fingerprints of blocks of contacts by their versions."""
    limiting: Limiting = Limiting.PARAMETER
    presence: Presence = field(default_factory=Presence)


class ContactsCollector:
    """content://com.android.contacts."""

    source = Source.CONTACTS

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. Two commands when nothing happened."""
        place = await self._with_limiting(session, read_cursor(cursor, ContactsPlace))
        now_s = int(self._clock.now().timestamp())
        if place.checked_at_s and now_s - place.checked_at_s > _DELETIONS_KEPT_S:
            place = ContactsPlace(limiting=place.limiting, presence=place.presence)
            logged = frozenset(await deleted_since(session, 0))
            census = await take_census(session, _roll(place), self._clock)
            if census.ids:
                place, absent, _ = await self._judge(session, place, known, census, certain=logged, doubts=_expired)
                yield self._batch(place, records=[], absent=absent, is_caught_up=False)
        deleted = await deleted_since(session, place.deleted_since_ms)
        told = self._after_deletions(place, deleted)
        if now_s - place.checked_at_s > _DAY_S:
            told = replace(told, checked_at_s=now_s)
        suspects = frozenset(deleted.keys() - place.deleted)
        if suspects:
            archived = await known.present_ids(min(suspects), max(suspects))
            suspects = (suspects & archived) - place.presence.doubted_ids()
        # The list of deletions counts as read once what it names was told.
        place = place if suspects else told
        async for batch in self._changes(session, place):
            place = read_cursor(batch.cursor, ContactsPlace)
            yield batch
        if suspects:
            place = replace(
                place,
                deleted_since_ms=told.deleted_since_ms,
                deleted=told.deleted,
                checked_at_s=told.checked_at_s,
            )
            census = await take_census(session, _roll(place), self._clock)
            place, absent, _ = await self._judge(session, place, known, census, certain=frozenset(deleted))
            yield self._batch(place, records=[], absent=absent, is_caught_up=True)

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.sweep`. All ids each time, versions of about a thousand contacts, at most about 100 whole."""
        place = await self._with_limiting(session, read_cursor(cursor, ContactsPlace))
        census = await take_census(session, _roll(place), self._clock)
        if not census.ids and await is_storage_locked(session):
            raise ShellCommandError(BridgeErrorCode.STORAGE_LOCKED, exit_code=0, stderr_sha256=sample_hash(b""))
        if not census.ids and place.presence.is_empty:
            return
        archived = await known.present_ids(1, HIGHEST_ID)
        logged = frozenset(await deleted_since(session, 0)) if archived - census.ids else frozenset[int]()
        following, records = await self._swept(session, place, census, archived)
        following, absent, is_restored = await self._judge(session, following, known, census, certain=logged)
        if is_restored:
            following = ContactsPlace(limiting=place.limiting, presence=following.presence)
        elif census.ids:
            following = replace(following, presence=following.presence.sampled(_sample(records)))
        yield self._batch(following, records=records, absent=absent, is_caught_up=not is_restored)

    async def _changes(self, session: Session, place: ContactsPlace) -> AsyncIterator[CollectedBatch]:
        """What changed since the place, in batches."""
        size = _PAGE
        since_ms = max(place.since_ms - _OVERLAP_MS, 0) if len(place.recent) <= _MOST_RECENT else place.since_ms
        while True:
            page = await changed_since(session, since_ms, rows=size, limiting=place.limiting)
            newest_ms = max(since_ms, self._newest(page.entries.values()))
            is_stuck = page.is_full and newest_ms == since_ms
            is_end = not page.is_full or (is_stuck and size == _LARGEST_PAGE)
            # A phone that limits nothing gives all at once: taken in pieces all the same.
            entries = list(page.entries.items())
            pieces = [entries[start : start + _LARGEST_PAGE] for start in range(0, len(entries), _LARGEST_PAGE)]
            for index, piece in enumerate(pieces or [[]]):
                fresh = [row_id for row_id, at_ms in piece if place.recent.get(row_id) != at_ms]
                records = await self._records(session, fresh)
                place = self._after(place, dict(piece))
                yield self._batch(place, records=records, is_caught_up=is_end and index + 1 >= len(pieces))
            if is_end:
                return
            # More contacts of one and the same moment than a page holds (an import): a larger page gets past them.
            size = min(size * 4, _LARGEST_PAGE) if is_stuck else _PAGE
            since_ms = newest_ms

    async def _swept(
        self, session: Session, place: ContactsPlace, census: Census, archived: frozenset[int]
    ) -> tuple[ContactsPlace, list[RawRecord]]:
        """The place after a window of contacts, and those of them that may have changed."""
        if not census.ids:
            return place, []
        wanted = sorted(census.ids - archived)[:_SWEEP_ROWS]
        highest = max(census.ids)
        first = place.sweep // _BLOCK
        blocks = sorted({row_id // _BLOCK for row_id in census.ids if row_id // _BLOCK >= first})[:_SWEPT_BLOCKS]
        if not blocks:
            return replace(place, sweep=0), await self._records(session, wanted)
        versions = await versions_between(session, blocks[0] * _BLOCK, blocks[-1] * _BLOCK + _BLOCK - 1)
        marks = dict(place.blocks)
        last = 0
        for block in blocks:
            ids = sorted(row_id for row_id in census.ids if row_id // _BLOCK == block)
            mark = "" if versions is None else fingerprint(versions, ids)
            if not mark or marks.get(block) != mark:
                if len(wanted) + len(ids) > max(_SWEEP_ROWS, len(ids)):
                    break
                wanted += ids
                marks[block] = mark
            last = block
        records = await self._records(session, sorted(set(wanted)))
        following = (last + 1) * _BLOCK
        marks = dict(sorted(marks.items())[-_MOST_BLOCKS:])
        return replace(place, sweep=0 if following > highest else following, blocks=marks), records

    async def _judge(
        self,
        session: Session,
        place: ContactsPlace,
        known: Holdings,
        census: Census,
        *,
        certain: frozenset[int],
        doubts: Doubts = no_doubts,
    ) -> tuple[ContactsPlace, tuple[AbsentRecord, ...], bool]:
        """The place after a census, what is gone, and whether the address book was rebuilt."""
        reckoning = Reckoning(
            source=self.source, session=session, known=known, roll=_roll(place), own_doubts=doubts, certain=certain
        )
        verdict = await reckoning.judge(
            census, place.presence, high=place.high, suspects=certain, now=self._clock.now()
        )
        place = replace(place, presence=verdict.presence)
        if census.ids:
            recent = {row_id: at_ms for row_id, at_ms in place.recent.items() if row_id in census.ids}
            place = replace(place, recent=recent, high=max(census.ids))
        return place, verdict.absent, verdict.is_restored

    def _after(self, place: ContactsPlace, entries: Mapping[int, int]) -> ContactsPlace:
        """The place once these contacts were taken."""
        since_ms = max(place.since_ms, self._newest(entries.values()))
        seen = {**place.recent, **entries}
        recent = {row_id: at_ms for row_id, at_ms in seen.items() if at_ms >= since_ms - _OVERLAP_MS}
        if len(recent) > _MOST_RECENT:
            recent = {row_id: at_ms for row_id, at_ms in seen.items() if at_ms >= since_ms}
        return replace(
            place,
            since_ms=since_ms,
            recent=dict(sorted(recent.items())),
            high=max(place.high, max(entries, default=0)),
        )

    def _after_deletions(self, place: ContactsPlace, deleted: Mapping[int, int]) -> ContactsPlace:
        if not deleted.keys() - place.deleted:
            return place
        since_ms = max(place.deleted_since_ms, self._newest(deleted.values()))
        return replace(
            place,
            deleted_since_ms=since_ms,
            deleted=frozenset(row_id for row_id, at_ms in deleted.items() if at_ms >= since_ms),
        )

    def _newest(self, times_ms: Iterable[int]) -> int:
        """The latest time that is not in the phone's future."""
        latest_believed = int(self._clock.now().timestamp() * 1000) + _FUTURE_MS
        return max((at_ms for at_ms in times_ms if at_ms <= latest_believed), default=0)

    async def _with_limiting(self, session: Session, place: ContactsPlace) -> ContactsPlace:
        """The place with the way of limiting that this phone takes, asked once: when the source was never read."""
        if place.limiting is not Limiting.PARAMETER or place.since_ms or place.recent:
            return place
        try:
            await id_page(session, _roll(place), above=HIGHEST_ID - 1, rows=1)
        except InvalidColumnError:
            raise
        except ShellCommandError as error:
            if error.code is not BridgeErrorCode.SHELL_FAILED:
                raise
            place = replace(place, limiting=Limiting.RANGE)
            await id_page(session, _roll(place), above=HIGHEST_ID - 1, rows=1)
        return place

    async def _records(self, session: Session, ids: Sequence[int]) -> list[RawRecord]:
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
        self,
        place: ContactsPlace,
        *,
        records: Sequence[RawRecord],
        absent: tuple[AbsentRecord, ...] = (),
        is_caught_up: bool,
    ) -> CollectedBatch:
        return CollectedBatch(
            source=Source.CONTACTS,
            records=tuple(records),
            absent=absent,
            cursor=write_cursor(place),
            is_caught_up=is_caught_up,
        )


def _roll(place: ContactsPlace) -> Roll:
    return Roll(uri=CONTACTS, limiting=place.limiting, mark=CHANGED)


def _sample(records: Sequence[RawRecord]) -> Mapping[int, int]:
    contacts = [record.row for record in records if isinstance(record.row, ContactRow)]
    return {one.provider_id: one.updated_ms or 0 for one in contacts[:: max(1, len(contacts) // 4)][:4]}


def _expired(_census: Census, missing: frozenset[int]) -> Mapping[int, AbsenceDoubt]:
    return dict.fromkeys(missing, AbsenceDoubt.DELETIONS_EXPIRED)
