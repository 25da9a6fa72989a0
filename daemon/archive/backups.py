"""Backups, drills and restores as the ledger has them: one row each, never changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Final

from crypto.database import Database, Row

from .book import Read, Write
from .codes import from_micros, to_micros
from .errors import UnitRefusedError
from .forgetting import ErasedEntry, ForgetUnit, file_tokens
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .transaction import Transaction

_NAME: Final = KINDS_OF_ENTRY[LedgerKind.BACKUP].name
_COLUMNS: Final = (
    "ledger_index, what, at, actor, place_id, snapshot, ledger_size, root, known_size, size_bytes, new_bytes, took_ms, "
    "problem"
)
_INSERT: Final = "\n".join(("INSERT INTO backups (", _COLUMNS, ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"))
_SELECT: Final = " ".join(("SELECT", _COLUMNS, "FROM backups"))
_LAST: Final = " ".join((_SELECT, "WHERE what = ? ORDER BY ledger_index DESC LIMIT 1"))
_LAST_GOOD: Final = " ".join((_SELECT, "WHERE what = ? AND problem IS NULL ORDER BY ledger_index DESC LIMIT 1"))
_NEWEST: Final = " ".join((_SELECT, "ORDER BY ledger_index DESC LIMIT ?"))


class BackupWork(IntEnum):
    """What was done. Numbers are kept in files."""

    MADE = 1
    DRILLED = 2
    """A snapshot was restored into a temporary place, verified and removed."""
    RESTORED = 3
    """This archive was made of a snapshot; what came after the snapshot elsewhere is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDraft:
    """To keep."""

    what: BackupWork
    actor: str
    place_id: str
    """Of the medium: 16 hexadecimal digits."""
    snapshot: int
    """Its number on the medium; 0 when it came to none."""
    ledger_size: int
    """Of the snapshot."""
    root: bytes
    """Of the snapshot; empty when it came to none."""
    known_size: int = 0
    """RESTORED: the largest ledger that is known to have been, which may be more than the snapshot's. Else 0."""
    size_bytes: int = 0
    new_bytes: int = 0
    took_ms: int = 0
    problem: str | None = None
    """A stable code when it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedBackup:
    """Kept."""

    ledger_index: int
    at: datetime
    draft: BackupDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackups:
    """The newest of each; None: never."""

    made: ArchivedBackup | None
    drilled: ArchivedBackup | None
    """Also one that failed."""
    restored: ArchivedBackup | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupUnit:
    """One row."""

    draft: BackupDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedBackup:
        """Write it."""
        draft = self.draft
        columns = (
            int(draft.what), to_micros(transaction.now), draft.actor, draft.place_id, draft.snapshot,
            draft.ledger_size, draft.root, draft.known_size, draft.size_bytes, draft.new_bytes, draft.took_ms,
            draft.problem,
        )  # fmt: skip
        index = transaction.ledger.append_row(LedgerKind.BACKUP, _NAME, *columns)
        transaction.database.execute(_INSERT, (index, *columns))
        return ArchivedBackup(ledger_index=index, at=transaction.now, draft=draft)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadUnit:
    """No row: a signed head of the ledger as it is."""

    row_count: ClassVar[int] = 0
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Have it signed."""
        transaction.ledger.want_head()


class BackupBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def add(self, draft: BackupDraft) -> ArchivedBackup:
        """Keep what was done."""
        return await self._write(BackupUnit(draft=draft))

    async def sign_head(self) -> None:
        """Have the archive's own list hold a head of all that is there; nothing when it does."""
        await self._write(HeadUnit())

    async def forget_again(self, sound_keys: tuple[int, ...], erased: tuple[ErasedEntry, ...], actor: str) -> int:
        """Delete what cannot be read any more and what was erased elsewhere; how many events."""
        count = 0
        while step := await self._write(ForgetUnit(sound_keys=sound_keys, erased=erased, actor=actor)):
            count += step
        return count

    async def file_tokens(self) -> frozenset[bytes]:
        """Tokens of all files that records name."""
        return await self._read(file_tokens)

    async def last(self) -> LastBackups:
        """The newest good backup, the newest drill, the newest restore."""
        return await self._read(_last)

    async def newest(self, limit: int) -> tuple[ArchivedBackup, ...]:
        """Newest first."""
        return await self._read(lambda database: tuple(map(_backup, database.fetch_all(_NEWEST, (limit,)))))


def _last(database: Database) -> LastBackups:
    made = database.fetch_one(_LAST_GOOD, (int(BackupWork.MADE),))
    drilled = database.fetch_one(_LAST, (int(BackupWork.DRILLED),))
    restored = database.fetch_one(_LAST, (int(BackupWork.RESTORED),))
    return LastBackups(
        made=None if made is None else _backup(made),
        drilled=None if drilled is None else _backup(drilled),
        restored=None if restored is None else _backup(restored),
    )


def _backup(row: Row) -> ArchivedBackup:
    match row:
        case (
            int(index), int(what), int(at), str(actor), str(place_id), int(snapshot), int(ledger_size), bytes(root),
            int(known_size), int(size_bytes), int(new_bytes), int(took_ms), (str() | None) as problem,
        ):  # fmt: skip
            draft = BackupDraft(
                what=BackupWork(what),
                actor=actor,
                place_id=place_id,
                snapshot=snapshot,
                ledger_size=ledger_size,
                root=root,
                known_size=known_size,
                size_bytes=size_bytes,
                new_bytes=new_bytes,
                took_ms=took_ms,
                problem=problem,
            )
            return ArchivedBackup(ledger_index=index, at=from_micros(at), draft=draft)
        case _:
            raise UnitRefusedError("a row of backups")
