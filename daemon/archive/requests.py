"""Requests of the people whom records are about: each request and each step is a ledgered row that never changes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from crypto.database import Database, Row

from ..api.rights import Outcome, RequestKind, RequestState, RequestStep, SubjectKind
from ..people_names import is_same_name
from .book import Read, Write
from .codes import from_micros, to_micros
from .errors import ArchiveError, ArchiveErrorCode, IllegalTransitionError, RecordNotFoundError
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .request_steps import (
    OUTCOME_CODES,
    OUTCOMES,
    REQUEST_KIND_CODES,
    REQUEST_KINDS,
    STATE_CODES,
    STATES,
    STEP_CODES,
    STEPS,
    SUBJECT_CODES,
    SUBJECTS,
    state_after,
)
from .rows import row_as
from .transaction import Transaction

MOST_REQUESTS: Final = 10_000
REQUEST_PREFIX: Final = "rq_"
_REQUEST: Final = KINDS_OF_ENTRY[LedgerKind.REQUEST].name
_CHANGE: Final = KINDS_OF_ENTRY[LedgerKind.REQUEST_CHANGED].name
_COLUMNS: Final = (
    "ledger_index, request_id, kind, subject_kind, subject, subject_token, received_at, due_at, channel, note, "
    "recorded_at, recorded_by"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM requests"  # noqa: S608 - no data in it
_INSERT: Final = f"INSERT INTO requests ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_INSERT_CHANGE: Final = """
INSERT INTO request_changes (ledger_index, request_index, at, actor, step, to_state, body, assignee, due_at, outcome,
                             reference) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_CHANGES: Final = """
SELECT ledger_index, request_index, at, actor, step, to_state, body, assignee, due_at, outcome, reference
FROM request_changes WHERE request_index IN (SELECT value FROM json_each(?)) ORDER BY ledger_index"""


class SecondPersonError(ArchiveError):
    """Who asks for an erasure does not decide on it."""

    code = ArchiveErrorCode.UNIT_REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDraft:
    """A request as it came in."""

    kind: RequestKind
    subject_kind: SubjectKind
    subject: str
    """The employee's name as enrolled; a customer's number masked."""
    subject_token: bytes | None
    """Of a customer's number, from `Tokens.of_number`."""
    received_at: datetime
    due_at: datetime
    channel: str
    note: str | None
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDraft:
    """A step to take. `due_at` is the new date of an extension."""

    step: RequestStep
    actor: str
    text: str | None = None
    assignee: str | None = None
    due_at: datetime | None = None
    outcome: Outcome | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedStep:
    """A step that was taken."""

    ledger_index: int
    at: datetime
    actor: str
    step: RequestStep
    state: RequestState
    """Afterwards."""
    text: str | None
    assignee: str | None
    due_at: datetime | None
    outcome: Outcome | None
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedRequest:
    """A request with all its steps, oldest first."""

    ledger_index: int
    request_id: str
    kind: RequestKind
    subject_kind: SubjectKind
    subject: str
    subject_token: bytes | None
    received_at: datetime
    first_due_at: datetime
    channel: str
    note: str | None
    recorded_at: datetime
    recorded_by: str
    steps: tuple[ArchivedStep, ...]

    @property
    def state(self) -> RequestState:
        """Now."""
        return self.steps[-1].state if self.steps else RequestState.RECEIVED

    @property
    def due_at(self) -> datetime:
        """With the extension."""
        later = [step.due_at for step in self.steps if step.due_at is not None]
        return later[-1] if later else self.first_due_at

    @property
    def assignee(self) -> str | None:
        """Who works on it."""
        named = [step.assignee for step in self.steps if step.assignee is not None]
        return named[-1] if named else None

    @property
    def answer(self) -> ArchivedStep | None:
        """What was answered."""
        return next((step for step in self.steps if step.step is RequestStep.ANSWERED), None)

    @property
    def erasure_asked(self) -> ArchivedStep | None:
        """The erasure that waits for a second person."""
        last = [step for step in self.steps if step.step in _ERASURE]
        return last[-1] if last and last[-1].step is RequestStep.ERASURE_ASKED else None


_ERASURE: Final = frozenset({RequestStep.ERASURE_ASKED, RequestStep.ERASURE_REFUSED, RequestStep.ERASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRequestUnit:
    """A new request, RECEIVED."""

    draft: RequestDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedRequest:
        """Write it."""
        draft = self.draft
        request_id = f"{REQUEST_PREFIX}{transaction.ledger.size + 1}"
        columns = (
            request_id, REQUEST_KIND_CODES[draft.kind], SUBJECT_CODES[draft.subject_kind], draft.subject,
            draft.subject_token, to_micros(draft.received_at), to_micros(draft.due_at), draft.channel, draft.note,
            to_micros(transaction.now), draft.recorded_by,
        )  # fmt: skip
        index = transaction.ledger.append_row(LedgerKind.REQUEST, _REQUEST, *columns)
        transaction.database.execute(_INSERT, (index, *columns))
        return required_request(transaction.database, request_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUnit:
    """A step of a request. RecordNotFoundError, IllegalTransitionError, SecondPersonError."""

    request_id: str
    draft: StepDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedRequest:
        """Write it."""
        request = required_request(transaction.database, self.request_id)
        take_step(transaction, request, self.draft)
        return required_request(transaction.database, self.request_id)


def take_step(transaction: Transaction, request: ArchivedRequest, draft: StepDraft) -> int:
    """Write a step; its ledger index. IllegalTransitionError."""
    state = state_after(request.kind, request.state, draft.step)
    if draft.step in {RequestStep.ERASED, RequestStep.ERASURE_REFUSED}:
        asked = request.erasure_asked
        if asked is None:
            raise IllegalTransitionError(current=request.state.value, to=draft.step.value)
        if is_same_name(asked.actor, draft.actor):
            raise SecondPersonError
    if draft.step is RequestStep.ERASURE_ASKED and request.erasure_asked is not None:
        raise IllegalTransitionError(current=RequestStep.ERASURE_ASKED.value, to=draft.step.value)
    columns = (
        request.ledger_index, to_micros(transaction.now), draft.actor, STEP_CODES[draft.step], STATE_CODES[state],
        draft.text, draft.assignee, None if draft.due_at is None else to_micros(draft.due_at),
        None if draft.outcome is None else OUTCOME_CODES[draft.outcome], draft.reference,
    )  # fmt: skip
    index = transaction.ledger.append_row(LedgerKind.REQUEST_CHANGED, _CHANGE, *columns)
    transaction.database.execute(_INSERT_CHANGE, (index, *columns))
    return index


class RequestBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def add(self, draft: RequestDraft) -> ArchivedRequest:
        """Keep a request."""
        return await self._write(AddRequestUnit(draft=draft))

    async def take(self, request_id: str, draft: StepDraft) -> ArchivedRequest:
        """RecordNotFoundError; IllegalTransitionError when the step may not be taken now, or not by this person."""
        return await self._write(StepUnit(request_id=request_id, draft=draft))

    async def all(self) -> tuple[ArchivedRequest, ...]:
        """Oldest first."""
        return await self._read(all_requests)

    async def one(self, request_id: str) -> ArchivedRequest | None:
        """None when there is none."""
        return await self._read(lambda database: one_request(database, request_id))


def all_requests(database: Database) -> tuple[ArchivedRequest, ...]:
    """Oldest first."""
    rows = database.fetch_all(_SELECT + " ORDER BY ledger_index LIMIT ?", (MOST_REQUESTS,))
    return _with_steps(database, rows)


def one_request(database: Database, request_id: str) -> ArchivedRequest | None:
    """None when there is none."""
    found = _with_steps(database, database.fetch_all(_SELECT + " WHERE request_id = ?", (request_id,)))
    return found[0] if found else None


def required_request(database: Database, request_id: str) -> ArchivedRequest:
    """RecordNotFoundError."""
    found = one_request(database, request_id)
    if found is None:
        raise RecordNotFoundError("request")
    return found


class _RequestRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    request_id: str
    kind: int
    subject_kind: int
    subject: str
    subject_token: bytes | None
    received_at: int
    due_at: int
    channel: str
    note: str | None
    recorded_at: int
    recorded_by: str


class _StepRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    request_index: int
    at: int
    actor: str
    step: int
    to_state: int
    body: str | None
    assignee: str | None
    due_at: int | None
    outcome: int | None
    reference: str | None


def _with_steps(database: Database, rows: Iterable[Row]) -> tuple[ArchivedRequest, ...]:
    requests = [row_as(_RequestRow, row) for row in rows]
    steps: dict[int, list[ArchivedStep]] = {request.ledger_index: [] for request in requests}
    for stored in database.execute(_CHANGES, (json.dumps(list(steps)),)):
        row = row_as(_StepRow, stored)
        steps[row.request_index].append(_step(row))
    return tuple(_request(row, tuple(steps[row.ledger_index])) for row in requests)


def _request(row: _RequestRow, steps: tuple[ArchivedStep, ...]) -> ArchivedRequest:
    return ArchivedRequest(
        ledger_index=row.ledger_index,
        request_id=row.request_id,
        kind=REQUEST_KINDS[row.kind],
        subject_kind=SUBJECTS[row.subject_kind],
        subject=row.subject,
        subject_token=row.subject_token,
        received_at=from_micros(row.received_at),
        first_due_at=from_micros(row.due_at),
        channel=row.channel,
        note=row.note,
        recorded_at=from_micros(row.recorded_at),
        recorded_by=row.recorded_by,
        steps=steps,
    )


def _step(row: _StepRow) -> ArchivedStep:
    return ArchivedStep(
        ledger_index=row.ledger_index,
        at=from_micros(row.at),
        actor=row.actor,
        step=STEPS[row.step],
        state=STATES[row.to_state],
        text=row.body,
        assignee=row.assignee,
        due_at=None if row.due_at is None else from_micros(row.due_at),
        outcome=None if row.outcome is None else OUTCOMES[row.outcome],
        reference=row.reference,
    )
