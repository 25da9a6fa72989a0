"""What a client missed: ledger entries after the last it saw, as events, alerts and commands."""

from typing import Final

from crypto.database import Database

from .alerts import alerts_at
from .command_rows import commands_at
from .content import ContentKeys
from .event_queries import events_at
from .ledger_kinds import LedgerKind
from .records import ArchivedAlert, ArchivedCommand, ArchivedEvent, StreamEntry

MOST_ENTRIES: Final = 5_000
_ENTRIES: Final = """
SELECT l.ledger_index, l.kind,
       coalesce(p.event_index, a.alert_index, n.alert_index, c.command_index, r.recording_index, l.ledger_index)
FROM ledger l
LEFT JOIN presence_changes p ON p.ledger_index = l.ledger_index
LEFT JOIN alert_changes a ON a.ledger_index = l.ledger_index
LEFT JOIN alert_assignments n ON n.ledger_index = l.ledger_index
LEFT JOIN command_changes c ON c.ledger_index = l.ledger_index
LEFT JOIN recording_pairs r ON r.ledger_index = l.ledger_index
WHERE l.ledger_index > ? AND l.kind IN (1, 2, 3, 4, 8, 9, 10, 32) ORDER BY l.ledger_index LIMIT ?"""


def entries_after(database: Database, content: ContentKeys, ledger_index: int, limit: int) -> tuple[StreamEntry, ...]:
    """In the ledger's order, at most `limit`. An item appears at each of its changes, as it is now."""
    wanted: dict[LedgerKind, dict[int, int]] = {}
    for row in database.execute(_ENTRIES, (ledger_index, max(1, min(limit, MOST_ENTRIES)))):
        match row:
            case (int(index), int(kind), int(subject)):
                wanted.setdefault(LedgerKind(kind), {})[index] = subject
            case _:
                continue
    entries: list[StreamEntry] = []
    for kind, subjects in wanted.items():
        items = _subjects(database, content, kind, tuple(set(subjects.values())))
        entries += [
            StreamEntry(ledger_index=index, item=item)
            for index, subject in subjects.items()
            if (item := items.get(subject)) is not None
        ]
    return tuple(sorted(entries, key=lambda entry: entry.ledger_index))


def _subjects(
    database: Database, content: ContentKeys, kind: LedgerKind, indexes: tuple[int, ...]
) -> dict[int, ArchivedEvent] | dict[int, ArchivedAlert] | dict[int, ArchivedCommand]:
    match kind:
        case LedgerKind.EVENT | LedgerKind.PRESENCE_CHANGED | LedgerKind.RECORDING_PAIRED:
            return events_at(database, content, indexes)
        case LedgerKind.ALERT_RAISED | LedgerKind.ALERT_CHANGED | LedgerKind.ALERT_ASSIGNED:
            return alerts_at(database, content, indexes)
        case LedgerKind.COMMAND | LedgerKind.COMMAND_CHANGED:
            return commands_at(database, indexes)
        case _:
            return {}
