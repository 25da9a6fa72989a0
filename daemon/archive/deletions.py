"""Deleting on purpose: what is over its time, what a request asks for, and the certificates of both."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from crypto.database import Database, Row

from .book import Read, Write
from .closed_rows import closed_rows
from .codes import from_micros, to_micros
from .content import EventContent
from .data_classes import DataClass
from .erasing import Cause, Erased, certify, erase_events, erase_rows, erase_together
from .errors import UnitRefusedError
from .holds import HeldRow, Holds, held_row, rows_of
from .transaction import Transaction

MOST_AT_A_TIME: Final = 2_000
"""Events of one transaction and one certificate: the writer has others to serve."""
_MERGED_PAGES: Final = 500
_UNDER_KEY: Final = """
SELECT ledger_index, device_no, conversation_no, received_at, kind, source FROM events
WHERE key_no = ? AND ledger_index > ? ORDER BY ledger_index LIMIT ?"""
_HELD_OVER: Final = """
SELECT e.ledger_index, e.device_no, e.conversation_no, e.received_at, e.kind, e.source
FROM held_over h JOIN events e ON e.ledger_index = h.event_index ORDER BY e.ledger_index"""
_CERTIFICATES: Final = """
SELECT ledger_index, at, cause, data_class, actor, reason, entries, first_index, last_index, indexes_sha256,
       destroyed_keys
FROM deletions WHERE ledger_index < ? ORDER BY ledger_index DESC LIMIT ?"""
_COMMANDS: Final = """
SELECT c.ledger_index FROM commands c WHERE c.requested_at < ? AND c.state NOT IN (1, 2, 5, 6) LIMIT ?"""
_EMPTY_BATCHES: Final = """
SELECT b.ledger_index FROM command_batches b WHERE b.at < ? AND NOT EXISTS (
  SELECT 1 FROM command_orders o WHERE o.batch_index = b.ledger_index) LIMIT ?"""
_OF_COMMANDS: Final = (
    "DELETE FROM command_keys WHERE command_index IN (SELECT value FROM json_each(?))",
    "DELETE FROM command_orders WHERE command_index IN (SELECT value FROM json_each(?))",
)
"""Rows outside the ledger that go with commands."""
_OF_CHANGES: Final = "DELETE FROM command_traces WHERE change_index IN (SELECT value FROM json_each(?))"
_OF_EMPTY_BATCHES: Final = """
DELETE FROM command_keys WHERE batch_index IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM command_orders o WHERE o.batch_index = command_keys.batch_index)"""
_AGED: Final = {
    "phone_clocks": ("SELECT ledger_index FROM phone_clocks WHERE read_at < ? LIMIT ?", DataClass.OVERSIGHT),
    "audit": ("SELECT ledger_index FROM audit WHERE at < ? LIMIT ?", DataClass.AUDIT),
    "command_batches": (_EMPTY_BATCHES, DataClass.OVERSIGHT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A deletion as it is kept: says what was taken by ledger index, and nothing of what it was."""

    ledger_index: int
    deleted_at: datetime
    cause: str
    data_class: str
    actor: str
    reason: str
    entries: int
    first_index: int | None
    last_index: int | None
    indexes_sha256: str
    destroyed_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodStep:
    """What one step through a period did."""

    erased: int
    held: int
    """Held events that were sealed anew under the present period's key."""
    last_index: int | None
    """Where the next step begins; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePeriodUnit:
    """One step through the events of a key whose period is over its time."""

    key_no: int
    after: int
    cause: Cause
    row_count: ClassVar[int] = MOST_AT_A_TIME
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> PeriodStep:
        """Delete what is not held; seal what is held under a key that stays."""
        database = transaction.database
        rows = tuple(held_row(row) for row in database.execute(_UNDER_KEY, (self.key_no, self.after, MOST_AT_A_TIME)))
        held = Holds.at(database, transaction.now).covering(rows)
        free = [row.ledger_index for row in rows if row.ledger_index not in held]
        erased = erase_events(transaction, free, self.cause)
        for row in rows:
            if row.ledger_index in held:
                _seal_anew(transaction, row)
        return PeriodStep(
            erased=erased.events,
            held=len(held),
            last_index=rows[-1].ledger_index if len(rows) == MOST_AT_A_TIME else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseReleasedUnit:
    """Events that a hold kept over their time and that no hold covers any more."""

    cause: Cause
    row_count: ClassVar[int] = MOST_AT_A_TIME
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> Erased:
        """Delete them, a number at a time."""
        rows = tuple(held_row(row) for row in transaction.database.execute(_HELD_OVER))
        held = Holds.at(transaction.database, transaction.now).covering(rows)
        free = [row.ledger_index for row in rows if row.ledger_index not in held]
        return erase_events(transaction, free[:MOST_AT_A_TIME], self.cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseEventsUnit:
    """Events by ledger index. Held ones stay; UnitRefusedError when more are asked for than one certificate takes."""

    indexes: tuple[int, ...]
    cause: Cause
    row_count: ClassVar[int] = MOST_AT_A_TIME
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> Erased:
        """Delete them."""
        if len(self.indexes) > MOST_AT_A_TIME:
            raise UnitRefusedError("too many events at a time")
        rows = rows_of(transaction.database, self.indexes)
        held = Holds.at(transaction.database, transaction.now).covering(rows)
        return erase_events(transaction, [index for index in self.indexes if index not in held], self.cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseAgedUnit:
    """Rows that are not sealed and are over their time: audit entries, clock readings, finished commands, and what the
    desks closed."""

    data_class: DataClass
    before: datetime
    cause: Cause
    row_count: ClassVar[int] = MOST_AT_A_TIME
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> int:
        """Delete some of each table; 0 when nothing is left. A hold on their class or on everything keeps them."""
        if Holds.at(transaction.database, transaction.now).on_class(self.data_class):
            return 0
        before = to_micros(self.before)
        erased = 0
        for table, (sql, data_class) in _AGED.items():
            if data_class is self.data_class:
                erased += erase_rows(transaction, table, _found(transaction.database, sql, before), self.cause).entries
        if self.data_class is DataClass.OVERSIGHT:
            erased += self._commands(transaction, before)
        return erased + self._closed(transaction)

    def _closed(self, transaction: Transaction) -> int:
        rows: list[tuple[str, tuple[int, ...]]] = []
        size = 0
        for family in closed_rows(transaction.database, self.data_class, self.before, transaction.now):
            rows += family.rows
            size += family.size
            if family.is_alone or size >= MOST_AT_A_TIME:
                break
        return erase_together(transaction, rows, self.cause).entries

    def _commands(self, transaction: Transaction, before: int) -> int:
        commands = _found(transaction.database, _COMMANDS, before)
        sql = "SELECT ledger_index FROM command_changes WHERE command_index IN (SELECT value FROM json_each(?))"
        changes = [
            index for (index,) in transaction.database.execute(sql, (json.dumps(commands),)) if isinstance(index, int)
        ]
        transaction.database.execute(_OF_CHANGES, (json.dumps(changes),))
        for statement in _OF_COMMANDS:
            transaction.database.execute(statement, (json.dumps(commands),))
        transaction.database.execute(_OF_EMPTY_BATCHES)
        erased = erase_rows(transaction, "command_changes", changes, self.cause).entries
        return erased + erase_rows(transaction, "commands", commands, self.cause).entries


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyKeyUnit:
    """The certificate of a key's destruction, written before it. UnitRefusedError while records are under it."""

    key_no: int
    name: str
    cause: Cause
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> int:
        """Its ledger index."""
        for table in ("events", "alerts"):
            sql = f"SELECT 1 FROM {table} WHERE key_no = ? LIMIT 1"  # noqa: S608
            if transaction.database.fetch_one(sql, (self.key_no,)) is not None:
                raise UnitRefusedError("records are sealed under this key")
        return certify(transaction, (), self.cause, (self.name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesGoneUnit:
    """Doomed files that were removed."""

    files: tuple[str, ...]
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Take them off the list."""
        transaction.database.executemany("DELETE FROM doomed_files WHERE sha256 = ?", [(one,) for one in self.files])


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeIndexUnit:
    """A step of merging the full-text index: only merging takes the terms of deleted records out of it.

    A positive number of pages goes on with a merge, and begins none of parts that are too few to be worth it; a
    negative one begins one of all parts, which alone reaches the terms of every record.
    """

    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False
    pages: int = _MERGED_PAGES

    def apply(self, transaction: Transaction) -> bool:
        """Whether there may be more to do."""
        database = transaction.database
        before = database.total_changes
        database.execute("INSERT INTO events_text (events_text, rank) VALUES ('merge', ?)", (self.pages,)).close()
        return database.total_changes - before >= 2  # as SQLite's documentation of 'merge' says


class DeletionBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def erase(self, indexes: Sequence[int], cause: Cause) -> tuple[Erased, ...]:
        """Delete events by ledger index, each part under a certificate of its own. Held and unknown ones stay."""
        parts = [tuple(indexes[at : at + MOST_AT_A_TIME]) for at in range(0, len(indexes), MOST_AT_A_TIME)]
        return tuple([await self._write(EraseEventsUnit(indexes=part, cause=cause)) for part in parts])

    async def erase_period(self, key_no: int, cause: Cause) -> PeriodStep:
        """All of a period: what was erased, and what is held and was sealed anew."""
        erased = held = after = 0
        while True:
            step = await self._write(ErasePeriodUnit(key_no=key_no, after=after, cause=cause))
            erased, held = erased + step.erased, held + step.held
            if step.last_index is None:
                return PeriodStep(erased=erased, held=held, last_index=None)
            after = step.last_index

    async def erase_released(self, cause: Cause) -> int:
        """What holds kept over its time and none keeps any more; how many events."""
        erased = 0
        while (step := await self._write(EraseReleasedUnit(cause=cause))).events:
            erased += step.events
        return erased

    async def erase_aged(self, data_class: DataClass, before: datetime, cause: Cause) -> int:
        """Unsealed rows of a class that are older; how many."""
        erased = 0
        while step := await self._write(EraseAgedUnit(data_class=data_class, before=before, cause=cause)):
            erased += step
        return erased

    async def certify_destruction(self, key_no: int, name: str, cause: Cause) -> int:
        """The certificate's ledger index. Destroy the key after it. UnitRefusedError while records need the key."""
        return await self._write(DestroyKeyUnit(key_no=key_no, name=name, cause=cause))

    async def merge_index(self) -> None:
        """Take the terms of deleted records out of the full-text index, which is written anew for that."""
        await self._write(MergeIndexUnit(pages=-_MERGED_PAGES))
        while await self._write(MergeIndexUnit()):
            continue

    async def doomed_files(self) -> tuple[str, ...]:
        """SHA-256 of sealed files that no record names any more, 64 hexadecimal digits each."""
        rows = await self._read(lambda database: database.fetch_all("SELECT sha256 FROM doomed_files"))
        return tuple(str(sha256) for (sha256,) in rows)

    async def is_file_named(self, token: bytes) -> bool:
        """Whether a record that stays names the file of this token (`Tokens.of_file`)."""
        sql = "SELECT 1 FROM event_files WHERE token = ? LIMIT 1"
        return await self._read(lambda database: database.fetch_one(sql, (token,)) is not None)

    async def files_gone(self, files: tuple[str, ...]) -> None:
        """These were removed."""
        await self._write(FilesGoneUnit(files=files))

    async def certificates(self, *, limit: int = 200, before: int | None = None) -> tuple[Certificate, ...]:
        """Newest first; `before` is a ledger index."""
        top = 2**62 if before is None else before
        rows = await self._read(lambda database: database.fetch_all(_CERTIFICATES, (top, max(1, min(limit, 1_000)))))
        return tuple(_certificate(row) for row in rows)


def _seal_anew(transaction: Transaction, row: HeldRow) -> None:
    """A held event and its alerts under the key of the present period. What they say and their openings stay."""
    database, content = transaction.database, transaction.content
    sealer = content.sealer(row.data_class, transaction.now)
    index = row.ledger_index
    match database.fetch_one("SELECT key_no, sealed FROM events WHERE ledger_index = ?", (index,)):
        case (int(key_no), bytes(sealed)):
            said: EventContent = content.event(key_no, index, sealed)
            again = (sealer.key_no, sealer.event(said, index), index)
            database.execute("UPDATE events SET key_no = ?, sealed = ? WHERE ledger_index = ?", again)
        case _:
            return
    for alert in database.fetch_all("SELECT ledger_index, key_no, sealed FROM alerts WHERE event_index = ?", (index,)):
        alert_index, alert_key, alert_sealed = alert
        assert isinstance(alert_index, int) and isinstance(alert_key, int) and isinstance(alert_sealed, bytes)
        what = content.alert(alert_key, alert_index, alert_sealed)
        again = (sealer.key_no, sealer.alert(what, alert_index), alert_index)
        database.execute("UPDATE alerts SET key_no = ?, sealed = ? WHERE ledger_index = ?", again)
    database.execute("INSERT OR IGNORE INTO held_over (event_index) VALUES (?)", (index,))


def _found(database: Database, sql: str, before: int) -> list[int]:
    return [index for (index,) in database.execute(sql, (before, MOST_AT_A_TIME)) if isinstance(index, int)]


def _certificate(row: Row) -> Certificate:
    match row:
        case (
            int(index), int(at), str(cause), str(data_class), str(actor), str(reason), int(entries),
            (int() | None) as first, (int() | None) as last, bytes(digest), str(keys),
        ):  # fmt: skip
            return Certificate(
                ledger_index=index,
                deleted_at=from_micros(at),
                cause=cause,
                data_class=data_class,
                actor=actor,
                reason=reason,
                entries=entries,
                first_index=first,
                last_index=last,
                indexes_sha256=digest.hex(),
                destroyed_keys=tuple(json.loads(keys)),
            )
        case _:
            raise UnitRefusedError("not a certificate")
