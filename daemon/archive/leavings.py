"""Employees who leave. Asking for it, stopping the collecting, handing over and undoing are one transaction each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database

from .alert_life import assign_alert
from .audit_trail import AuditUnit
from .book import Read, Write
from .codes import to_micros
from .drafts import AuditDraft
from .errors import IllegalTransitionError, RecordNotFoundError
from .leaving_rows import (
    ArchivedLeaving,
    LeavingDraft,
    LeavingStep,
    LeavingStepDraft,
    all_leavings,
    capture_stops,
    one_leaving,
    phones_text,
    wiped_since,
)
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .ownership import (
    HOLDER,
    OwnedConversation,
    give,
    owned_counts,
    owned_in,
    owners_of_events,
    shares,
    still_there,
)
from .transaction import Transaction

_NAME: Final = KINDS_OF_ENTRY[LedgerKind.LEAVING].name
_STEP_NAME: Final = KINDS_OF_ENTRY[LedgerKind.LEAVING_STEP].name
_INSERT: Final = """
INSERT INTO leavings (ledger_index, leaving_id, at, employee, recipients, reason, requested_by, requested_role,
  freeze_at, return_at, phones) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_INSERT_STEP: Final = """
INSERT INTO leaving_steps (ledger_index, leaving_index, at, actor, step, item, code, facts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_OPEN_ALERTS: Final = """
SELECT a.ledger_index, a.alert_id, a.event_index FROM alerts a WHERE a.status IN (1, 2) AND
  (SELECT n.assignee FROM alert_assignments n WHERE n.alert_index = a.ledger_index
   ORDER BY n.ledger_index DESC LIMIT 1) = ?
ORDER BY a.ledger_index"""
_ALERT: Final = """
SELECT a.ledger_index, (SELECT n.assignee FROM alert_assignments n WHERE n.alert_index = a.ledger_index
                        ORDER BY n.ledger_index DESC LIMIT 1)
FROM alerts a WHERE a.alert_id = ?"""
WIPED: Final = "wiped"
UNDONE: Final = "undone"
LEAVING: Final = "leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginUnit:
    """Somebody leaves: what is theirs is handed over, and the end of the collecting is fixed.
    IllegalTransitionError when they, or a recipient, leave already."""

    draft: LeavingDraft
    audit: AuditDraft
    row_count: ClassVar[int] = 100
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedLeaving:
        """All of it."""
        database, draft = transaction.database, self.draft
        leave = {one.draft.employee for one in all_leavings(database) if not one.is_undone and _is_here(database, one)}
        if leave & {draft.employee, *draft.recipients}:
            raise IllegalTransitionError(current=LEAVING, to=LEAVING)
        AuditUnit(draft=self.audit).apply(transaction)
        columns = (
            draft.leaving_id,
            to_micros(transaction.now),
            draft.employee,
            msgspec.json.encode(list(draft.recipients)).decode(),
            draft.reason,
            draft.requested_by,
            draft.requested_role,
            to_micros(draft.freeze_at),
            to_micros(draft.return_at),
            phones_text(draft.phones),
        )
        index = transaction.ledger.append_row(LedgerKind.LEAVING, _NAME, *columns)
        database.execute(_INSERT, (index, *columns))
        for phone in draft.phones:
            database.execute(
                "INSERT INTO capture_stops (enrolment_index, leaving_index, stops_at) VALUES (?, ?, ?)",
                (phone.enrolment_index, index, to_micros(draft.return_at)),
            )
        _hand_over(transaction, index, draft, draft.requested_by)
        return _required(database, draft.leaving_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUnit:
    """A step of one that was not undone, or of the undoing. The same step again writes nothing."""

    leaving_id: str
    did: LeavingStepDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedLeaving:
        """Write it. What a phone has of new conversations when its collecting ends is handed over with that."""
        database, did = transaction.database, self.did
        leaving = _required(database, self.leaving_id)
        if any(one.did.code == did.code for one in leaving.of(did.step, did.item)):
            return leaving
        _append(transaction, leaving.ledger_index, did)
        if did.step is LeavingStep.CAPTURE_STOPPED and not leaving.is_undone:
            _hand_over(transaction, leaving.ledger_index, leaving.draft, did.actor)
        return _required(database, self.leaving_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoUnit:
    """It was not to be: collecting goes on, everything is whose it was. IllegalTransitionError: undone already, or a
    phone of it was erased."""

    leaving_id: str
    audit: AuditDraft
    row_count: ClassVar[int] = 100
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedLeaving:
        """All of it."""
        database = transaction.database
        leaving = _required(database, self.leaving_id)
        if leaving.is_undone:
            raise IllegalTransitionError(current=UNDONE, to=UNDONE)
        if wiped_since(database, leaving.ledger_index) & {one.device for one in leaving.draft.phones}:
            raise IllegalTransitionError(current=WIPED, to=UNDONE)
        AuditUnit(draft=self.audit).apply(transaction)
        index, actor = leaving.ledger_index, self.audit.actor
        facts = msgspec.json.encode({"reason": self.audit.reason or ""}).decode()
        _append(transaction, index, LeavingStepDraft(step=LeavingStep.UNDO, actor=actor, code="asked", facts=facts))
        database.execute("DELETE FROM capture_stops WHERE leaving_index = ?", (index,))
        handed = [one.ledger_index for one in leaving.of(LeavingStep.HANDED_OVER)]
        for owner, conversations in still_there(database, handed).items():
            did = LeavingStepDraft(
                step=LeavingStep.RETURNED, actor=actor, item=owner or HOLDER, code=str(len(conversations))
            )
            give(database, conversations, _append(transaction, index, did), owner)
        for moved in leaving.of(LeavingStep.ALERT_MOVED):
            match database.fetch_one(_ALERT, (moved.did.item,)):
                case (int(alert_index), str(assignee)) if assignee == moved.did.code:
                    assign_alert(transaction, alert_index, leaving.draft.employee, actor)
                    did = LeavingStepDraft(step=LeavingStep.ALERT_RETURNED, actor=actor, item=moved.did.item)
                    _append(transaction, index, did)
                case _:
                    continue
        return _required(database, self.leaving_id)


def _hand_over(transaction: Transaction, index: int, draft: LeavingDraft, actor: str) -> None:
    database = transaction.database
    devices = [str(one.device) for one in draft.phones]
    for share in shares(database, draft.employee, devices, draft.recipients):
        facts = msgspec.json.encode({"conversations_sha256": share.digest}).decode()
        count = str(len(share.conversations))
        did = LeavingStepDraft(step=LeavingStep.HANDED_OVER, actor=actor, item=share.owner, code=count, facts=facts)
        give(database, share.conversations, _append(transaction, index, did), share.owner)
    for row in database.fetch_all(_OPEN_ALERTS, (draft.employee,)):
        match row:
            case (int(alert_index), str(alert_id), int(event_index)):
                owner = owners_of_events(database, [event_index]).get(event_index)
                to = owner if owner in draft.recipients else draft.recipients[0]
                assign_alert(transaction, alert_index, to, actor)
                did = LeavingStepDraft(step=LeavingStep.ALERT_MOVED, actor=actor, item=alert_id, code=to)
                _append(transaction, index, did)
            case _:
                continue


def _append(transaction: Transaction, leaving_index: int, did: LeavingStepDraft) -> int:
    columns = (leaving_index, to_micros(transaction.now), did.actor, int(did.step), did.item, did.code, did.facts)
    index = transaction.ledger.append_row(LedgerKind.LEAVING_STEP, _STEP_NAME, *columns)
    transaction.database.execute(_INSERT_STEP, (index, *columns))
    return index


def _is_here(database: Database, leaving: ArchivedLeaving) -> bool:
    """Whether a phone is still with who leaves: somebody who came back has another enrolment."""
    return any(
        database.fetch_value(
            "SELECT 1 FROM enrolments WHERE ledger_index = ? AND end_index IS NULL", (phone.enrolment_index,)
        )
        for phone in leaving.draft.phones
    )


def _required(database: Database, leaving_id: str) -> ArchivedLeaving:
    found = one_leaving(database, leaving_id)
    if found is None:
        raise RecordNotFoundError("leaving")
    return found


class LeavingBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def begin(self, draft: LeavingDraft, audit: AuditDraft) -> ArchivedLeaving:
        """See `BeginUnit`."""
        return await self._write(BeginUnit(draft=draft, audit=audit))

    async def note(self, leaving_id: str, did: LeavingStepDraft) -> ArchivedLeaving:
        """See `StepUnit`. RecordNotFoundError."""
        return await self._write(StepUnit(leaving_id=leaving_id, did=did))

    async def undo(self, leaving_id: str, audit: AuditDraft) -> ArchivedLeaving:
        """See `UndoUnit`. RecordNotFoundError."""
        return await self._write(UndoUnit(leaving_id=leaving_id, audit=audit))

    async def all(self) -> tuple[ArchivedLeaving, ...]:
        """Newest first."""
        return await self._read(all_leavings)

    async def one(self, leaving_id: str) -> ArchivedLeaving | None:
        """None when there is none."""
        return await self._read(lambda database: one_leaving(database, leaving_id))

    async def stops(self) -> dict[DeviceSerial, datetime]:
        """From when enrolled phones are not collected from any more."""
        return await self._read(capture_stops)

    async def wiped_since(self, ledger_index: int) -> frozenset[DeviceSerial]:
        """Phones that were told to erase themselves after this entry, and were not put back."""
        return await self._read(lambda database: wiped_since(database, ledger_index))

    async def owners_of_events(self, ledger_indexes: Sequence[int]) -> dict[int, str]:
        """Who looks after each event's conversation; those with whoever has the phone are left out."""
        return await self._read(lambda database: owners_of_events(database, ledger_indexes))

    async def owned_counts(self) -> dict[str, int]:
        """How many conversations were handed to each and are theirs now."""
        return await self._read(owned_counts)

    async def handed(self, leaving: ArchivedLeaving, limit: int) -> tuple[OwnedConversation, ...]:
        """Conversations that this leaving handed over, newest first."""
        steps = [one.ledger_index for one in leaving.of(LeavingStep.HANDED_OVER)]
        return await self._read(lambda database: owned_in(database, steps, limit))

    async def shares(self, employee: str, devices: Sequence[str], recipients: Sequence[str]) -> dict[str, int]:
        """How many each recipient would get. Writes nothing."""
        found = await self._read(lambda database: shares(database, employee, devices, recipients))
        return {one.owner: len(one.conversations) for one in found}

    async def open_alerts_of(self, employee: str) -> int:
        """That this employee looks after."""
        return await self._read(lambda database: len(database.fetch_all(_OPEN_ALERTS, (employee,))))
