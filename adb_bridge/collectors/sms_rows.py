"""Rows of content://sms in a form that no message can forge: digits, type names and hex only.

The SMS provider has no projection map and no strict mode (AOSP TelephonyProvider, 7.1.2-15), so SQLite expressions
pass. `hex()` of a text is its UTF-8; `hex(NULL)` is empty, so `typeof` tells NULL from empty.
"""

import hashlib
import re
from binascii import unhexlify
from datetime import datetime

from ..clock import Clock
from ..content_query import ContentQuery, number
from ..errors import ParseError
from ..records import RawRecord, SmsRow, Source, UnreadableRow, UntrustedBytes
from ..samples import sample_hash
from .base import LARGEST_ROW_BYTES
from .paging import Page, in_order
from .strict import BadRow, StrictRow, StrictTable

URI = "content://sms"

_PROJECTION = (
    "_id", "date", "date_sent", "type", "thread_id", "read", "sub_id",
    "typeof(address)", "hex(address)", "typeof(body)", "hex(body)",
)  # fmt: skip
_NUMBER = rb"(-?[0-9]{1,19}|NULL)"
_ROW = re.compile(
    rb"Row: ([0-9]{1,9}) _id=([0-9]{1,19}), date=" + _NUMBER + rb", date_sent=" + _NUMBER + rb", type=" + _NUMBER
    + rb", thread_id=" + _NUMBER + rb", read=" + _NUMBER + rb", sub_id=" + _NUMBER
    + rb", typeof\(address\)=([a-z]{4,7}), hex\(address\)=((?:[0-9A-F]{2})*)"
    + rb", typeof\(body\)=([a-z]{4,7}), hex\(body\)=((?:[0-9A-F]{2})*)\n"
)  # fmt: skip
_ROW_START = re.compile(rb"Row: 0 _id=([0-9]{1,19}), ")
_NULL_TYPE = b"null"


class SmsTable:
    """See `paging.Table`."""

    uri = "content://sms"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def page_query(self, *, above: int, up_to: int | None, rows: int) -> ContentQuery:
        """See `Table`."""
        return page_query(above=above, up_to=up_to, rows=rows)

    def size_query(self, *, above: int, up_to: int | None) -> ContentQuery:
        """See `Table`."""
        return ContentQuery(
            uri=URI, projection=("_id", "length(hex(body))"), where=range_of(above, up_to), sort="_id ASC LIMIT 1"
        )

    def parse_page(self, stdout: bytes) -> Page[RawRecord]:
        """See `Table`."""
        return parse_page(stdout, collected_at=self._clock.now())

    def first_id(self, stdout: bytes) -> int | None:
        """See `Table`."""
        match = _ROW_START.match(stdout)
        return int(match[1]) if match else None

    def unreadable(self, row: UnreadableRow) -> RawRecord:
        """See `Table`."""
        return record_of(row, self._clock.now())


def range_of(above: int, up_to: int | None) -> str:
    """The condition for ids above one and up to another."""
    return f"_id>{above}" if up_to is None else f"_id>{above} AND _id<={up_to}"


def page_query(*, above: int, up_to: int | None, rows: int) -> ContentQuery:
    """At most `rows` rows with `above` < id <= `up_to`, lowest first."""
    return ContentQuery(uri=URI, projection=_PROJECTION, where=range_of(above, up_to), sort=f"_id ASC LIMIT {rows}")


def parse_page(stdout: bytes, *, collected_at: datetime) -> Page[RawRecord]:
    """All rows or none.

    Raises:
        ParseError: anything that is not exactly such rows, each id once.
    """
    ids: list[int] = []
    records: list[RawRecord] = []
    position, end = 0, len(stdout)
    match_row = _ROW.match
    while position < end:
        match = match_row(stdout, position)
        if match is None:
            raise ParseError(URI, sample_sha256=sample_hash(stdout[position : position + 4096]))
        (index, row_id, date, date_sent, kind, thread, read, sub, address_type, address, body_type, body) = (
            match.groups()
        )
        provider_id = int(row_id)
        if int(index) != len(ids):
            raise ParseError(URI, sample_sha256=sample_hash(stdout[position : position + 4096]), detail="order")
        position = match.end()
        row: SmsRow | UnreadableRow
        if len(body) > 2 * LARGEST_ROW_BYTES:
            row = UnreadableRow(provider_id=provider_id, reason="too_large", size_bytes=len(body) // 2)
        else:
            row = SmsRow(
                provider_id=provider_id,
                address=None if address_type == _NULL_TYPE else UntrustedBytes(unhexlify(address)),
                body=None if body_type == _NULL_TYPE else UntrustedBytes(unhexlify(body)),
                date_ms=number(date) or 0,
                date_sent_ms=number(date_sent) or 0,
                type=number(kind) or 0,
                thread_id=number(thread),
                read=number(read),
                sub_id=number(sub),
            )
        ids.append(provider_id)
        records.append(record_of(row, collected_at))
    return in_order(ids, records, size_bytes=end, source=URI)


def record_of(row: SmsRow | UnreadableRow, collected_at: datetime) -> RawRecord:
    """A row as the rest of the program takes it."""
    return RawRecord(source=Source.SMS, source_key=str(row.provider_id), row=row, collected_at=collected_at)


def fingerprint(record: RawRecord) -> str:
    """12 hex digits that change with everything of a row but `read`, which flips when the message is opened."""
    row = record.row
    digest = hashlib.blake2b(digest_size=6)
    if isinstance(row, SmsRow):
        head = f"{row.date_ms},{row.date_sent_ms},{row.type},{row.thread_id},{row.sub_id},{row.address is None}"
        digest.update(f"{head},{row.body is None},{len(row.address or b'')}\n".encode())
        digest.update(row.address or b"")
        digest.update(row.body or b"")
    elif isinstance(row, UnreadableRow):
        digest.update(f"{row.reason},{row.size_bytes}".encode())
    return digest.hexdigest()


STRICT = StrictTable(
    uri=URI, numbers=("date", "date_sent", "type", "thread_id", "read", "sub_id"), texts=("address", "body")
)
"""The same columns for a vendor that takes no expressions."""


def record_of_strict(row: StrictRow | BadRow, collected_at: datetime) -> RawRecord:
    """A row of `STRICT`."""
    if isinstance(row, BadRow):
        return record_of(
            UnreadableRow(provider_id=row.row_id, reason=row.reason, size_bytes=row.size_bytes), collected_at
        )
    date, date_sent, kind, thread, read, sub = row.numbers
    address, body = row.raw
    message = SmsRow(
        provider_id=row.row_id,
        address=None if address is None else UntrustedBytes(address),
        body=None if body is None else UntrustedBytes(body),
        date_ms=date or 0,
        date_sent_ms=date_sent or 0,
        type=kind or 0,
        thread_id=thread,
        read=read,
        sub_id=sub,
    )
    return record_of(message, collected_at)
