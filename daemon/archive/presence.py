"""What became of an event's row on the phone: a ledgered change and the event's present state, written together."""

from typing import Final

from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind, PresenceChange
from .transaction import Transaction

_NAME: Final = KINDS_OF_ENTRY[LedgerKind.PRESENCE_CHANGED].name
_STILL_CURRENT: Final = frozenset({PresenceChange.BACK, PresenceChange.UNSEEN})


def change_presence(
    transaction: Transaction, event_index: int, change: PresenceChange, *, at_us: int, replaced_by: int | None
) -> None:
    """`at_us`: microseconds since 1970 UTC; `replaced_by`: ledger index of what the row is now."""
    columns = (event_index, int(change), at_us, replaced_by)
    index = transaction.ledger.append_row(LedgerKind.PRESENCE_CHANGED, _NAME, *columns)
    sql = "INSERT INTO presence_changes (ledger_index, event_index, change, at, replaced_by) VALUES (?, ?, ?, ?, ?)"
    transaction.database.execute(sql, (index, *columns))
    transaction.database.execute(
        "UPDATE events SET is_current = ?, presence_change = ? WHERE ledger_index = ?",
        (int(change in _STILL_CURRENT), index, event_index),
    )
