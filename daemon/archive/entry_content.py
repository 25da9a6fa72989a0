"""What a record's row commits to: the columns of its kind in the order of the ledger, with what is sealed opened."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from crypto.database import Row, SqlValue
from crypto.merkle import commit
from crypto.record_seal import OPENING_BYTES, hiding_commitment

from .content import ContentKeys
from .ledger_kinds import KindOfEntry, LedgerKind, content_of_row

EVENT_STATE: Final = slice(2, 5)
"""Kind, is_current, presence_change of a row of the events' query."""


class OpenedEntry(NamedTuple):
    """A record as the ledger committed to it."""

    opening: bytes | None
    """Sealed with the record; None for kinds whose openings lie in the ledger."""
    columns: Sequence[SqlValue]


def opened(entry: KindOfEntry, row: Row, content: ContentKeys) -> OpenedEntry:
    """A row of `entry.select`. Raises as `ContentKeys.event`."""
    index = row[0]
    assert isinstance(index, int)
    match entry.kind:
        case LedgerKind.EVENT:
            key_no, sealed, *shown, peer_key = row[5:]
            assert isinstance(key_no, int) and isinstance(sealed, bytes)
            said = content.event(key_no, index, sealed)
            return OpenedEntry(said.opening, (*shown, said.peer, peer_key, said.body, said.attributes, said.text))
        case LedgerKind.ALERT_RAISED:
            key_no, sealed, *shown, raised_at = row[2:]
            assert isinstance(key_no, int) and isinstance(sealed, bytes)
            alert = content.alert(key_no, index, sealed)
            return OpenedEntry(alert.opening, (*shown, alert.verdict, raised_at))
        case _:
            return OpenedEntry(None, row[2:])


def is_committed(
    entry: KindOfEntry, record: OpenedEntry, *, commitment: bytes, ledger_opening: bytes | None, old_key: bytes
) -> bool:
    """Whether the ledger's commitment is to this record.

    `ledger_opening`: as the ledger holds it; of no bytes for entries of before schema 5, which `old_key` made.
    """
    content = content_of_row(entry.name, record.columns)
    if ledger_opening == b"":
        return commit(old_key, content) == commitment
    opening = record.opening if ledger_opening is None else ledger_opening
    if opening is None or len(opening) != OPENING_BYTES or (record.opening is not None and ledger_opening is not None):
        return False
    return hiding_commitment(opening, content) == commitment
