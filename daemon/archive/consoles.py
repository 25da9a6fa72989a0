"""Consoles of other machines: which were paired, and the daemon's own identity towards them, sealed outside.

No row of the ledger has them: who paired, renewed or revoked one is in the audit, written in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from crypto.database import Database, Row

from .audit_trail import AuditUnit
from .book import Read, Write
from .codes import from_micros, to_micros
from .drafts import AuditDraft
from .errors import RecordNotFoundError, UnitRefusedError
from .rows import row_as
from .transaction import Transaction

MOST_CONSOLES: Final = 64
"""Of one shop at a time."""
MOST_REVOKED: Final = 200
"""That are remembered, so that their owners are told."""
_COLUMNS: Final = (
    "console_id, name, role, employee, spki, paired_at, paired_by, expires_at, last_seen_at, revoked_at, revoked_by"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM paired_consoles"  # noqa: S608 - no data in it
_ALL: Final = _SELECT + " ORDER BY revoked_at IS NOT NULL, paired_at, console_id"
_ONE: Final = _SELECT + " WHERE console_id = ?"
_INSERT: Final = """
INSERT INTO paired_consoles (console_id, name, role, employee, spki, paired_at, paired_by, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_TAKEN: Final = "SELECT count(*) FROM paired_consoles WHERE revoked_at IS NULL AND name = ?"
_COUNT: Final = "SELECT count(*) FROM paired_consoles WHERE revoked_at IS NULL"
_RENEW: Final = "UPDATE paired_consoles SET expires_at = ? WHERE console_id = ? AND revoked_at IS NULL"
_REVOKE: Final = "UPDATE paired_consoles SET revoked_at = ?, revoked_by = ? WHERE console_id = ? AND revoked_at IS NULL"
_SEEN: Final = "UPDATE paired_consoles SET last_seen_at = ? WHERE console_id = ? AND revoked_at IS NULL"
_FORGET: Final = """
DELETE FROM paired_consoles WHERE revoked_at IS NOT NULL AND console_id NOT IN (
  SELECT console_id FROM paired_consoles WHERE revoked_at IS NOT NULL ORDER BY revoked_at DESC, console_id LIMIT ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedConsole:
    """A console of another machine."""

    console_id: str
    name: str
    role: str
    employee: str | None
    spki: bytes
    """SHA-256 of its public key."""
    paired_at: datetime
    paired_by: str
    expires_at: datetime
    """Of its newest certificate."""
    last_seen_at: datetime | None = None
    """To the hour."""
    revoked_at: datetime | None = None
    revoked_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepIdentityUnit:
    """The daemon's identity, when there is none yet. Returns the one that is kept."""

    sealed: bytes
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> bytes:
        """Write it."""
        database = transaction.database
        sql = "INSERT OR IGNORE INTO lan_identity (singleton, sealed, made_at) VALUES (1, ?, ?)"
        database.execute(sql, (self.sealed, to_micros(transaction.now)))
        kept = _identity(database)
        return self.sealed if kept is None else kept


@dataclass(frozen=True, slots=True, kw_only=True)
class PairConsoleUnit:
    """A console that has confirmed. UnitRefusedError: its name is taken, or there are too many."""

    console: ArchivedConsole
    audit: AuditDraft
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it."""
        console, database = self.console, transaction.database
        if database.fetch_value(_TAKEN, (console.name,)) != 0:
            raise UnitRefusedError("name")
        count = database.fetch_value(_COUNT)
        if not isinstance(count, int) or count >= MOST_CONSOLES:
            raise UnitRefusedError("consoles")
        AuditUnit(draft=self.audit).apply(transaction)
        database.execute(
            _INSERT,
            (
                console.console_id, console.name, console.role, console.employee, console.spki,
                to_micros(console.paired_at), console.paired_by, to_micros(console.expires_at),
            ),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewConsoleUnit:
    """A newer certificate. RecordNotFoundError for a console that is revoked or unknown."""

    console_id: str
    expires_at: datetime
    audit: AuditDraft
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedConsole:
        """Write it."""
        changed = transaction.database.execute(_RENEW, (to_micros(self.expires_at), self.console_id)).changed
        if not changed:
            raise RecordNotFoundError(self.console_id)
        AuditUnit(draft=self.audit).apply(transaction)
        return _required(transaction.database, self.console_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeConsoleUnit:
    """Never again. RecordNotFoundError for a console that is revoked or unknown."""

    console_id: str
    audit: AuditDraft
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedConsole:
        """Write it."""
        database = transaction.database
        columns = (to_micros(transaction.now), self.audit.actor, self.console_id)
        if not database.execute(_REVOKE, columns).changed:
            raise RecordNotFoundError(self.console_id)
        AuditUnit(draft=self.audit).apply(transaction)
        revoked = _required(database, self.console_id)
        database.execute(_FORGET, (MOST_REVOKED,))
        return revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenConsoleUnit:
    """It was there."""

    console_id: str
    seen_at: datetime
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it; nothing for one that is revoked."""
        transaction.database.execute(_SEEN, (to_micros(self.seen_at), self.console_id))


class ConsoleBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def identity(self) -> bytes | None:
        """As it was sealed; None: the daemon has none yet."""
        return await self._read(_identity)

    async def keep_identity(self, sealed: bytes) -> bytes:
        """The first one stays; what is kept."""
        return await self._write(KeepIdentityUnit(sealed=sealed))

    async def all(self) -> tuple[ArchivedConsole, ...]:
        """Those in force first, the oldest first; then the revoked ones."""
        return await self._read(lambda database: tuple(map(_console_of, database.fetch_all(_ALL))))

    async def pair(self, console: ArchivedConsole, audit: AuditDraft) -> None:
        """UnitRefusedError when the name is taken or there are MOST_CONSOLES."""
        await self._write(PairConsoleUnit(console=console, audit=audit))

    async def renew(self, console_id: str, expires_at: datetime, audit: AuditDraft) -> ArchivedConsole:
        """RecordNotFoundError for a console that is revoked or unknown."""
        return await self._write(RenewConsoleUnit(console_id=console_id, expires_at=expires_at, audit=audit))

    async def revoke(self, console_id: str, audit: AuditDraft) -> ArchivedConsole:
        """RecordNotFoundError for a console that is revoked or unknown."""
        return await self._write(RevokeConsoleUnit(console_id=console_id, audit=audit))

    async def seen(self, console_id: str, seen_at: datetime) -> None:
        """It was there."""
        await self._write(SeenConsoleUnit(console_id=console_id, seen_at=seen_at))


def _identity(database: Database) -> bytes | None:
    sealed = database.fetch_value("SELECT sealed FROM lan_identity")
    return bytes(sealed) if isinstance(sealed, bytes) else None


def _required(database: Database, console_id: str) -> ArchivedConsole:
    stored = database.fetch_one(_ONE, (console_id,))
    if stored is None:
        raise RecordNotFoundError(console_id)
    return _console_of(stored)


class _ConsoleRow(msgspec.Struct, array_like=True, frozen=True):
    console_id: str
    name: str
    role: str
    employee: str | None
    spki: bytes
    paired_at: int
    paired_by: str
    expires_at: int
    last_seen_at: int | None
    revoked_at: int | None
    revoked_by: str | None


def _console_of(stored: Row) -> ArchivedConsole:
    row = row_as(_ConsoleRow, stored)
    return ArchivedConsole(
        console_id=row.console_id,
        name=row.name,
        role=row.role,
        employee=row.employee,
        spki=row.spki,
        paired_at=from_micros(row.paired_at),
        paired_by=row.paired_by,
        expires_at=from_micros(row.expires_at),
        last_seen_at=None if row.last_seen_at is None else from_micros(row.last_seen_at),
        revoked_at=None if row.revoked_at is None else from_micros(row.revoked_at),
        revoked_by=row.revoked_by,
    )
