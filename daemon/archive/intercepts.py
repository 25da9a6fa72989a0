"""Actions that followed a finding by themselves: limits are kept where they are written, each step is in the ledger."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database, Row

from .alerts import change_status, status_of
from .audit_trail import AuditUnit
from .book import Read, Write
from .codes import from_micros, to_micros
from .drafts import AuditDraft
from .errors import RecordNotFoundError
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .rows import row_as
from .transaction import Transaction

PREFIX: Final = "ic_"
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.INTERCEPT].name
_STEP_NAME: Final = KINDS_OF_ENTRY[LedgerKind.INTERCEPT_STEP].name
_COLUMNS: Final = (
    "ledger_index, intercept_id, alert_id, action, rule_id, device, kind, app, minutes, words, begun_at, due_at"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM intercepts i"  # noqa: S608
_INSERT: Final = f"INSERT INTO intercepts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_STEPS: Final = """
SELECT ledger_index, at, actor, step, code FROM intercept_steps WHERE intercept_index = ? ORDER BY ledger_index"""
_ENDED_FROM: Final = 10
_OPEN: Final = """
NOT EXISTS (SELECT 1 FROM intercept_steps s WHERE s.intercept_index = i.ledger_index AND s.step >= 10)"""
_COUNT: Final = "SELECT count(*) FROM intercepts WHERE device = ? AND begun_at > ?"
_SAME: Final = f"""
SELECT 1 FROM intercepts i WHERE i.device = ? AND i.kind = ? AND i.app IS ? AND (i.begun_at > ? OR ({_OPEN}))"""  # noqa: S608
_SWITCH: Final = """
INSERT INTO intercept_switch (singleton, is_off, at, actor, reason) VALUES (1, ?, ?, ?, ?)
ON CONFLICT (singleton) DO UPDATE SET is_off = excluded.is_off, at = excluded.at, actor = excluded.actor,
  reason = excluded.reason"""


class InterceptStep(IntEnum):
    """What was done. Numbers are kept in files: never reuse one. From 10 on it has ended."""

    ASKED = 1
    """Code: the command."""
    IN_FORCE = 2
    """Read back."""
    ENDING = 3
    """It is to be undone; code: why (`due`, `switched_off`, `unenrolled`, `disabled`)."""
    UNDO_ASKED = 4
    """Code: the command."""
    UNDONE = 10
    DONE = 11
    NOT_DONE = 12
    """Code: why."""
    KEPT = 13


class StoredKind(IntEnum):
    """Numbers are kept in files: never reuse one."""

    SUSPEND_APP = 1
    LOCK = 2
    MESSAGE = 3


class Held(IntEnum):
    """Why an action was not begun."""

    SWITCHED_OFF = 1
    KNOWN = 2
    COOLING = 3
    HOUR_FULL = 4
    DAY_FULL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptLimits:
    """How often."""

    per_hour: int
    per_day: int
    cooldown: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptDraft:
    """One as it is decided."""

    intercept_id: str
    alert_id: str
    action: str
    rule_id: str
    device: DeviceSerial
    kind: StoredKind
    app: str | None
    minutes: int | None
    words: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedInterceptStep:
    """One step."""

    ledger_index: int
    at: datetime
    actor: str
    step: InterceptStep
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedIntercept:
    """One, with every step so far, oldest first."""

    ledger_index: int
    begun_at: datetime
    due_at: datetime | None
    draft: InterceptDraft
    steps: tuple[ArchivedInterceptStep, ...]

    def of(self, step: InterceptStep) -> tuple[ArchivedInterceptStep, ...]:
        """Those of a kind, oldest first."""
        return tuple(one for one in self.steps if one.step is step)

    def last(self, step: InterceptStep) -> ArchivedInterceptStep | None:
        """The newest of a kind."""
        return next(iter(reversed(self.of(step))), None)

    @property
    def end(self) -> ArchivedInterceptStep | None:
        """The step that ended it."""
        return next((one for one in self.steps if one.step >= _ENDED_FROM), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptSwitch:
    """The kill switch as somebody set it."""

    is_off: bool
    at: datetime
    actor: str
    reason: str


def new_intercept_id() -> str:
    """One that nobody had."""
    return PREFIX + secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginUnit:
    """Begin one, unless a limit holds it."""

    draft: InterceptDraft
    limits: InterceptLimits
    audit: AuditDraft
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedIntercept | Held:
        """Written with its audit entry, or not at all."""
        database, draft, now = transaction.database, self.draft, transaction.now
        if (held := self._held(database, now)) is not None:
            return held
        AuditUnit(draft=self.audit).apply(transaction)
        due = None if draft.minutes is None else to_micros(now + timedelta(minutes=draft.minutes))
        columns = (
            draft.intercept_id, draft.alert_id, draft.action, draft.rule_id, str(draft.device), int(draft.kind),
            draft.app, draft.minutes, draft.words, to_micros(now), due,
        )  # fmt: skip
        index = transaction.ledger.append_row(LedgerKind.INTERCEPT, _NAME, *columns)
        database.execute(_INSERT, (index, *columns))
        return _required(database, draft.intercept_id)

    def _held(self, database: Database, now: datetime) -> Held | None:
        draft, limits = self.draft, self.limits
        if (switch := read_switch(database)) is not None and switch.is_off:
            return Held.SWITCHED_OFF
        known = "SELECT 1 FROM intercepts WHERE alert_id = ? AND action = ?"
        if database.fetch_value(known, (draft.alert_id, draft.action)):
            return Held.KNOWN
        since = to_micros(now - limits.cooldown)
        if database.fetch_value(_SAME, (draft.device, int(draft.kind), draft.app, since)):
            return Held.COOLING
        for hours, most, held in ((1, limits.per_hour, Held.HOUR_FULL), (24, limits.per_day, Held.DAY_FULL)):
            count = database.fetch_value(_COUNT, (draft.device, to_micros(now - timedelta(hours=hours))))
            if isinstance(count, int) and count >= most:
                return held
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUnit:
    """A step; the same twice writes nothing. `note` goes to the alert's history."""

    intercept_id: str
    step: InterceptStep
    actor: str
    code: str
    note: str | None
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedIntercept:
        """Write it. RecordNotFoundError."""
        database = transaction.database
        found = _required(database, self.intercept_id)
        if found.end is not None or any(one.code == self.code for one in found.of(self.step)):
            return found
        columns = (found.ledger_index, to_micros(transaction.now), self.actor, int(self.step), self.code)
        index = transaction.ledger.append_row(LedgerKind.INTERCEPT_STEP, _STEP_NAME, *columns)
        database.execute(
            "INSERT INTO intercept_steps (ledger_index, intercept_index, at, actor, step, code) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (index, *columns),
        )
        if self.note is not None:
            try:
                alert_index, status = status_of(database, found.draft.alert_id)
                change_status(transaction, alert_index, (status, status), self.actor, self.note)
            except RecordNotFoundError:
                pass  # retention removed it
        return _required(database, self.intercept_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchUnit:
    """The kill switch, with its audit entry."""

    switch_off: bool
    audit: AuditDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> InterceptSwitch:
        """Write it."""
        AuditUnit(draft=self.audit).apply(transaction)
        values = (int(self.switch_off), to_micros(transaction.now), self.audit.actor, self.audit.reason or "")
        transaction.database.execute(_SWITCH, values)
        found = read_switch(transaction.database)
        if found is None:
            raise RecordNotFoundError("switch")
        return found


class InterceptBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def begin(
        self, draft: InterceptDraft, limits: InterceptLimits, audit: AuditDraft
    ) -> ArchivedIntercept | Held:
        """See `BeginUnit`."""
        return await self._write(BeginUnit(draft=draft, limits=limits, audit=audit))

    async def note(
        self, intercept_id: str, step: InterceptStep, *, actor: str, code: str, note: str | None = None
    ) -> ArchivedIntercept:
        """See `StepUnit`."""
        return await self._write(StepUnit(intercept_id=intercept_id, step=step, actor=actor, code=code, note=note))

    async def switch(self, audit: AuditDraft, *, switch_off: bool) -> InterceptSwitch:
        """See `SwitchUnit`."""
        return await self._write(SwitchUnit(switch_off=switch_off, audit=audit))

    async def switched(self) -> InterceptSwitch | None:
        """As it was set last; None: never."""
        return await self._read(read_switch)

    async def open(self) -> tuple[ArchivedIntercept, ...]:
        """That have not ended, oldest first."""
        sql = f"{_SELECT} WHERE {_OPEN} ORDER BY i.ledger_index"
        return await self._read(lambda database: _all(database, sql, ()))

    async def find(
        self, *, device: str | None, alert_id: str | None, is_open: bool | None, before: int | None, limit: int
    ) -> tuple[ArchivedIntercept, ...]:
        """Newest first."""
        conditions: list[str] = []
        values: list[str | int] = []
        for sql, value in (("i.device = ?", device), ("i.alert_id = ?", alert_id), ("i.ledger_index < ?", before)):
            if value is not None:
                conditions.append(sql)
                values.append(value)
        if is_open is not None:
            conditions.append(_OPEN if is_open else f"NOT ({_OPEN})")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        sql = f"{_SELECT}{where} ORDER BY i.ledger_index DESC LIMIT ?"
        return await self._read(lambda database: _all(database, sql, (*values, limit)))


def read_switch(database: Database) -> InterceptSwitch | None:
    """None: never set."""
    match database.fetch_one("SELECT is_off, at, actor, reason FROM intercept_switch"):
        case (int(is_off), int(at), str(actor), str(reason)):
            return InterceptSwitch(is_off=bool(is_off), at=from_micros(at), actor=actor, reason=reason)
        case _:
            return None


class _InterceptRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    intercept_id: str
    alert_id: str
    action: str
    rule_id: str
    device: str
    kind: int
    app: str | None
    minutes: int | None
    words: str | None
    begun_at: int
    due_at: int | None


class _StepRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    at: int
    actor: str
    step: int
    code: str


def _all(database: Database, sql: str, values: tuple[str | int, ...]) -> tuple[ArchivedIntercept, ...]:
    return tuple(_intercept(database, row) for row in database.fetch_all(sql, values))


def _required(database: Database, intercept_id: str) -> ArchivedIntercept:
    row = database.fetch_one(f"{_SELECT} WHERE intercept_id = ?", (intercept_id,))
    if row is None:
        raise RecordNotFoundError("intercept")
    return _intercept(database, row)


def _intercept(database: Database, stored: Row) -> ArchivedIntercept:
    row = row_as(_InterceptRow, stored)
    steps = (row_as(_StepRow, one) for one in database.fetch_all(_STEPS, (row.ledger_index,)))
    return ArchivedIntercept(
        ledger_index=row.ledger_index,
        begun_at=from_micros(row.begun_at),
        due_at=None if row.due_at is None else from_micros(row.due_at),
        draft=InterceptDraft(
            intercept_id=row.intercept_id, alert_id=row.alert_id, action=row.action, rule_id=row.rule_id,
            device=DeviceSerial(row.device), kind=StoredKind(row.kind), app=row.app, minutes=row.minutes,
            words=row.words,
        ),
        steps=tuple(
            ArchivedInterceptStep(
                ledger_index=one.ledger_index, at=from_micros(one.at), actor=one.actor,
                step=InterceptStep(one.step), code=one.code,
            )
            for one in steps
        ),
    )  # fmt: skip
