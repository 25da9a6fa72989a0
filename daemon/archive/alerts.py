"""Alerts: what handling them writes, and how they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec

from crypto.database import Database, Row
from crypto.errors import IntegrityError
from policies.model import Severity, Verdict

from ..api.wire import AlertStatus
from .codes import ALERT_STATUS_CODES, ALERT_STATUSES, SEVERITY_CODES, from_micros, to_micros
from .content import ContentKeys
from .drafts import AlertFilter
from .errors import IllegalTransitionError, RecordNotFoundError
from .event_queries import Conditions, events_at
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .raising import rescan_of
from .records import ArchivedAlert
from .rows import row_as
from .transaction import Transaction

MOST_ALERTS: Final = 5_000
_CHANGE_NAME: Final = KINDS_OF_ENTRY[LedgerKind.ALERT_CHANGED].name

_LEGAL: Final = {
    AlertStatus.OPEN: frozenset({AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED, AlertStatus.SUPPRESSED}),
    AlertStatus.ACKNOWLEDGED: frozenset({AlertStatus.OPEN, AlertStatus.RESOLVED, AlertStatus.SUPPRESSED}),
    AlertStatus.RESOLVED: frozenset({AlertStatus.OPEN}),
    AlertStatus.SUPPRESSED: frozenset({AlertStatus.OPEN}),
}
"""A closed alert can only be opened again."""

_ASSIGNEE: Final = """
SELECT n.assignee FROM alert_assignments n WHERE n.alert_index = a.ledger_index ORDER BY n.ledger_index DESC LIMIT 1"""
_SELECT: Final = f"""
SELECT a.ledger_index, a.alert_id, a.event_index, a.key_no, a.sealed, a.status, a.raised_at,
  (SELECT n.note FROM alert_changes n WHERE n.alert_index = a.ledger_index AND n.note IS NOT NULL
   ORDER BY n.ledger_index DESC LIMIT 1),
  x.actor, x.at, ({_ASSIGNEE})
FROM alerts a LEFT JOIN alert_changes x ON x.ledger_index = a.last_change"""  # noqa: S608
"""The note is the last one that was written: a later step without a note does not hide it."""


def is_legal_step(current: AlertStatus, to: AlertStatus) -> bool:
    """Whether an alert may go from `current` to `to`; staying is legal, it only notes."""
    return to is current or to in _LEGAL[current]


UNSENT: Final = """
SELECT a.alert_id FROM alert_outbox o JOIN alerts a ON a.ledger_index = o.alert_index
ORDER BY o.alert_index LIMIT ?"""


def status_of(database: Database, alert_id: str) -> tuple[int, AlertStatus]:
    """Ledger index and present status. RecordNotFoundError."""
    match database.fetch_one("SELECT ledger_index, status FROM alerts WHERE alert_id = ?", (alert_id,)):
        case (int(alert_index), int(status)):
            return alert_index, ALERT_STATUSES[status]
        case _:
            raise RecordNotFoundError("alert")


def change_status(
    transaction: Transaction, alert_index: int, step: tuple[AlertStatus, AlertStatus], actor: str, note: str | None
) -> None:
    """Write a step from one status to another. IllegalTransitionError."""
    current, to = step
    if not is_legal_step(current, to):
        raise IllegalTransitionError(current=current.value, to=to.value)
    database, to_status = transaction.database, ALERT_STATUS_CODES[to]
    columns = (alert_index, to_micros(transaction.now), actor, ALERT_STATUS_CODES[current], to_status, note)
    index = transaction.ledger.append_row(LedgerKind.ALERT_CHANGED, _CHANGE_NAME, *columns)
    database.execute(
        "INSERT INTO alert_changes (ledger_index, alert_index, at, actor, from_status, to_status, note) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (index, *columns),
    )
    database.execute(
        "UPDATE alerts SET status = ?, last_change = ? WHERE ledger_index = ?", (to_status, index, alert_index)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSentUnit:
    """Alerts that were published."""

    alert_ids: tuple[str, ...]
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Take them out of the outbox; unknown ids do nothing."""
        sql = "DELETE FROM alert_outbox WHERE alert_index = (SELECT ledger_index FROM alerts WHERE alert_id = ?)"
        transaction.database.executemany(sql, [(alert_id,) for alert_id in self.alert_ids])


def find_alerts(database: Database, content: ContentKeys, query: AlertFilter) -> tuple[ArchivedAlert, ...]:
    """Newest first."""
    conditions = Conditions()
    if query.status is not None:
        conditions.add("a.status = ?", ALERT_STATUS_CODES[query.status])
    if query.device is not None:
        conditions.add("a.device_no = (SELECT device_no FROM devices WHERE serial = ?)", query.device)
    if query.devices is not None:
        sql = "a.device_no IN (SELECT device_no FROM devices WHERE serial IN (SELECT value FROM json_each(?)))"
        conditions.add(sql, msgspec.json.encode(query.devices).decode())
    if query.before is not None:
        conditions.add("a.ledger_index < ?", query.before)
    if query.severity is not None:
        conditions.add("a.severity >= ?", SEVERITY_CODES[query.severity])
    if query.rule is not None:
        conditions.add("a.rule_id = ?", query.rule)
    if query.assignee is not None:
        conditions.add(f"({_ASSIGNEE}) IS ?", query.assignee or None)
    sql = _SELECT + conditions.clause() + " ORDER BY a.ledger_index DESC LIMIT ?"
    limit = max(1, min(query.limit, MOST_ALERTS))
    return _with_events(database, content, database.fetch_all(sql, (*conditions.parameters, limit)))


def one_alert(database: Database, content: ContentKeys, alert_id: str) -> ArchivedAlert | None:
    """None when there is no such alert."""
    found = _with_events(database, content, database.fetch_all(_SELECT + " WHERE a.alert_id = ?", (alert_id,)))
    return found[0] if found else None


def alerts_named(database: Database, content: ContentKeys, alert_ids: Sequence[str]) -> tuple[ArchivedAlert, ...]:
    """Those that there are, newest first."""
    conditions = Conditions()
    conditions.add_one_of("a.alert_id", alert_ids)
    sql = _SELECT + conditions.clause() + " ORDER BY a.ledger_index DESC"
    return _with_events(database, content, database.fetch_all(sql, conditions.parameters))


def alerts_at(database: Database, content: ContentKeys, ledger_indexes: Sequence[int]) -> dict[int, ArchivedAlert]:
    """Alerts by the ledger index of their raising."""
    conditions = Conditions()
    conditions.add_one_of("a.ledger_index", ledger_indexes)
    rows = database.fetch_all(_SELECT + conditions.clause(), conditions.parameters)
    return {alert.ledger_index: alert for alert in _with_events(database, content, rows)}


def unsent_alerts(database: Database, limit: int) -> tuple[str, ...]:
    """Ids of what has to be published yet, oldest first."""
    return tuple(str(row[0]) for row in database.execute(UNSENT, (max(1, min(limit, MOST_ALERTS)),)))


_UNREADABLE: Final = Verdict(
    rule_id="unreadable",
    rule_title={"en": "Unreadable record: run verify", "zh": "记录无法读取：请运行 verify"},
    category="damaged",
    severity=Severity.HIGH,
    hits=(),
    ruleset_version="",
)
_verdict: Final = msgspec.json.Decoder(Verdict).decode


class _AlertRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    alert_id: str
    event_index: int
    key_no: int
    sealed: bytes
    status: int
    raised_at: int
    note: str | None
    actor: str | None
    handled_at: int | None
    assignee: str | None


def _said_by(row: _AlertRow, content: ContentKeys) -> tuple[Verdict, str | None]:
    """The verdict and the re-scan that found it. What does not open stays in the list, so that it is not overlooked;
    `verify` names it."""
    try:
        document = content.alert(row.key_no, row.ledger_index, row.sealed).verdict
        return _verdict(document), rescan_of(document)
    except (IntegrityError, msgspec.MsgspecError):
        return _UNREADABLE, None


def _with_events(database: Database, content: ContentKeys, stored: Sequence[Row]) -> tuple[ArchivedAlert, ...]:
    rows = [row_as(_AlertRow, row) for row in stored]
    events = events_at(database, content, [row.event_index for row in rows]) if rows else {}
    return tuple(
        ArchivedAlert(
            alert_id=row.alert_id,
            ledger_index=row.ledger_index,
            verdict=verdict,
            status=ALERT_STATUSES[row.status],
            raised_at=from_micros(row.raised_at),
            note=row.note,
            handled_by=row.actor,
            handled_at=None if row.handled_at is None else from_micros(row.handled_at),
            archived=events[row.event_index],
            rescan=rescan,
            assignee=row.assignee,
        )
        for row in rows
        if row.event_index in events
        for verdict, rescan in (_said_by(row, content),)
    )
