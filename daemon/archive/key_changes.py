"""What changed about the keyring: new root keys and ways in, each a ledgered row."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Final

import msgspec

from crypto.database import Database, Row

from .book import Read, Write
from .codes import from_micros, to_micros
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .rows import row_as
from .transaction import Transaction

MOST_CHANGES: Final = 1_000
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.KEYS_CHANGED].name
_INSERT: Final = """
INSERT INTO key_changes (ledger_index, at, actor, change, generation, slot_id, slot_kind, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_GENERATION: Final = "SELECT max(generation) FROM key_changes"
_WAYS: Final = """
SELECT slot_id, slot_kind FROM key_changes k WHERE change = ? AND ledger_index = (
  SELECT max(ledger_index) FROM key_changes l WHERE l.slot_id = k.slot_id
)"""
_SELECT: Final = """
SELECT ledger_index, at, actor, change, generation, slot_id, slot_kind, reason FROM key_changes
ORDER BY ledger_index DESC LIMIT ?"""
_NEWEST_KEYS: Final = """
SELECT max(key_no) FROM (
  SELECT * FROM (SELECT key_no FROM events ORDER BY ledger_index DESC LIMIT 1000)
  UNION ALL SELECT * FROM (SELECT key_no FROM alerts ORDER BY ledger_index DESC LIMIT 1000)
  UNION ALL SELECT key_no FROM pins
)"""


class KeyChange(IntEnum):
    """Numbers are kept: never reuse one."""

    NEW_ROOT = 1
    WAY_ADDED = 2
    WAY_REMOVED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """A keyring as the daemon sees it."""

    generation: int
    ways: tuple[tuple[str, str], ...]
    """Slot id and kind of every sound slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedKeyChange:
    """One change."""

    ledger_index: int
    at: datetime
    actor: str
    change: KeyChange
    generation: int
    slot_id: str | None
    slot_kind: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMarks:
    """What the archive knows of its keyring; a keyring below either mark is an older copy."""

    generation: int
    """The highest seen; 0 before anything was noted."""
    key_no: int
    """The highest data key among PINs and the newest records; 0 without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKeysUnit:
    """Write what is different from what was noted last. Returns how many changes that were."""

    state: KeyState
    actor: str
    reason: str | None
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> int:
        """Nothing new, nothing written."""
        database = transaction.database
        known = {str(slot_id): str(kind) for slot_id, kind in database.execute(_WAYS, (KeyChange.WAY_ADDED,))}
        now = dict(self.state.ways)
        changes: list[tuple[KeyChange, str | None, str | None]] = []
        if self.state.generation > max(1, _number(database, _GENERATION)):
            changes.append((KeyChange.NEW_ROOT, None, None))
        changes += [(KeyChange.WAY_ADDED, one, kind) for one, kind in now.items() if one not in known]
        changes += [(KeyChange.WAY_REMOVED, one, kind) for one, kind in known.items() if one not in now]
        at = to_micros(transaction.now)
        for change, slot_id, kind in changes:
            columns = (at, self.actor, change.value, self.state.generation, slot_id, kind, self.reason)
            index = transaction.ledger.append_row(LedgerKind.KEYS_CHANGED, _NAME, *columns)
            database.execute(_INSERT, (index, *columns))
        return len(changes)


class KeyBook:
    """Changes of the keyring."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def note(self, state: KeyState, *, actor: str, reason: str | None) -> int:
        """Keep what is new about the keyring; the number of changes."""
        return await self._write(NoteKeysUnit(state=state, actor=actor, reason=reason))

    async def marks(self) -> KeyMarks:
        """Below which a keyring is an older copy."""
        return await self._read(
            lambda database: KeyMarks(generation=_number(database, _GENERATION), key_no=_number(database, _NEWEST_KEYS))
        )

    async def changes(self, *, limit: int) -> tuple[ArchivedKeyChange, ...]:
        """Newest first."""
        rows = await self._read(lambda database: tuple(database.execute(_SELECT, (max(1, min(limit, MOST_CHANGES)),))))
        return tuple(_change_of(row) for row in rows)


class _ChangeRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    at: int
    actor: str
    change: int
    generation: int
    slot_id: str | None
    slot_kind: str | None
    reason: str | None


def _change_of(stored: Row) -> ArchivedKeyChange:
    row = row_as(_ChangeRow, stored)
    return ArchivedKeyChange(
        ledger_index=row.ledger_index,
        at=from_micros(row.at),
        actor=row.actor,
        change=KeyChange(row.change),
        generation=row.generation,
        slot_id=row.slot_id,
        slot_kind=row.slot_kind,
        reason=row.reason,
    )


def _number(database: Database, query: str) -> int:
    found = database.fetch_value(query)
    return found if isinstance(found, int) else 0
