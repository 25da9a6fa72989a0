"""One contact from two tables: `contacts` (aggregated name) and `data` (numbers, addresses, notes)."""

from collections.abc import Iterable, Sequence

from ..content_query import ContentQuery, parse_numbers, read_rows
from ..records import ContactRow, UnreadableRow, Untrusted
from ..rows import ContactDetail, ContactDetailKind
from ..session import MIB, Session
from .strict import BadRow, StrictRow, StrictTable, read_strict

CONTACTS = "content://com.android.contacts/contacts"
CHANGED = "contact_last_updated_timestamp"
"""Unix ms by the phone's clock (API 18+)."""

_DATA = "content://com.android.contacts/data"
_PHONE = "vnd.android.cursor.item/phone_v2"
_EMAIL = "vnd.android.cursor.item/email_v2"
_NOTE = "vnd.android.cursor.item/note"
_DETAILS = {
    "vnd.android.cursor.item/organization": ContactDetailKind.ORGANIZATION,
    "vnd.android.cursor.item/nickname": ContactDetailKind.NICKNAME,
    "vnd.android.cursor.item/postal-address_v2": ContactDetailKind.ADDRESS,
    "vnd.android.cursor.item/website": ContactDetailKind.WEBSITE,
    "vnd.android.cursor.item/im": ContactDetailKind.IM,
    "vnd.android.cursor.item/contact_event": ContactDetailKind.EVENT,
    "vnd.android.cursor.item/relation": ContactDetailKind.RELATION,
    "vnd.android.cursor.item/sip_address": ContactDetailKind.SIP,
}
"""AOSP ContactsContract.CommonDataKinds."""
_MOST_DATA_ROWS = 5000
_DATA_PAGE = 200

_CONTACT_TABLE = StrictTable(uri=CONTACTS, numbers=(CHANGED,), texts=("display_name",))


def _of_kinds(kinds: Iterable[str]) -> str:
    return f"mimetype IN ({','.join(repr(kind) for kind in kinds)})"


_PLAIN_TABLE = StrictTable(
    uri=_DATA, numbers=("contact_id",), texts=("mimetype", "data1"), condition=_of_kinds((_PHONE, _EMAIL, _NOTE))
)
_DETAIL_TABLE = StrictTable(
    uri=_DATA,
    numbers=("contact_id",),
    texts=("mimetype", "data1", "data2", "data3", "data4", "data5", "data6"),
    condition=_of_kinds(_DETAILS),
)


async def read_contacts(session: Session, ids: Sequence[int]) -> list[ContactRow | UnreadableRow]:
    """The contacts with these ids; those that vanished meanwhile are left out. At most a hundred at a time.

    A number, address or note that cannot be read alone makes its contact an UnreadableRow: it exists, and a part of
    it would be a lie.

    Raises:
        As `read_rows`.
    """
    contacts = await read_strict(session, _CONTACT_TABLE, ids)
    readable = [row.row_id for row in contacts if isinstance(row, StrictRow)]
    plain, spoiled = await _lines(session, _PLAIN_TABLE, readable)
    details, more_spoiled = await _lines(session, _DETAIL_TABLE, readable)
    spoiled |= more_spoiled
    rows: list[ContactRow | UnreadableRow] = []
    for contact in contacts:
        if isinstance(contact, BadRow):
            rows.append(_unreadable(contact.row_id, contact))
        elif contact.row_id in spoiled:
            rows.append(_unreadable(contact.row_id, spoiled[contact.row_id]))
        else:
            rows.append(_contact(contact, plain.get(contact.row_id, []), details.get(contact.row_id, [])))
    return rows


def _contact(contact: StrictRow, plain: Sequence[StrictRow], details: Sequence[StrictRow]) -> ContactRow:
    notes = _of_kind(plain, _NOTE)
    return ContactRow(
        provider_id=contact.row_id,
        display_name=contact.texts[0],
        numbers=_of_kind(plain, _PHONE),
        emails=_of_kind(plain, _EMAIL),
        note=Untrusted("\n".join(notes)) if notes else None,
        updated_ms=contact.numbers[0],
        details=tuple(detail for row in details if (detail := _detail(row)) is not None),
    )


def _detail(row: StrictRow) -> ContactDetail | None:
    mimetype, value, number, label, fourth, fifth, sixth = row.texts
    kind = _DETAILS.get(mimetype or "")
    if kind is None:
        return None
    match kind:
        case ContactDetailKind.ORGANIZATION:
            told = fourth
        case ContactDetailKind.IM:
            told = sixth or fifth
        case _:
            told = label or number
    if value is None and told is None:
        return None
    return ContactDetail(kind=kind, value=value or Untrusted(""), label=told or None)


def _unreadable(contact_id: int, bad: BadRow) -> UnreadableRow:
    return UnreadableRow(provider_id=contact_id, reason=bad.reason, size_bytes=bad.size_bytes)


async def _lines(
    session: Session, table: StrictTable, contact_ids: Sequence[int]
) -> tuple[dict[int, list[StrictRow]], dict[int, BadRow]]:
    """Data rows by contact, and the contacts that have one that cannot be read."""
    if not contact_ids:
        return {}, {}
    query = ContentQuery(
        uri=_DATA,
        projection=("_id", "contact_id"),
        where=f"contact_id IN ({','.join(map(str, contact_ids))}) AND {table.condition}",
        sort="_id ASC",
    )
    pairs = parse_numbers(await read_rows(session, query, max_bytes=4 * MIB), query.projection, source=_DATA)
    owner = {row_id: contact for row_id, contact in pairs if row_id is not None and contact is not None}
    ids = sorted(owner)
    details: dict[int, list[StrictRow]] = {}
    spoiled: dict[int, BadRow] = {
        owner[row_id]: BadRow(row_id=row_id, reason="too_large", size_bytes=0) for row_id in ids[_MOST_DATA_ROWS:]
    }
    ids = ids[:_MOST_DATA_ROWS]
    for start in range(0, len(ids), _DATA_PAGE):
        for row in await read_strict(session, table, ids[start : start + _DATA_PAGE]):
            if isinstance(row, BadRow):
                spoiled[owner[row.row_id]] = row
            else:
                details.setdefault(owner[row.row_id], []).append(row)
    return details, spoiled


def _of_kind(rows: Sequence[StrictRow], kind: str) -> tuple[Untrusted, ...]:
    return tuple(value for row in rows if row.texts[0] == kind and (value := row.texts[1]) is not None)
