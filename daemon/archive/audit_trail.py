"""Audit entries: written and on the disk before what they are about happens; never changed, deleted by age only."""

from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec

from crypto.database import Database, Row

from .codes import from_micros, to_micros
from .drafts import AuditDraft, AuditFilter
from .event_conditions import Conditions
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .records import ArchivedAudit
from .rows import row_as
from .transaction import Transaction

MOST_ENTRIES: Final = 10_000
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.AUDIT].name
_SELECT: Final = """
SELECT audit_id, ledger_index, at, actor, role, action, target, reason, outcome FROM audit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditUnit:
    """One entry."""

    draft: AuditDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedAudit:
        """Write it. Audit ids are 1, 2, 3 … without gaps."""
        draft, database = self.draft, transaction.database
        last = database.fetch_value("SELECT max(audit_id) FROM audit")
        audit_id = (last if isinstance(last, int) else 0) + 1
        at = to_micros(transaction.now)
        columns = (audit_id, at, draft.actor, draft.role, draft.action, draft.target, draft.reason, draft.outcome)
        index = transaction.ledger.append_row(LedgerKind.AUDIT, _NAME, *columns)
        database.execute(
            "INSERT INTO audit (ledger_index, audit_id, at, actor, role, action, target, reason, outcome) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (index, *columns),
        )
        return ArchivedAudit(
            audit_id=audit_id,
            ledger_index=index,
            at=from_micros(at),
            actor=draft.actor,
            role=draft.role,
            action=draft.action,
            target=draft.target,
            reason=draft.reason,
            outcome=draft.outcome,
        )


def audit_entries(
    database: Database, *, limit: int, before: int | None, only: AuditFilter
) -> tuple[ArchivedAudit, ...]:
    """Newest first; `before` is an audit id."""
    conditions = Conditions()
    conditions.add("audit_id < ?", 2**62 if before is None else before)
    if only.actor is not None:
        conditions.add("actor = ?", only.actor)
    if only.action is not None:
        conditions.add("substr(action, 1, length(?)) = ?", only.action, only.action)
    if only.target is not None:
        conditions.add("instr(target, ?)", only.target)
    if only.outcome is not None:
        conditions.add("outcome = ?", only.outcome)
    if only.since is not None:
        conditions.add("at >= ?", to_micros(only.since))
    if only.until is not None:
        conditions.add("at < ?", to_micros(only.until))
    sql = _SELECT + conditions.clause() + " ORDER BY audit_id DESC LIMIT ?"
    rows = database.execute(sql, (*conditions.parameters, max(1, min(limit, MOST_ENTRIES))))
    return tuple(_entry(row) for row in rows)


class _AuditRow(msgspec.Struct, array_like=True, frozen=True):
    audit_id: int
    ledger_index: int
    at: int
    actor: str
    role: str
    action: str
    target: str
    reason: str | None
    outcome: str


def _entry(stored: Row) -> ArchivedAudit:
    row = row_as(_AuditRow, stored)
    return ArchivedAudit(
        audit_id=row.audit_id,
        ledger_index=row.ledger_index,
        at=from_micros(row.at),
        actor=row.actor,
        role=row.role,
        action=row.action,
        target=row.target,
        reason=row.reason,
        outcome=row.outcome,
    )
