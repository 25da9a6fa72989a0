"""Rows of content://mms, its parts and addresses in a form that no message can forge: digits, type names and hex only.

Source: AOSP TelephonyProvider `MmsProvider` (10-15): no projection map, no strict mode. Shell sees the view
`pdu_restricted`: inbox and sent, without announcements (`m_type` 130) on AOSP. A statement that SQLite refuses gives a
null cursor, which prints like no rows.
"""

import hashlib
import re
from binascii import unhexlify
from collections.abc import Sequence
from dataclasses import dataclass

from ..content_query import ContentQuery, number
from ..errors import ParseError
from ..records import UnreadableRow
from ..rows import MmsAddress
from ..samples import sample_hash
from ..untrusted import Untrusted, UntrustedBytes
from .base import LARGEST_ROW_BYTES
from .paging import Page, in_order
from .sms_rows import range_of
from .strict import BadRow, Single, StrictRow, StrictTable

URI = "content://mms"
PARTS = "content://mms/part"

NUMBERS = ("date", "date_sent", "msg_box", "m_type", "thread_id", "read", "sub_id", "sub_cs", "m_size")
_HEX = r"((?:[0-9A-F]{2})*)"
_TYPE = r"([a-z]{4,7})"
_NUMBER = r"(-?[0-9]{1,19}|NULL)"


def _row_pattern(names: Sequence[str]) -> re.Pattern[bytes]:
    shapes = {"hex": _HEX, "typ": _TYPE}
    cells = ", ".join(
        f"{re.escape(name)}={shapes.get(name[:3], _NUMBER) if '(' in name else _NUMBER}" for name in names
    )
    return re.compile(f"Row: ([0-9]{{1,9}}) {cells}\n".encode())


_HEAD_COLUMNS = ("_id", *NUMBERS, "typeof(sub)", "hex(sub)")
_HEAD = _row_pattern(_HEAD_COLUMNS)
_HEAD_START = re.compile(rb"Row: 0 _id=([0-9]{1,19}), ")
_PART_COLUMNS = (
    "_id", "mid", "seq", "chset", "length(text)", "typeof(text)", "typeof(_data)", "hex(ct)",
    "typeof(cl)", "hex(cl)", "typeof(fn)", "hex(fn)", "typeof(name)", "hex(name)",
)  # fmt: skip
_PART = _row_pattern(_PART_COLUMNS)
_TEXT_COLUMNS = ("_id", "typeof(text)", "hex(text)")
_TEXT = _row_pattern(_TEXT_COLUMNS)
_ADDRESS_COLUMNS = ("_id", "type", "hex(address)")
_ADDRESS = _row_pattern(_ADDRESS_COLUMNS)
_NULL_TYPE = b"null"


@dataclass(frozen=True, slots=True, kw_only=True)
class MmsHead:
    """A row of content://mms without its parts and addresses. Numbers as `MmsRow` names them."""

    provider_id: int
    date_s: int
    date_sent_s: int
    box: int
    message_type: int | None
    thread_id: int | None
    read: int | None
    sub_id: int | None
    subject_charset: int | None
    size_bytes: int | None
    """`m_size`, claimed by the network."""
    subject: UntrustedBytes | None


MmsItem = MmsHead | UnreadableRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHead:
    """A part without its bytes."""

    part_id: int
    message_id: int
    seq: int
    content_type: Untrusted
    name: Untrusted | None
    text_characters: int | None
    """None when the part has no text."""
    is_file: bool


class MmsTable:
    """See `paging.Table`."""

    uri = "content://mms"

    def page_query(self, *, above: int, up_to: int | None, rows: int) -> ContentQuery:
        """See `Table`."""
        return ContentQuery(
            uri=URI, projection=_HEAD_COLUMNS, where=range_of(above, up_to), sort=f"_id ASC LIMIT {rows}"
        )

    def size_query(self, *, above: int, up_to: int | None) -> ContentQuery:
        """See `Table`."""
        return ContentQuery(
            uri=URI, projection=("_id", "length(hex(sub))"), where=range_of(above, up_to), sort="_id ASC LIMIT 1"
        )

    def parse_page(self, stdout: bytes) -> Page[MmsItem]:
        """See `Table`."""
        return parse_heads(stdout)

    def first_id(self, stdout: bytes) -> int | None:
        """See `Table`."""
        match = _HEAD_START.match(stdout)
        return int(match[1]) if match else None

    def unreadable(self, row: UnreadableRow) -> MmsItem:
        """See `Table`."""
        return row


def head_of(row_id: int, numbers: Sequence[int | None], subject: bytes | None) -> MmsItem:
    """A head from the values of `NUMBERS`."""
    date, date_sent, box, kind, thread, read, sub, charset, size = numbers
    if subject is not None and len(subject) > LARGEST_ROW_BYTES:
        return UnreadableRow(provider_id=row_id, reason="too_large", size_bytes=len(subject))
    return MmsHead(
        provider_id=row_id,
        date_s=date or 0,
        date_sent_s=date_sent or 0,
        box=box or 0,
        message_type=kind,
        thread_id=thread,
        read=read,
        sub_id=sub,
        subject_charset=charset,
        size_bytes=size,
        subject=None if subject is None else UntrustedBytes(subject),
    )


def parse_heads(stdout: bytes) -> Page[MmsItem]:
    """All rows or none.

    Raises:
        ParseError: anything that is not exactly such rows, each id once.
    """
    ids: list[int] = []
    items: list[MmsItem] = []
    for row_id, *cells in _rows(stdout, _HEAD, URI):
        provider_id = number(row_id)
        if provider_id is None:
            raise ParseError(URI, sample_sha256=sample_hash(stdout[:4096]), detail="no id")
        *numbers, subject_type, subject = cells
        ids.append(provider_id)
        items.append(
            head_of(
                provider_id,
                [number(cell) for cell in numbers],
                None if subject_type == _NULL_TYPE else unhexlify(subject),
            )
        )
    return in_order(ids, items, size_bytes=len(stdout), source=URI)


def part_query(uri: str, message_ids: Sequence[int]) -> ContentQuery:
    """Parts of messages, without texts. `uri`: `PARTS`, or the parts of one message."""
    among = ",".join(map(str, message_ids))
    return ContentQuery(uri=uri, projection=_PART_COLUMNS, where=f"mid IN ({among})", sort="_id ASC")


def parse_parts(stdout: bytes) -> list[PartHead]:
    """Parts in the order of their messages' slides (`seq`, then id).

    Raises:
        ParseError: anything that is not exactly such rows.
    """
    parts: list[PartHead] = []
    for row_id, message, seq, _chset, length, text_type, data_type, kind, *names in _rows(stdout, _PART, PARTS):
        part_id, message_id = number(row_id), number(message)
        if part_id is None or message_id is None:
            raise ParseError(PARTS, sample_sha256=sample_hash(stdout[:4096]), detail="no id")
        given = [unhexlify(names[at + 1]) for at in range(0, 6, 2) if names[at] != _NULL_TYPE]
        parts.append(
            PartHead(
                part_id=part_id,
                message_id=message_id,
                seq=number(seq) or 0,
                content_type=_text(unhexlify(kind)),
                name=next((_text(one) for one in given if one), None),
                text_characters=None if text_type == _NULL_TYPE else number(length) or 0,
                is_file=data_type != _NULL_TYPE,
            )
        )
    return sorted(parts, key=lambda part: (part.message_id, part.seq, part.part_id))


def text_query(part_ids: Sequence[int]) -> ContentQuery:
    """Texts of parts."""
    among = ",".join(map(str, part_ids))
    return ContentQuery(uri=PARTS, projection=_TEXT_COLUMNS, where=f"_id IN ({among})", sort="_id ASC")


def parse_texts(stdout: bytes) -> dict[int, UntrustedBytes | None]:
    """Texts by part; None for a part that has none.

    Raises:
        ParseError: anything that is not exactly such rows.
    """
    texts: dict[int, UntrustedBytes | None] = {}
    for row_id, kind, text in _rows(stdout, _TEXT, PARTS):
        texts[number(row_id) or 0] = None if kind == _NULL_TYPE else UntrustedBytes(unhexlify(text))
    return texts


def address_query(message_id: int) -> ContentQuery:
    """Addresses of a message."""
    return ContentQuery(uri=f"{URI}/{message_id}/addr", projection=_ADDRESS_COLUMNS, sort="_id ASC")


def parse_addresses(stdout: bytes) -> tuple[MmsAddress, ...]:
    """Addresses in the order of their rows.

    Raises:
        ParseError: anything that is not exactly such rows.
    """
    return tuple(
        MmsAddress(address=_text(unhexlify(address)), kind=number(kind) or 0)
        for _row_id, kind, address in _rows(stdout, _ADDRESS, URI)
    )


def fingerprint(item: MmsItem) -> str:
    """12 hex digits that change with everything of a head but `read`, which flips when the message is opened."""
    digest = hashlib.blake2b(digest_size=6)
    if isinstance(item, UnreadableRow):
        digest.update(f"{item.provider_id},{item.reason},{item.size_bytes}".encode())
    else:
        head = (
            item.provider_id, item.date_s, item.date_sent_s, item.box, item.message_type, item.thread_id, item.sub_id,
            item.subject_charset, item.size_bytes, item.subject is None,
        )  # fmt: skip
        digest.update(f"{head}".encode() + (item.subject or b""))
    return digest.hexdigest()


def _rows(stdout: bytes, pattern: re.Pattern[bytes], source: str) -> list[tuple[bytes, ...]]:
    rows: list[tuple[bytes, ...]] = []
    position = 0
    while position < len(stdout):
        match = pattern.match(stdout, position)
        if match is None or int(match[1]) != len(rows):
            raise ParseError(source, sample_sha256=sample_hash(stdout[position : position + 4096]))
        rows.append(match.groups()[1:])
        position = match.end()
    return rows


def _text(value: bytes) -> Untrusted:
    return Untrusted(value.decode(errors="replace"))


STRICT = StrictTable(uri=URI, numbers=NUMBERS, texts=("sub",))
"""The same columns for a vendor that takes no expressions."""
STRICT_PARTS = StrictTable(uri=PARTS, numbers=("mid", "seq"), texts=("ct", "cl", "fn", "name", "_data", "text"))


def strict_addresses(message_id: int) -> StrictTable:
    """Addresses of one message."""
    return StrictTable(uri=f"{URI}/{message_id}/addr", numbers=("type",), texts=("address",), single=Single.CONDITION)


def item_of_strict(row: StrictRow | BadRow) -> MmsItem:
    """A row of `STRICT`."""
    if isinstance(row, BadRow):
        return UnreadableRow(provider_id=row.row_id, reason=row.reason, size_bytes=row.size_bytes)
    return head_of(row.row_id, row.numbers, row.raw[0])
