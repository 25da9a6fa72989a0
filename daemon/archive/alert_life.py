"""An alert's life beyond its status: who looks after it, and all that was ever done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from crypto.database import Database

from ..api.wire import AlertStatus
from .alerts import alerts_named, change_status, one_alert, status_of
from .book import Read, Write
from .codes import ALERT_STATUSES, from_micros, to_micros
from .content import ContentKeys
from .errors import RecordNotFoundError
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .records import ArchivedAlert
from .rows import row_as
from .transaction import Transaction

NOBODY: Final = ""
MOST_STEPS: Final = 1_000
"""Of one alert that are told, the newest."""
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.ALERT_ASSIGNED].name
_AUDITED_WITHIN: Final = 5_000
"""Entries between what was asked and what was done: many alerts are handled at once, and others write meanwhile."""
_STATUSES: Final = """
SELECT alert_id, status FROM alerts WHERE alert_id IN (SELECT value FROM json_each(?))"""
_ASSIGNEE: Final = """
SELECT assignee FROM alert_assignments WHERE alert_index = ? ORDER BY ledger_index DESC LIMIT 1"""
_LATER: Final = (
    "SELECT count(*) FROM alert_changes WHERE ledger_index > ?",
    "SELECT count(*) FROM alert_assignments WHERE ledger_index > ?",
)
_STEPS: Final = """
SELECT * FROM (
  SELECT ledger_index, at, actor, from_status, to_status, note, 0, NULL FROM alert_changes WHERE alert_index = ?1
  UNION ALL
  SELECT ledger_index, at, actor, NULL, NULL, NULL, 1, assignee FROM alert_assignments WHERE alert_index = ?1
  ORDER BY ledger_index DESC LIMIT ?2
) ORDER BY ledger_index"""
_ROLE: Final = """
SELECT role FROM audit WHERE ledger_index < ?1 AND ledger_index > ?1 - ?2 AND actor = ?3 AND action GLOB 'alert.*'
  AND instr(target, ?4) ORDER BY ledger_index DESC LIMIT 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedStep:
    """One thing that was done with an alert."""

    ledger_index: int
    at: datetime
    actor: str
    role: str | None
    """As its audit entry says; None when that is deleted."""
    from_status: AlertStatus
    to_status: AlertStatus
    is_assignment: bool
    assignee: str | None
    """Who looks after it since."""
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleAlertUnit:
    """What somebody does with an alert in one go. RecordNotFoundError, IllegalTransitionError; then nothing is done."""

    alert_id: str
    to: AlertStatus | None
    """None: as it is."""
    assignee: str | None
    """None: as it is; NOBODY takes it from whoever has it."""
    actor: str
    note: str | None
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedAlert:
        """Write it."""
        alert_index, current = status_of(transaction.database, self.alert_id)
        if self.to is not None or self.note is not None:
            change_status(transaction, alert_index, (current, self.to or current), self.actor, self.note)
        if self.assignee is not None:
            assign_alert(transaction, alert_index, self.assignee or None, self.actor)
        changed = one_alert(transaction.database, transaction.content, self.alert_id)
        if changed is None:
            raise RecordNotFoundError("alert")
        return changed


def assign_alert(transaction: Transaction, alert_index: int, assignee: str | None, actor: str) -> None:
    """Who looks after it from now on; writes nothing where it is so already."""
    if transaction.database.fetch_value(_ASSIGNEE, (alert_index,)) == assignee:
        return
    columns = (alert_index, to_micros(transaction.now), actor, assignee)
    index = transaction.ledger.append_row(LedgerKind.ALERT_ASSIGNED, _NAME, *columns)
    transaction.database.execute(
        "INSERT INTO alert_assignments (ledger_index, alert_index, at, actor, assignee) VALUES (?, ?, ?, ?, ?)",
        (index, *columns),
    )


class AlertLifeBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read, content: ContentKeys) -> None:
        self._write = write
        self._read = read
        self._content = content

    async def handle(self, unit: HandleAlertUnit) -> ArchivedAlert:
        """RecordNotFoundError; IllegalTransitionError (a closed alert can only be opened again)."""
        return await self._write(unit)

    async def change(self, alert_id: str, to: AlertStatus, *, actor: str, note: str | None) -> ArchivedAlert:
        """A step in its handling alone; the same status again only notes."""
        return await self.handle(HandleAlertUnit(alert_id=alert_id, to=to, assignee=None, actor=actor, note=note))

    async def statuses(self, alert_ids: Sequence[str]) -> dict[str, AlertStatus]:
        """Of those that there are."""
        return await self._read(lambda database: _statuses(database, alert_ids))

    async def named(self, alert_ids: Sequence[str]) -> tuple[ArchivedAlert, ...]:
        """Those that there are, newest first."""
        return await self._read(lambda database: alerts_named(database, self._content, alert_ids))

    async def entries_since(self, ledger_index: int) -> int:
        """How many of the later entries in the ledger are steps in handling alerts."""
        return await self._read(lambda database: _entries_since(database, ledger_index))

    async def steps(self, alert_id: str) -> tuple[ArchivedStep, ...] | None:
        """Oldest first; None when there is no such alert."""
        return await self._read(lambda database: _steps(database, alert_id))


def _entries_since(database: Database, ledger_index: int) -> int:
    counts = (database.fetch_value(sql, (ledger_index,)) for sql in _LATER)
    return sum(count for count in counts if isinstance(count, int))


def _statuses(database: Database, alert_ids: Sequence[str]) -> dict[str, AlertStatus]:
    rows = database.execute(_STATUSES, (msgspec.json.encode(list(alert_ids)).decode(),))
    return {str(alert_id): ALERT_STATUSES[status] for alert_id, status in rows if isinstance(status, int)}


class _StepRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    at: int
    actor: str
    from_status: int | None
    to_status: int | None
    note: str | None
    is_assignment: int
    assignee: str | None


def _steps(database: Database, alert_id: str) -> tuple[ArchivedStep, ...] | None:
    try:
        alert_index, _ = status_of(database, alert_id)
    except RecordNotFoundError:
        return None
    status, assignee = AlertStatus.OPEN, None
    steps: list[ArchivedStep] = []
    for stored in database.fetch_all(_STEPS, (alert_index, MOST_STEPS)):
        row = row_as(_StepRow, stored)
        before = status if row.from_status is None else ALERT_STATUSES[row.from_status]
        status = before if row.to_status is None else ALERT_STATUSES[row.to_status]
        assignee = row.assignee if row.is_assignment else assignee
        role = database.fetch_value(_ROLE, (row.ledger_index, _AUDITED_WITHIN, row.actor, alert_id))
        steps.append(
            ArchivedStep(
                ledger_index=row.ledger_index,
                at=from_micros(row.at),
                actor=row.actor,
                role=role if isinstance(role, str) else None,
                from_status=before,
                to_status=status,
                is_assignment=bool(row.is_assignment),
                assignee=assignee,
                note=row.note,
            )
        )
    return tuple(steps)
