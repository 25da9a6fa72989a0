"""Finding events by their public id, through the full-text index: it holds the beginning of each id as a term.

The index proposes, the row decides. Should the index be damaged, `verify --index` finds it and `shopwardend reindex`
makes it anew.
"""

from typing import Final

from crypto.database import Database

from .facets import event_term

_FIND: Final = """
SELECT e.ledger_index FROM events_text f CROSS JOIN events e ON e.ledger_index = f.rowid
WHERE f.events_text MATCH ? AND e.event_id = ?"""


def index_of(database: Database, event_id: bytes) -> int | None:
    """The ledger index of an event; None when there is none."""
    found = database.fetch_value(_FIND, (f'"{event_term(event_id)}"', event_id))
    return found if isinstance(found, int) else None
