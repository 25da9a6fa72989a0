"""Employees who leave, as the archive keeps them: the rows, and how they are read."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database, Row

from .codes import from_micros
from .rows import row_as

PREFIX: Final = "lv_"
_COLUMNS: Final = (
    "ledger_index, leaving_id, at, employee, recipients, reason, requested_by, requested_role, freeze_at, return_at, "
    "phones"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM leavings"  # noqa: S608
_STEPS: Final = """
SELECT ledger_index, at, actor, step, item, code, facts FROM leaving_steps WHERE leaving_index = ?
ORDER BY ledger_index"""
_STOPS: Final = """
SELECT d.serial, s.stops_at FROM capture_stops s JOIN enrolments e ON e.ledger_index = s.enrolment_index
JOIN devices d ON d.device_no = e.device_no WHERE e.end_index IS NULL"""
_WIPED: Final = """
SELECT w.device, w.stage FROM wipe_steps w WHERE w.ledger_index > ?1 AND w.ledger_index =
  (SELECT max(n.ledger_index) FROM wipe_steps n WHERE n.device = w.device)"""
_ORDERED: Final = range(4, 10)
"""`WipeStage.SENDING` to `CERTIFIED`: the order to erase may have left, and nothing was put back."""


class LeavingStep(IntEnum):
    """What was done. Numbers are kept in files: never reuse one."""

    FREEZE = 1
    """Item: serial; code: command."""
    FREEZE_ENDED = 2
    """Item: serial; code: result; facts: state."""
    TOLD = 3
    """Item: serial; code: the command that tells the phone's holder."""
    CAPTURE_STOPPED = 4
    HANDED_OVER = 5
    """Item: who; code: how many; facts: digest over the conversations."""
    ALERT_MOVED = 6
    """Item: alert; code: who looks after it now."""
    CONFIRMED = 7
    """Item: of the list; code: `done`; facts: note."""
    UNDO = 8
    """Code: `asked`; facts: reason."""
    UNFREEZE = 9
    UNFREEZE_ENDED = 10
    CAPTURE_RESUMED = 11
    RETURNED = 12
    """Item: who has them again (empty: who has the phone); code: how many."""
    ALERT_RETURNED = 13
    UNDONE = 14
    """The phones were read to be as before; code: `done`, or `by_hand` when some could not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingPhoneRef:
    """A phone, and the enrolment that it was with who leaves."""

    device: DeviceSerial
    enrolment_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingDraft:
    """As it is asked for."""

    leaving_id: str
    employee: str
    recipients: tuple[str, ...]
    reason: str
    requested_by: str
    requested_role: str
    freeze_at: datetime
    return_at: datetime
    phones: tuple[LeavingPhoneRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingStepDraft:
    """One step as it is taken."""

    step: LeavingStep
    actor: str
    item: str = ""
    code: str = ""
    facts: str = "{}"
    """JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedLeavingStep:
    """One that was taken."""

    ledger_index: int
    at: datetime
    did: LeavingStepDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedLeaving:
    """One who leaves, with every step so far, oldest first."""

    ledger_index: int
    at: datetime
    draft: LeavingDraft
    steps: tuple[ArchivedLeavingStep, ...]

    @property
    def leaving_id(self) -> str:
        """Its id."""
        return self.draft.leaving_id

    def of(self, step: LeavingStep, item: str | None = None) -> tuple[ArchivedLeavingStep, ...]:
        """Those of a kind, oldest first."""
        return tuple(one for one in self.steps if one.did.step is step and item in (None, one.did.item))

    def last(self, step: LeavingStep, item: str | None = None) -> ArchivedLeavingStep | None:
        """The newest of a kind."""
        found = self.of(step, item)
        return found[-1] if found else None

    @property
    def is_undone(self) -> bool:
        """Somebody asked for that; its phones may still have to be told."""
        return self.last(LeavingStep.UNDO) is not None


def new_leaving_id() -> str:
    """One that nobody had."""
    return PREFIX + secrets.token_hex(8)


def phones_text(phones: Sequence[LeavingPhoneRef]) -> str:
    """As it is kept."""
    return msgspec.json.encode([[one.device, one.enrolment_index] for one in phones]).decode()


def all_leavings(database: Database) -> tuple[ArchivedLeaving, ...]:
    """Newest first."""
    return tuple(_leaving(database, row) for row in database.fetch_all(_SELECT + " ORDER BY ledger_index DESC"))


def one_leaving(database: Database, leaving_id: str) -> ArchivedLeaving | None:
    """None when there is none."""
    row = database.fetch_one(_SELECT + " WHERE leaving_id = ?", (leaving_id,))
    return None if row is None else _leaving(database, row)


def capture_stops(database: Database) -> dict[DeviceSerial, datetime]:
    """From when phones that are enrolled are not collected from any more."""
    rows = database.fetch_all(_STOPS)
    return {DeviceSerial(str(serial)): from_micros(at) for serial, at in rows if isinstance(at, int)}


def wiped_since(database: Database, ledger_index: int) -> frozenset[DeviceSerial]:
    """Phones that were told to erase themselves after this entry, and were not put back."""
    rows = database.fetch_all(_WIPED, (ledger_index,))
    return frozenset(
        DeviceSerial(str(device)) for device, stage in rows if isinstance(stage, int) and stage in _ORDERED
    )


class _LeavingRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    leaving_id: str
    at: int
    employee: str
    recipients: str
    reason: str
    requested_by: str
    requested_role: str
    freeze_at: int
    return_at: int
    phones: str


class _StepRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    at: int
    actor: str
    step: int
    item: str
    code: str
    facts: str


def _leaving(database: Database, stored: Row) -> ArchivedLeaving:
    row = row_as(_LeavingRow, stored)
    phones = msgspec.json.decode(row.phones, type=list[tuple[str, int]])
    return ArchivedLeaving(
        ledger_index=row.ledger_index,
        at=from_micros(row.at),
        draft=LeavingDraft(
            leaving_id=row.leaving_id,
            employee=row.employee,
            recipients=tuple(msgspec.json.decode(row.recipients, type=list[str])),
            reason=row.reason,
            requested_by=row.requested_by,
            requested_role=row.requested_role,
            freeze_at=from_micros(row.freeze_at),
            return_at=from_micros(row.return_at),
            phones=tuple(
                LeavingPhoneRef(device=DeviceSerial(serial), enrolment_index=index) for serial, index in phones
            ),
        ),
        steps=tuple(_step(one) for one in database.fetch_all(_STEPS, (row.ledger_index,))),
    )


def _step(stored: Row) -> ArchivedLeavingStep:
    row = row_as(_StepRow, stored)
    did = LeavingStepDraft(step=LeavingStep(row.step), actor=row.actor, item=row.item, code=row.code, facts=row.facts)
    return ArchivedLeavingStep(ledger_index=row.ledger_index, at=from_micros(row.at), did=did)
