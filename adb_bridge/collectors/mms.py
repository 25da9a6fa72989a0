"""Multimedia messages of content://mms with their parts. How they are followed: see `messages`.

Rules:
- A list of heads is cheap; parts and addresses cost the phone a program start each, so they are read for new and
  changed heads only. A sweep compares fingerprints of blocks of 64 ids and reads the blocks whole that differ.
- AOSP writes a message before its parts are linked to it: one without parts is read again at the next polls.
- A message that was announced and not downloaded (`m_type` 130; hidden from shell on AOSP) is given as it is, and
  again when its content came.
"""

from collections.abc import Mapping, Sequence

from ..clock import Clock
from ..records import RawRecord, Source, UnreadableRow
from ..rows import MmsRow
from ..session import Session
from .base import Holdings
from .census import Limiting, Roll
from .messages import MessageCollector, MessagesPlace, Pace, Reading
from .mms_details import AT_ONCE, MmsDetails, read_messages
from .mms_rows import STRICT, URI, MmsItem, MmsTable, fingerprint, item_of_strict
from .mms_strict import StrictMmsDetails
from .paging import PageReader, Reader, Window
from .strict_pages import StrictReader

PACE = Pace(start=AT_ONCE, poll=20 + AT_ONCE, largest=AT_ONCE, sweep=257)
_BLOCK = 64
_SWEPT_BLOCKS = 4
_MOST_BLOCKS = 4096
_MOST_READ_AGAIN = 32
_ROLL = Roll(uri=URI, limiting=Limiting.SORT, subscription="sub_id")


class MmsCollector(MessageCollector[MmsItem]):
    """Inbox and sent messages, with every part."""

    def __init__(self, clock: Clock, pace: Pace = PACE) -> None:
        super().__init__(clock, source=Source.MMS, roll=_ROLL, pace=pace)
        self._by_hex = PageReader(MmsTable(), largest_page=pace.largest)
        self._by_column = StrictReader(STRICT, _ROLL, item_of_strict)

    def _reader(self, reading: Reading) -> Reader[MmsItem]:
        return self._by_hex if reading is Reading.HEX else self._by_column

    def _fingerprint(self, item: MmsItem) -> str:
        return fingerprint(item)

    def _mark(self, item: MmsItem) -> int | None:
        return None if isinstance(item, UnreadableRow) else item.date_s

    async def _records(
        self, session: Session, place: MessagesPlace, items: Sequence[MmsItem], known: Holdings
    ) -> tuple[list[RawRecord], frozenset[int]]:
        rows = [item for item in items if isinstance(item, UnreadableRow)]
        records = [self._record(row) for row in rows]
        again: set[int] = set()
        details = MmsDetails() if place.reading is Reading.HEX else StrictMmsDetails()
        heads = [item for item in items if not isinstance(item, UnreadableRow)]
        async for row, is_early in read_messages(session, known, details, heads):
            records.append(self._record(row))
            if is_early:
                again.add(row.provider_id)
        return sorted(records, key=lambda record: int(record.source_key)), frozenset(again)

    def _blocks(self, before: MessagesPlace, marks: Mapping[int, str], fresh: Sequence[MmsItem]) -> dict[int, str]:
        """Each block's fingerprint is the sum (XOR) of its rows', so that new and changed rows move it on."""
        blocks = dict(before.blocks)
        for item in fresh:
            row_id = item.provider_id
            value = int(marks.get(row_id) or fingerprint(item), 16)
            old = before.tail.get(row_id)
            if row_id <= before.high and old is not None:
                value ^= int(old.partition("~")[0], 16)
            block = row_id // _BLOCK
            blocks[block] = _sum_text(_sum_of(blocks.get(block, "")) ^ value)
        return _bounded(blocks)

    def _sweep_to(self, place: MessagesPlace) -> int:
        return min(place.high, (place.sweep // _BLOCK + _SWEPT_BLOCKS) * _BLOCK - 1)

    async def _swept(
        self, session: Session, place: MessagesPlace, window: Window[MmsItem], known: Holdings, last: int
    ) -> tuple[list[RawRecord], dict[int, str]]:
        archived = await known.present_ids(window.above + 1, last)
        chosen = [item for item in window.page.items if item.provider_id not in archived][:_MOST_READ_AGAIN]
        blocks = dict(place.blocks)
        for block in range((window.above + 1) // _BLOCK, last // _BLOCK + 1):
            # A block that this window cuts cannot be compared.
            if block * _BLOCK <= window.above and block * _BLOCK != 0:
                continue
            if (block + 1) * _BLOCK - 1 > last and last < place.high:
                continue
            items = [item for item in window.page.items if item.provider_id // _BLOCK == block]
            total = 0
            for item in items:
                total ^= int(fingerprint(item), 16)
            text = _sum_text(total)
            if block in blocks and blocks[block] != text:
                wanted = [item for item in items if item not in chosen]
                if len(chosen) + len(wanted) > max(_MOST_READ_AGAIN, len(items)):
                    continue  # in the next round
                chosen += wanted
            if items or block in blocks:
                blocks[block] = text
        records, _again = await self._records(session, place, chosen, known)
        return records, _bounded(blocks)

    def _record(self, row: MmsRow | UnreadableRow) -> RawRecord:
        return RawRecord(source=Source.MMS, source_key=str(row.provider_id), row=row, collected_at=self._clock.now())


def _sum_of(text: str) -> int:
    return int(text, 16) if text else 0


def _sum_text(total: int) -> str:
    return f"{total:012x}"


def _bounded(blocks: dict[int, str]) -> dict[int, str]:
    """The newest blocks."""
    return dict(sorted(blocks.items())[-_MOST_BLOCKS:])
