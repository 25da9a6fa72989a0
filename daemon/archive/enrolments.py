"""Enrolment records and the notices they rest on. Without one, nothing of a phone is written."""

import hashlib
import json
from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial, Source
from crypto.database import Database, Row

from .codes import from_micros, to_micros
from .drafts import EnrolmentDraft
from .errors import AlreadyEnrolledError, NotEnrolledError, NoticeConflictError, RecordNotFoundError
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .records import ArchivedEnrolment
from .rows import row_as
from .transaction import Transaction

_ENROLMENT_NAME: Final = KINDS_OF_ENTRY[LedgerKind.ENROLMENT].name
_END_NAME: Final = KINDS_OF_ENTRY[LedgerKind.ENROLMENT_ENDED].name

_SELECT: Final = """
SELECT e.ledger_index, d.serial, e.employee, e.notice_version, n.sha256, n.body, e.acknowledged_by, e.acknowledged_at,
       e.enrolled_by, e.enrolled_at, e.scope, x.at, x.actor, x.reason
FROM enrolments e JOIN devices d ON d.device_no = e.device_no JOIN notices n ON n.version = e.notice_version
LEFT JOIN enrolment_ends x ON x.ledger_index = e.end_index"""
_SELECT_ALL: Final = _SELECT + " ORDER BY e.ledger_index DESC"
_SELECT_LATEST: Final = _SELECT + " WHERE d.serial = ? ORDER BY e.ledger_index DESC LIMIT 1"
_SELECT_AT: Final = _SELECT + " WHERE e.ledger_index = ?"
_ACTIVE_SCOPE: Final = """
SELECT e.ledger_index, e.scope, s.stops_at FROM enrolments e JOIN devices d ON d.device_no = e.device_no
LEFT JOIN capture_stops s ON s.enrolment_index = e.ledger_index
WHERE d.serial = ? AND e.end_index IS NULL"""


def require_scope(transaction: Transaction, serial: DeviceSerial, source: Source) -> None:
    """NotEnrolledError unless the phone has an enrolment that was not ended, whose scope holds `source`, and whose
    collecting was not to end before now.

    Calls by telephony state stand in for the call log and belong to its scope.
    """
    wanted = Source.CALL_LOG if source is Source.CALL_STATE else source
    row = transaction.database.fetch_one(_ACTIVE_SCOPE, (serial,))
    is_over = row is not None and isinstance(row[2], int) and row[2] <= to_micros(transaction.now)
    if row is None or is_over or wanted.value not in json.loads(str(row[1])):
        raise NotEnrolledError(source.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolUnit:
    """A new enrolment. AlreadyEnrolledError; NoticeConflictError when the version was used with another text."""

    draft: EnrolmentDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedEnrolment:
        """Write it."""
        draft, database = self.draft, transaction.database
        if database.fetch_one(_ACTIVE_SCOPE, (draft.serial,)) is not None:
            raise AlreadyEnrolledError
        now = to_micros(transaction.now)
        digest = hashlib.sha256(draft.notice_text.encode()).digest()
        known = database.fetch_value("SELECT sha256 FROM notices WHERE version = ?", (draft.notice_version,))
        if known is None:
            database.execute(
                "INSERT INTO notices (version, sha256, body, first_used_at) VALUES (?, ?, ?, ?)",
                (draft.notice_version, digest, draft.notice_text, now),
            )
        elif known != digest:
            raise NoticeConflictError
        scope = json.dumps(sorted(set(draft.scope)))
        common = (draft.employee, draft.notice_version)
        rest = (draft.acknowledged_by, to_micros(draft.acknowledged_at), draft.enrolled_by, now, scope)
        device_no = transaction.device(draft.serial)
        index = transaction.ledger.append_row(
            LedgerKind.ENROLMENT, _ENROLMENT_NAME, draft.serial, *common, digest, *rest
        )
        database.execute(
            "INSERT INTO enrolments (ledger_index, device_no, employee, notice_version, acknowledged_by, "
            "acknowledged_at, enrolled_by, enrolled_at, scope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (index, device_no, *common, *rest),
        )
        return _one(database, index)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEnrolmentUnit:
    """The end of an enrolment: from its commit on nothing more of the phone is written. RecordNotFoundError."""

    serial: DeviceSerial
    actor: str
    reason: str
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedEnrolment:
        """Write it."""
        database = transaction.database
        row = database.fetch_one(_ACTIVE_SCOPE, (self.serial,))
        if row is None:
            raise RecordNotFoundError("enrolment")
        columns = (row[0], to_micros(transaction.now), self.actor, self.reason)
        index = transaction.ledger.append_row(LedgerKind.ENROLMENT_ENDED, _END_NAME, *columns)
        database.execute(
            "INSERT INTO enrolment_ends (ledger_index, enrolment_index, at, actor, reason) VALUES (?, ?, ?, ?, ?)",
            (index, *columns),
        )
        database.execute("UPDATE enrolments SET end_index = ? WHERE ledger_index = ?", (index, row[0]))
        return _one(database, row[0])


def all_enrolments(database: Database) -> tuple[ArchivedEnrolment, ...]:
    """Ended ones too, newest first."""
    return tuple(_enrolment(row) for row in database.execute(_SELECT_ALL))


def latest_enrolment(database: Database, serial: DeviceSerial) -> ArchivedEnrolment | None:
    """The phone's newest enrolment, ended or not; None when it never had one."""
    row = database.fetch_one(_SELECT_LATEST, (serial,))
    return None if row is None else _enrolment(row)


def notice_text(database: Database, version: str) -> str | None:
    """The text a notice version is bound to; None when it was never used."""
    text = database.fetch_value("SELECT body FROM notices WHERE version = ?", (version,))
    return text if isinstance(text, str) else None


def _one(database: Database, index: object) -> ArchivedEnrolment:
    row = database.fetch_one(_SELECT_AT, (index if isinstance(index, int) else 0,))
    if row is None:
        raise RecordNotFoundError("enrolment")
    return _enrolment(row)


class _EnrolmentRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    serial: str
    employee: str
    notice_version: str
    notice_sha256: bytes
    notice_text: str
    acknowledged_by: str
    acknowledged_at: int
    enrolled_by: str
    enrolled_at: int
    scope: str
    ended_at: int | None
    ended_by: str | None
    end_reason: str | None


def _enrolment(stored: Row) -> ArchivedEnrolment:
    row = row_as(_EnrolmentRow, stored)
    return ArchivedEnrolment(
        ledger_index=row.ledger_index,
        serial=DeviceSerial(row.serial),
        employee=row.employee,
        notice_version=row.notice_version,
        notice_sha256=row.notice_sha256.hex(),
        notice_text=row.notice_text,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=from_micros(row.acknowledged_at),
        enrolled_by=row.enrolled_by,
        enrolled_at=from_micros(row.enrolled_at),
        scope=tuple(json.loads(row.scope)),
        ended_at=None if row.ended_at is None else from_micros(row.ended_at),
        ended_by=row.ended_by,
        end_reason=row.end_reason,
    )
