"""Exports in the archive: each request and each step a ledgered row that never changes."""

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

import msgspec

from crypto.database import Database, Row

from ..api.exports import ExportDisclosure, ExportState
from .book import Read, Write
from .codes import from_micros, to_micros
from .errors import RecordNotFoundError
from .export_scope import ExportScope, Holder, ScopeCount, count_scope, holders, indexes_in, scope_of, scope_text
from .export_steps import STATE_CODES, STATES, ExportStanding, ExportStepKind, Person, state_after
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .rows import row_as
from .transaction import Transaction

MOST_EXPORTS: Final = 10_000
EXPORT_PREFIX: Final = "ex_"
DAEMON: Final = "daemon"
"""Who lets exports expire."""
_ASKED: Final = KINDS_OF_ENTRY[LedgerKind.EXPORT_ASKED].name
_DECIDED: Final = KINDS_OF_ENTRY[LedgerKind.EXPORT_DECIDED].name
_COLUMNS: Final = (
    "ledger_index, export_id, asked_at, asked_by, asked_uid, case_name, reason, scope, disclosure, records, "
    "conversations, phones, indexes_sha256, expires_at"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM exports"  # noqa: S608 - no data in it
_INSERT: Final = f"INSERT INTO exports ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_INSERT_CHANGE: Final = """
INSERT INTO export_changes (ledger_index, export_index, at, actor, actor_uid, to_state, reason, expires_at, bundle_id,
                            manifest_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_CHANGES: Final = """
SELECT ledger_index, export_index, at, actor, to_state, reason, expires_at, bundle_id, manifest_sha256
FROM export_changes WHERE export_index IN (SELECT value FROM json_each(?)) ORDER BY ledger_index"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDraft:
    """What somebody asks for."""

    asked_by: Person
    case: str
    reason: str
    scope: ExportScope
    """Its `up_to` is set to the ledger's size at asking."""
    disclosure: ExportDisclosure
    validity: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportStepDraft:
    """A step to take."""

    step: ExportStepKind
    who: Person | None
    """None: the clock."""
    reason: str | None = None
    validity: timedelta | None = None
    """Of an approval: for so long it may be fetched."""
    bundle_id: str | None = None
    manifest_sha256: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedExportStep:
    """A step that was taken."""

    ledger_index: int
    at: datetime
    actor: str
    state: ExportState
    """Afterwards."""
    reason: str | None
    expires_at: datetime | None
    bundle_id: str | None
    manifest_sha256: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedExport:
    """An export with its steps, oldest first."""

    ledger_index: int
    export_id: str
    asked_at: datetime
    asked_by: Person
    case: str
    reason: str
    scope: ExportScope
    disclosure: ExportDisclosure
    count: ScopeCount
    first_expires_at: datetime
    steps: tuple[ArchivedExportStep, ...]

    @property
    def state(self) -> ExportState:
        """As it was left; an export that nobody touched after its time is not `EXPIRED` before that is ledgered."""
        return self.steps[-1].state if self.steps else ExportState.ASKED

    @property
    def expires_at(self) -> datetime:
        """The end of the time for the next step."""
        later = [step.expires_at for step in self.steps if step.expires_at is not None]
        return later[-1] if later else self.first_expires_at

    @property
    def approved_by(self) -> str | None:
        """None before an approval."""
        return next((step.actor for step in self.steps if step.state is ExportState.APPROVED), None)

    @property
    def standing(self) -> ExportStanding:
        """What decides about the next step."""
        return ExportStanding(state=self.state, asked_by=self.asked_by, expires_at=self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskUnit:
    """A new export, ASKED. What is in scope is counted in the same transaction."""

    draft: ExportDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedExport:
        """Write it."""
        draft, database = self.draft, transaction.database
        last = database.fetch_value("SELECT max(ledger_index) FROM ledger")
        scope = msgspec.structs.replace(draft.scope, up_to=last if isinstance(last, int) else 0)
        count = count_scope(database, scope)
        export_id = f"{EXPORT_PREFIX}{transaction.ledger.size + 1}"
        columns = (
            export_id, to_micros(transaction.now), draft.asked_by.name, draft.asked_by.uid, draft.case, draft.reason,
            scope_text(scope), draft.disclosure.value, count.records, count.conversations, count.phones,
            count.indexes_sha256, to_micros(transaction.now + draft.validity),
        )  # fmt: skip
        index = transaction.ledger.append_row(LedgerKind.EXPORT_ASKED, _ASKED, *columns)
        database.execute(_INSERT, (index, *columns))
        return required_export(database, export_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportStepUnit:
    """A step. RecordNotFoundError and what `state_after` raises."""

    export_id: str
    draft: ExportStepDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedExport:
        """Write it."""
        export = required_export(transaction.database, self.export_id)
        _take(transaction, export, self.draft)
        return required_export(transaction.database, self.export_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireUnit:
    """EXPIRED for every export whose time is over; how many."""

    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> int:
        """Write them."""
        due = [one for one in all_exports(transaction.database) if is_due(one, transaction.now)]
        for export in due:
            _take(transaction, export, ExportStepDraft(step=ExportStepKind.EXPIRE, who=None))
        return len(due)


def is_due(export: ArchivedExport, now: datetime) -> bool:
    """Whether it has to be marked as expired."""
    return export.state in {ExportState.ASKED, ExportState.APPROVED} and now >= export.expires_at


def _take(transaction: Transaction, export: ArchivedExport, draft: ExportStepDraft) -> None:
    state = state_after(export.standing, draft.step, draft.who, transaction.now)
    expires_at = None if draft.validity is None else to_micros(transaction.now + draft.validity)
    who = draft.who
    columns = (
        export.ledger_index, to_micros(transaction.now), DAEMON if who is None else who.name,
        None if who is None else who.uid, STATE_CODES[state], draft.reason, expires_at, draft.bundle_id,
        draft.manifest_sha256,
    )  # fmt: skip
    index = transaction.ledger.append_row(LedgerKind.EXPORT_DECIDED, _DECIDED, *columns)
    transaction.database.execute(_INSERT_CHANGE, (index, *columns))


class ExportBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def ask(self, draft: ExportDraft) -> ArchivedExport:
        """Keep a request, with what is in scope now."""
        return await self._write(AskUnit(draft=draft))

    async def take(self, export_id: str, draft: ExportStepDraft) -> ArchivedExport:
        """RecordNotFoundError; IllegalTransitionError, SamePersonError, OtherPersonError, ExportExpiredError."""
        return await self._write(ExportStepUnit(export_id=export_id, draft=draft))

    async def expire(self) -> int:
        """Mark those whose time is over; how many."""
        return await self._write(ExpireUnit())

    async def all(self) -> tuple[ArchivedExport, ...]:
        """Newest first."""
        return await self._read(all_exports)

    async def one(self, export_id: str) -> ArchivedExport | None:
        """None when there is none."""
        return await self._read(lambda database: one_export(database, export_id))

    async def count(self, scope: ExportScope) -> ScopeCount:
        """What is there of it now."""
        return await self._read(lambda database: count_scope(database, scope))

    async def indexes(self, scope: ExportScope) -> "array[int]":
        """Ledger indexes of what is there of it now, ascending."""
        return await self._read(lambda database: indexes_in(database, scope))

    async def holders(self) -> tuple[Holder, ...]:
        """Who had which phone when, oldest first."""
        return await self._read(holders)


def all_exports(database: Database) -> tuple[ArchivedExport, ...]:
    """Newest first."""
    rows = database.fetch_all(_SELECT + " ORDER BY ledger_index DESC LIMIT ?", (MOST_EXPORTS,))
    return _with_steps(database, rows)


def one_export(database: Database, export_id: str) -> ArchivedExport | None:
    """None when there is none."""
    found = _with_steps(database, database.fetch_all(_SELECT + " WHERE export_id = ?", (export_id,)))
    return found[0] if found else None


def required_export(database: Database, export_id: str) -> ArchivedExport:
    """RecordNotFoundError."""
    found = one_export(database, export_id)
    if found is None:
        raise RecordNotFoundError("export")
    return found


class _ExportRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    export_id: str
    asked_at: int
    asked_by: str
    asked_uid: int
    case: str
    reason: str
    scope: str
    disclosure: ExportDisclosure
    records: int
    conversations: int
    phones: int
    indexes_sha256: bytes
    expires_at: int


class _StepRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    export_index: int
    at: int
    actor: str
    to_state: int
    reason: str | None
    expires_at: int | None
    bundle_id: str | None
    manifest_sha256: bytes | None


def _with_steps(database: Database, rows: Iterable[Row]) -> tuple[ArchivedExport, ...]:
    exports = [row_as(_ExportRow, row) for row in rows]
    steps: dict[int, list[ArchivedExportStep]] = {export.ledger_index: [] for export in exports}
    for stored in database.execute(_CHANGES, (json.dumps(list(steps)),)):
        row = row_as(_StepRow, stored)
        steps[row.export_index].append(_step(row))
    return tuple(_export(row, tuple(steps[row.ledger_index])) for row in exports)


def _export(row: _ExportRow, steps: tuple[ArchivedExportStep, ...]) -> ArchivedExport:
    return ArchivedExport(
        ledger_index=row.ledger_index,
        export_id=row.export_id,
        asked_at=from_micros(row.asked_at),
        asked_by=Person(uid=row.asked_uid, name=row.asked_by),
        case=row.case,
        reason=row.reason,
        scope=scope_of(row.scope),
        disclosure=row.disclosure,
        count=ScopeCount(
            records=row.records,
            conversations=row.conversations,
            phones=row.phones,
            indexes_sha256=row.indexes_sha256,
        ),
        first_expires_at=from_micros(row.expires_at),
        steps=steps,
    )


def _step(row: _StepRow) -> ArchivedExportStep:
    return ArchivedExportStep(
        ledger_index=row.ledger_index,
        at=from_micros(row.at),
        actor=row.actor,
        state=STATES[row.to_state],
        reason=row.reason,
        expires_at=None if row.expires_at is None else from_micros(row.expires_at),
        bundle_id=row.bundle_id,
        manifest_sha256=row.manifest_sha256,
    )
