"""Taking records out of the archive inside a transaction: their rows, all that hangs on them, and the marks that stay.

What stays of a record is its leaf in the ledger with the certificate's index, and, for rows a phone may still have, a
keyed mark that it is not to be collected again.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from adb_bridge.records import Source
from crypto.database import SqlValue

from .codes import SOURCE_CODES, to_micros
from .deletion_check import digest_of
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .sealing import files_in
from .transaction import Transaction

_NAME: Final = KINDS_OF_ENTRY[LedgerKind.DELETION].name
_IMPORTED: Final = SOURCE_CODES[Source.IMPORTED]
_AMONG: Final = "IN (SELECT value FROM json_each(?))"
_INSERT: Final = """
INSERT INTO deletions (ledger_index, at, cause, data_class, actor, reason, entries, first_index, last_index,
                       indexes_sha256, destroyed_keys)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_HANGING: Final = (
    ("presence_changes", "event_index"),
    ("corrections", "event_index"),
    ("recording_pairs", "recording_index"),
    ("recording_pairs", "call_index"),
)
"""Ledgered rows that say something of an event, and go with it."""
_INDEXED: Final = (("contact_numbers", "event_index"), ("event_files", "event_index"), ("held_over", "event_index"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why records are deleted, for the certificate."""

    cause: str
    """`retention`, `request`, `key_destroyed`, `restored`."""
    data_class: str
    """A class, or empty for records of several."""
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What one certificate took."""

    certificate: int | None
    """Its ledger index; None when there was nothing to take."""
    entries: int
    events: int


def erase_events(transaction: Transaction, indexes: Sequence[int], cause: Cause) -> Erased:
    """Delete these events with their alerts and all that hangs on them, under one certificate. Unknown ones stay."""
    database = transaction.database
    wanted = json.dumps(list(indexes))
    events = _indexes(transaction, f"SELECT ledger_index FROM events WHERE ledger_index {_AMONG}", wanted)  # noqa: S608
    if not events:
        return Erased(certificate=None, entries=0, events=0)
    taken = json.dumps(events)
    _mark_forgotten(transaction, taken)
    _doom_files(transaction, taken)
    alerts = _indexes(transaction, f"SELECT ledger_index FROM alerts WHERE event_index {_AMONG}", taken)  # noqa: S608
    entries = {*events, *alerts}
    for table in ("alert_changes", "alert_assignments"):
        entries.update(_take(transaction, table, "alert_index", alerts))
    for table in ("alert_outbox", "delivery_items"):
        database.execute(f"DELETE FROM {table} WHERE alert_index {_AMONG}", (json.dumps(alerts),))  # noqa: S608
    _delete(transaction, "alerts", "ledger_index", alerts)
    for table, column in _HANGING:
        entries.update(_take(transaction, table, column, events))
    for table, column in _INDEXED:
        _delete(transaction, table, column, events)
    database.executemany("DELETE FROM events_text WHERE rowid = ?", [(index,) for index in events])
    _count_down(transaction, taken)
    _delete(transaction, "events", "ledger_index", events)
    _drop_empty_conversations(transaction)
    certificate = certify(transaction, sorted(entries), cause)
    return Erased(certificate=certificate, entries=len(entries), events=len(events))


def erase_rows(transaction: Transaction, table: str, indexes: Sequence[int], cause: Cause) -> Erased:
    """Delete ledgered rows of another table of ours under one certificate."""
    return erase_together(transaction, ((table, indexes),), cause)


def erase_together(transaction: Transaction, rows: Iterable[tuple[str, Sequence[int]]], cause: Cause) -> Erased:
    """Delete ledgered rows of several tables, in this order, under one certificate."""
    entries: list[int] = []
    for table, indexes in rows:
        _delete(transaction, table, "ledger_index", indexes)
        entries.extend(indexes)
    if not entries:
        return Erased(certificate=None, entries=0, events=0)
    return Erased(certificate=certify(transaction, sorted(entries), cause), entries=len(entries), events=0)


def certify(transaction: Transaction, entries: Sequence[int], cause: Cause, destroyed_keys: Iterable[str] = ()) -> int:
    """Write the certificate of these ledger entries and mark them with it; returns its ledger index."""
    columns = (
        to_micros(transaction.now), cause.cause, cause.data_class, cause.actor, cause.reason, len(entries),
        entries[0] if entries else None, entries[-1] if entries else None, digest_of(_kinds_of(transaction, entries)),
        json.dumps(sorted(destroyed_keys)),
    )  # fmt: skip
    index = transaction.ledger.append_row(LedgerKind.DELETION, _NAME, *columns)
    transaction.database.execute(_INSERT, (index, *columns))
    sql = f"UPDATE ledger SET deleted_by = ?, opening = NULL WHERE ledger_index {_AMONG}"  # noqa: S608
    transaction.database.execute(sql, (index, json.dumps(list(entries))))
    return index


def _kinds_of(transaction: Transaction, entries: Sequence[int]) -> list[tuple[int, int]]:
    sql = f"SELECT ledger_index, kind FROM ledger WHERE ledger_index {_AMONG}"  # noqa: S608
    rows = transaction.database.execute(sql, (json.dumps(list(entries)),))
    return [(index, kind) for index, kind in rows if isinstance(index, int) and isinstance(kind, int)]


def _mark_forgotten(transaction: Transaction, taken: str) -> None:
    """Imported rows are of a file, not of the phone: importing it again brings them again, as whoever does it wants."""
    sql = f"""
SELECT device_no, source, source_key, event_id FROM events
WHERE ledger_index {_AMONG} AND source <> ?"""  # noqa: S608
    tokens = transaction.directory.tokens
    marks: list[tuple[SqlValue, ...]] = []
    for device_no, source, source_key, event_id in transaction.database.execute(sql, (taken, _IMPORTED)):
        assert isinstance(event_id, bytes)
        marks.append((device_no, source, source_key, tokens.of_forgotten(event_id)))
    transaction.database.executemany(
        "INSERT OR IGNORE INTO forgotten (device_no, source, source_key, token) VALUES (?, ?, ?, ?)", marks
    )


def _doom_files(transaction: Transaction, taken: str) -> None:
    """Files that no event of those that stay names. They are removed after the commit."""
    database, tokens = transaction.database, transaction.directory.tokens
    sql = f"""
SELECT ledger_index, key_no, sealed FROM events
WHERE ledger_index IN (SELECT event_index FROM event_files WHERE event_index {_AMONG})"""  # noqa: S608
    doomed: set[str] = set()
    for index, key_no, sealed in database.fetch_all(sql, (taken,)):
        assert isinstance(index, int) and isinstance(key_no, int) and isinstance(sealed, bytes)
        doomed |= files_in(transaction.content.event(key_no, index, sealed).attributes)
    others = f"SELECT 1 FROM event_files WHERE token = ? AND NOT event_index {_AMONG} LIMIT 1"  # noqa: S608
    gone = [one for one in doomed if database.fetch_one(others, (tokens.of_file(one), taken)) is None]
    database.executemany("INSERT OR IGNORE INTO doomed_files (sha256) VALUES (?)", [(one,) for one in gone])


def _count_down(transaction: Transaction, taken: str) -> None:
    sql = f"SELECT device_no, count(*) FROM events WHERE ledger_index {_AMONG} GROUP BY device_no"  # noqa: S608
    counts = transaction.database.fetch_all(sql, (taken,))
    transaction.database.executemany(
        "UPDATE devices SET event_count = event_count - ? WHERE device_no = ?",
        [(count, device_no) for device_no, count in counts],
    )


def _drop_empty_conversations(transaction: Transaction) -> None:
    """A number stays no longer than what was said with it."""
    transaction.database.execute(
        "DELETE FROM conversations WHERE NOT EXISTS "
        "(SELECT 1 FROM events e WHERE e.conversation_no = conversations.conversation_no)"
    )
    transaction.directory.forget()


def _take(transaction: Transaction, table: str, column: str, of: Sequence[int]) -> list[int]:
    """Delete the ledgered rows whose `column` is one of `of`; their ledger indexes."""
    sql = f"SELECT ledger_index FROM {table} WHERE {column} {_AMONG}"  # noqa: S608
    taken = _indexes(transaction, sql, json.dumps(list(of)))
    _delete(transaction, table, "ledger_index", taken)
    return taken


def _delete(transaction: Transaction, table: str, column: str, of: Sequence[int]) -> None:
    transaction.database.execute(f"DELETE FROM {table} WHERE {column} {_AMONG}", (json.dumps(list(of)),))  # noqa: S608


def _indexes(transaction: Transaction, sql: str, among: str) -> list[int]:
    return sorted(index for (index,) in transaction.database.execute(sql, (among,)) if isinstance(index, int))
