"""What SMS and MMS have in common: new rows by id, the newest read again on every poll, the rest in a rolling sweep.

Rules:
- The cursor's `high` is the highest id that was read. A poll reads `_id > high - 20`: ids are reused after the newest
  rows were deleted, and a message on its way out (hidden from shell) becomes visible later with a lower id.
- Of those 20 only rows whose fingerprint changed are given again.
- One vanished row, in a poll or a sweep, has the whole source counted: `absence` decides what is gone.
- A vendor that refuses expressions such as `hex(body)` shows itself by an error, or by nothing where plain ids show
  rows; it is then read column by column, and asked for expressions again once a sweep's round.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Generic

from ..clock import Clock
from ..content_query import ContentQuery, is_storage_locked, parse_ids, parse_numbers, read_rows
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..records import AbsentRecord, CollectedBatch, Cursor, RawRecord, Source
from ..samples import sample_hash
from ..session import Session
from .absence import Reckoning, no_doubts
from .base import Holdings, read_cursor, write_cursor
from .census import Census, Roll, take_census
from .paging import Item, Reader, Window
from .presence import Presence

TAIL = 20
_MOST_TRIES = 5


class Reading(StrEnum):
    """How rows are read."""

    HEX = "hex"
    """By expressions that no text can forge, many rows at once."""
    STRICT = "strict"
    """By plain columns (`strict`): slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Rows a page."""

    start: int
    """The first page of all."""
    poll: int
    """The first page of a later read; the newest 20 are always among it."""
    largest: int
    """The most that a page may grow to."""
    sweep: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesPlace:
    """What the cursor holds."""

    high: int = 0
    sweep: int = 0
    """Ids up to this one were swept in this round."""
    tail: dict[int, str] = field(default_factory=dict)
    """Fingerprints of the newest rows by id."""
    presence: Presence = field(default_factory=Presence)
    reading: Reading = Reading.HEX
    blocks: dict[int, str] = field(default_factory=dict)
    """Fingerprints of blocks of rows, where a sweep does not give every row again."""


class MessageCollector(ABC, Generic[Item]):
    """A `Collector` for rows with ids that mostly grow."""

    def __init__(self, clock: Clock, *, source: Source, roll: Roll, pace: Pace) -> None:
        self.source = source
        self._clock = clock
        self._roll = roll
        self._pace = pace

    @abstractmethod
    def _reader(self, reading: Reading) -> Reader[Item]:
        """What reads pages."""

    @abstractmethod
    def _fingerprint(self, item: Item) -> str:
        """Changes with everything of a row that matters."""

    @abstractmethod
    def _mark(self, item: Item) -> int | None:
        """The row's time as the column `roll.mark` holds it; None for a row that was not read."""

    @abstractmethod
    async def _records(
        self, session: Session, place: MessagesPlace, items: Sequence[Item], known: Holdings
    ) -> tuple[list[RawRecord], frozenset[int]]:
        """The rows whole, and ids of those that were not complete yet. Raises as `Collector.collect`."""

    def _blocks(self, before: MessagesPlace, marks: Mapping[int, str], fresh: Sequence[Item]) -> dict[int, str]:
        """Fingerprints of blocks once `fresh` rows were given; `marks` are fingerprints of rows."""
        return before.blocks

    def _sweep_to(self, place: MessagesPlace) -> int:
        """The highest id of the next window of a sweep."""
        return place.high

    async def _swept(
        self, session: Session, place: MessagesPlace, window: Window[Item], known: Holdings, last: int
    ) -> tuple[list[RawRecord], dict[int, str]]:
        """What a sweep gives of a window that reaches to `last`, and the fingerprints of blocks from now on."""
        records, _again = await self._records(session, place, window.page.items, known)
        return records, place.blocks

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. While a batch is being committed the next page is already on its way."""
        place = read_cursor(cursor, MessagesPlace)
        high, above = place.high, max(0, place.high - TAIL)
        first = self._pace.poll if high else self._pace.start
        place, window = await self._first_window(session, place, above, first)
        reader = self._reader(place.reading)
        if not window.page.ids:
            async for batch in self._nothing(session, place, known, above):
                yield batch
            return
        fetch: asyncio.Task[Window[Item]] | None = None
        try:
            suspects: frozenset[int] = frozenset()
            while True:
                if window.is_full:
                    following = reader.read(
                        session, above=window.page.ids[-1], up_to=None, size=min(window.next_size, self._pace.largest)
                    )
                    fetch = asyncio.create_task(following)
                before = place
                place, fresh, gone = self._step(before, window)
                suspects |= gone
                must_count = not window.is_full and (
                    place.presence.is_empty or bool(suspects and suspects - place.presence.doubted_ids())
                )
                records, again = await self._records(session, place, fresh, known)
                place = _to_be_read_again(place, before, again)
                # Caught up also when rows are to be counted yet: who leaves early would never get to the count.
                yield self._batch(place, records=records, is_caught_up=not window.is_full)
                if must_count:
                    yield await self._count(session, place, known, high=high, suspects=suspects)
                if fetch is None or not window.is_full:
                    return
                window = await fetch
        finally:
            if fetch is not None:
                fetch.cancel()
                await asyncio.gather(fetch, return_exceptions=True)

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.sweep`."""
        place = read_cursor(cursor, MessagesPlace)
        if place.high == 0:
            return
        up_to = self._sweep_to(place)
        window = await self._reader(place.reading).read(session, above=place.sweep, up_to=up_to, size=self._pace.sweep)
        ids = window.page.ids
        if not ids and not await self._highest_id(session):
            async for batch in self._empty(session, place, known):
                yield batch
            return
        is_over = not window.is_full and up_to >= place.high
        last = ids[-1] if window.is_full else up_to
        presence = place.presence if place.sweep else place.presence.round_begun(self._now_s())
        presence = presence.seen(ids)
        doubted = presence.doubted_ids()
        missing = await known.present_ids(place.sweep + 1, last) - frozenset(ids) - doubted
        has_vanished = bool(missing) or await self._has_fewer(session, place, known, doubted)
        records, blocks = await self._swept(session, place, window, known, last)
        following = replace(
            place,
            sweep=0 if is_over else last,
            presence=presence,
            blocks=blocks,
            reading=await self._reading_after_round(session, place) if is_over else place.reading,
        )
        if has_vanished or presence.is_empty or (is_over and presence.doubted):
            # The window counts as swept once its missing rows were told.
            waiting = replace(following, sweep=place.sweep)
            yield self._batch(waiting, records=records, is_caught_up=True)
            yield await self._count(session, following, known, high=place.high, suspects=missing)
            return
        presence = presence.sampled(self._sample(window))
        following = replace(following, presence=presence.round_ended() if is_over else presence)
        yield self._batch(following, records=records, is_caught_up=True)

    def _step(self, place: MessagesPlace, window: Window[Item]) -> tuple[MessagesPlace, list[Item], frozenset[int]]:
        """The new place after one page of `collect`, rows to give, rows of the tail that are gone."""
        ids, items = window.page.ids, window.page.items
        last = ids[-1] if ids else window.above
        # A page that is not full shows that nothing lies beyond it; ids up there are free to be given out again.
        covered = last if window.is_full else max(last, place.high)
        high = max(last, place.high) if window.is_full else last
        marks = {
            row_id: self._fingerprint(item)
            for row_id, item in zip(ids, items, strict=True)
            if row_id > last - TAIL or row_id <= place.high
        }
        fresh = [
            item
            for row_id, item in zip(ids, items, strict=True)
            if row_id > place.high or place.tail.get(row_id) != marks[row_id]
        ]
        gone = frozenset(row_id for row_id in place.tail if window.above < row_id <= covered).difference(ids)
        presence = place.presence.seen(ids)
        if window.is_full or place.high == 0:
            presence = presence.sampled(self._sample(window))
        following = replace(
            place,
            high=high,
            sweep=min(place.sweep, high),
            # Those that are gone stay until they were counted.
            tail={row_id: mark for row_id, mark in {**place.tail, **marks}.items() if row_id > high - TAIL},
            presence=presence,
            blocks=self._blocks(place, marks, fresh),
        )
        return following, fresh, gone

    def _sample(self, window: Window[Item]) -> Mapping[int, int]:
        page = window.page
        marks = [(row_id, self._mark(item)) for row_id, item in zip(page.ids, page.items, strict=True)]
        readable = [(row_id, mark) for row_id, mark in marks if mark is not None]
        return dict(readable[:: max(1, len(readable) // 4)][:4])

    async def _first_window(
        self, session: Session, place: MessagesPlace, above: int, size: int
    ) -> tuple[MessagesPlace, Window[Item]]:
        """The first page, by whichever way of reading this phone takes."""
        attempts = 0
        while True:
            window: Window[Item] | None = None
            try:
                window = await self._reader(place.reading).read(session, above=above, up_to=None, size=size)
            except ShellCommandError as error:
                if error.code is not BridgeErrorCode.SHELL_FAILED or place.reading is Reading.STRICT:
                    raise
            if window is not None and (window.page.ids or place.reading is Reading.STRICT):
                return place, window
            highest = await self._highest_id(session)
            if window is not None and highest <= above:
                return place, window
            attempts += 1
            if attempts < 2:
                continue  # a row may have come in between, or a provider was being started
            place = replace(place, reading=Reading.STRICT)

    async def _reading_after_round(self, session: Session, place: MessagesPlace) -> Reading:
        """Expressions again, should the phone take them: what looked like a refusal may have been a bad moment."""
        if place.reading is Reading.STRICT:
            try:
                window = await self._reader(Reading.HEX).read(session, above=0, up_to=None, size=1)
            except ShellCommandError as error:
                if error.code is not BridgeErrorCode.SHELL_FAILED:
                    raise
                return Reading.STRICT
            if not window.page.ids:
                return Reading.STRICT
        return Reading.HEX

    async def _nothing(
        self, session: Session, place: MessagesPlace, known: Holdings, above: int
    ) -> AsyncIterator[CollectedBatch]:
        """No row where the newest ones should be."""
        highest = await self._highest_id(session)
        if highest == 0:
            async for batch in self._empty(session, place, known):
                yield batch
        elif highest > above:
            raise ParseError(self._roll.uri, sample_sha256=sample_hash(b""), detail="rows that cannot be read")
        else:
            gone = await known.present_ids(highest + 1, max(place.high, highest + 1)) - place.presence.doubted_ids()
            lower = replace(place, high=min(highest, place.high), sweep=min(place.sweep, highest))
            yield await self._count(session, lower, known, high=place.high, suspects=gone)

    async def _empty(self, session: Session, place: MessagesPlace, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """Nothing at all is returned."""
        if await is_storage_locked(session):
            raise ShellCommandError(BridgeErrorCode.STORAGE_LOCKED, exit_code=0, stderr_sha256=sample_hash(b""))
        if place.high == 0 or place.presence.is_empty:
            yield self._batch(place, records=[], is_caught_up=True)
            return
        census = Census(ids=frozenset(), subscriptions=None, covered_to=None, taken_at=self._clock.now())
        yield await self._told(session, place, known, census, high=place.high, suspects=frozenset())

    async def _count(
        self, session: Session, place: MessagesPlace, known: Holdings, *, high: int, suspects: frozenset[int]
    ) -> CollectedBatch:
        census = await take_census(session, self._roll, self._clock)
        if not census.ids and await is_storage_locked(session):
            raise ShellCommandError(BridgeErrorCode.STORAGE_LOCKED, exit_code=0, stderr_sha256=sample_hash(b""))
        return await self._told(session, place, known, census, high=high, suspects=suspects)

    async def _told(
        self,
        session: Session,
        place: MessagesPlace,
        known: Holdings,
        census: Census,
        *,
        high: int,
        suspects: frozenset[int],
    ) -> CollectedBatch:
        """All that is gone, in one batch."""
        reckoning = Reckoning(source=self.source, session=session, known=known, roll=self._roll, own_doubts=no_doubts)
        verdict = await reckoning.judge(census, place.presence, high=high, suspects=suspects, now=self._clock.now())
        place = replace(place, presence=verdict.presence)
        if verdict.is_restored:
            place = MessagesPlace(presence=verdict.presence, reading=place.reading)
        elif census.ids:
            place = replace(
                place,
                tail={
                    row_id: mark
                    for row_id, mark in place.tail.items()
                    if row_id in census.ids or (census.covered_to is not None and row_id > census.covered_to)
                },
            )
        return self._batch(place, records=[], absent=verdict.absent, is_caught_up=not verdict.is_restored)

    async def _has_fewer(
        self, session: Session, place: MessagesPlace, known: Holdings, doubted: frozenset[int]
    ) -> bool:
        """Whether the source holds fewer rows than the archive knows of: something vanished outside the window too.

        A hint: False where the phone does not count, and a late row may hide a vanished one until the sweep gets there.
        """
        query = ContentQuery(uri=self._roll.uri, projection=("count(_id)",), where=f"_id<={place.high}")
        try:
            rows = parse_numbers(await read_rows(session, query), query.projection, source=self._roll.uri)
        except ParseError:
            return False
        except ShellCommandError as error:
            if error.code is not BridgeErrorCode.SHELL_FAILED:
                raise
            return False
        count = rows[0][0] if rows else None
        return count is not None and count < len(await known.present_ids(1, place.high) - doubted)

    async def _highest_id(self, session: Session) -> int:
        query = ContentQuery(uri=self._roll.uri, projection=("_id",), sort="_id DESC LIMIT 1")
        return max(parse_ids(await read_rows(session, query), source=self._roll.uri), default=0)

    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())

    def _batch(
        self,
        place: MessagesPlace,
        *,
        records: Sequence[RawRecord],
        absent: tuple[AbsentRecord, ...] = (),
        is_caught_up: bool,
    ) -> CollectedBatch:
        return CollectedBatch(
            source=self.source,
            records=tuple(records),
            absent=absent,
            cursor=write_cursor(place),
            is_caught_up=is_caught_up,
        )


def _to_be_read_again(place: MessagesPlace, before: MessagesPlace, again: frozenset[int]) -> MessagesPlace:
    """With marks that make rows of the tail look changed at the next poll, a few times."""
    if not again:
        return place
    tail = dict(place.tail)
    for row_id in again & tail.keys():
        _mark, _, tries = before.tail.get(row_id, "").partition("~")
        if len(tries) < _MOST_TRIES:
            tail[row_id] = f"{tail[row_id]}~{tries}+"
    return replace(place, tail=tail)
