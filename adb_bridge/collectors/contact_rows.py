"""One contact from two tables: `contacts` (aggregated name) and `data` (numbers, addresses, notes)."""

from collections.abc import Sequence

from ..content_query import ContentQuery, parse_numbers, read_rows
from ..records import ContactRow, UnreadableRow, Untrusted
from ..session import MIB, Session
from .strict import BadRow, StrictRow, StrictTable, read_strict

CONTACTS = "content://com.android.contacts/contacts"
CHANGED = "contact_last_updated_timestamp"
"""Unix ms by the phone's clock (API 18+)."""

_DATA = "content://com.android.contacts/data"
_PHONE = "vnd.android.cursor.item/phone_v2"
_EMAIL = "vnd.android.cursor.item/email_v2"
_NOTE = "vnd.android.cursor.item/note"
_KINDS = f"mimetype IN ('{_PHONE}','{_EMAIL}','{_NOTE}')"
_MOST_DATA_ROWS = 5000
_DATA_PAGE = 200

_CONTACT_TABLE = StrictTable(uri=CONTACTS, numbers=(CHANGED,), texts=("display_name",))
_DATA_TABLE = StrictTable(uri=_DATA, numbers=("contact_id",), texts=("mimetype", "data1"), condition=_KINDS)


async def read_contacts(session: Session, ids: Sequence[int]) -> list[ContactRow | UnreadableRow]:
    """The contacts with these ids; those that vanished meanwhile are left out. At most a hundred at a time.

    A number, address or note that cannot be read alone makes its contact an UnreadableRow: it exists, and a part of
    it would be a lie.

    Raises:
        As `read_rows`.
    """
    contacts = await read_strict(session, _CONTACT_TABLE, ids)
    readable = [row.row_id for row in contacts if isinstance(row, StrictRow)]
    details, spoiled = await _details(session, readable)
    rows: list[ContactRow | UnreadableRow] = []
    for contact in contacts:
        if isinstance(contact, BadRow):
            rows.append(_unreadable(contact.row_id, contact))
        elif contact.row_id in spoiled:
            rows.append(_unreadable(contact.row_id, spoiled[contact.row_id]))
        else:
            rows.append(_contact(contact, details.get(contact.row_id, [])))
    return rows


def _contact(contact: StrictRow, details: Sequence[StrictRow]) -> ContactRow:
    notes = _of_kind(details, _NOTE)
    return ContactRow(
        provider_id=contact.row_id,
        display_name=contact.texts[0],
        numbers=_of_kind(details, _PHONE),
        emails=_of_kind(details, _EMAIL),
        note=Untrusted("\n".join(notes)) if notes else None,
        updated_ms=contact.numbers[0],
    )


def _unreadable(contact_id: int, bad: BadRow) -> UnreadableRow:
    return UnreadableRow(provider_id=contact_id, reason=bad.reason, size_bytes=bad.size_bytes)


async def _details(
    session: Session, contact_ids: Sequence[int]
) -> tuple[dict[int, list[StrictRow]], dict[int, BadRow]]:
    """Data rows by contact, and the contacts that have one that cannot be read."""
    if not contact_ids:
        return {}, {}
    query = ContentQuery(
        uri=_DATA,
        projection=("_id", "contact_id"),
        where=f"contact_id IN ({','.join(map(str, contact_ids))}) AND {_KINDS}",
        sort="_id ASC",
    )
    pairs = parse_numbers(await read_rows(session, query, max_bytes=4 * MIB), query.projection, source=_DATA)
    owner = {row_id: contact for row_id, contact in pairs if row_id is not None and contact is not None}
    ids = sorted(owner)[:_MOST_DATA_ROWS]
    details: dict[int, list[StrictRow]] = {}
    spoiled: dict[int, BadRow] = {}
    for start in range(0, len(ids), _DATA_PAGE):
        for row in await read_strict(session, _DATA_TABLE, ids[start : start + _DATA_PAGE]):
            if isinstance(row, BadRow):
                spoiled[owner[row.row_id]] = row
            else:
                details.setdefault(owner[row.row_id], []).append(row)
    return details, spoiled


def _of_kind(rows: Sequence[StrictRow], kind: str) -> tuple[Untrusted, ...]:
    return tuple(value for row in rows if row.texts[0] == kind and (value := row.texts[1]) is not None)
