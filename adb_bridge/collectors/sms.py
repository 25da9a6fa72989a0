"""Messages of content://sms. How they are followed: see `messages`."""

from collections.abc import Sequence

from ..clock import Clock
from ..records import RawRecord, SmsRow, Source
from ..session import Session
from . import sms_rows
from .base import Holdings
from .census import Limiting, Roll
from .messages import MessageCollector, MessagesPlace, Pace, Reading
from .paging import PageReader, Reader
from .strict_pages import StrictReader

PACE = Pace(start=200, poll=200, largest=2000, sweep=300)
_ROLL = Roll(uri=sms_rows.URI, limiting=Limiting.SORT, subscription="sub_id")


class SmsCollector(MessageCollector[RawRecord]):
    """Inbox and sent messages."""

    def __init__(self, clock: Clock, pace: Pace = PACE) -> None:
        super().__init__(clock, source=Source.SMS, roll=_ROLL, pace=pace)
        self._by_hex = PageReader(sms_rows.SmsTable(clock), largest_page=pace.largest)
        self._by_column = StrictReader(
            sms_rows.STRICT, _ROLL, lambda row: sms_rows.record_of_strict(row, self._clock.now())
        )

    def _reader(self, reading: Reading) -> Reader[RawRecord]:
        return self._by_hex if reading is Reading.HEX else self._by_column

    def _fingerprint(self, item: RawRecord) -> str:
        return sms_rows.fingerprint(item)

    def _mark(self, item: RawRecord) -> int | None:
        return item.row.date_ms if isinstance(item.row, SmsRow) else None

    async def _records(
        self, session: Session, place: MessagesPlace, items: Sequence[RawRecord], known: Holdings
    ) -> tuple[list[RawRecord], frozenset[int]]:
        return list(items), frozenset()
