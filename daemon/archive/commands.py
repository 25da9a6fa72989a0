"""Commands to phones: what the archive writes of them and which steps it refuses.

QUEUED -> SENT, NOT_NOW, EXPIRED, CANCELLED, FAILED (it cannot be tried at all), QUEUED (another person agreed)
SENT -> ACKNOWLEDGED, FAILED, NOT_NOW, UNKNOWN, QUEUED (the link was lost before it was sent)
NOT_NOW -> QUEUED, SENT, EXPIRED, CANCELLED, NOT_NOW
UNKNOWN -> ACKNOWLEDGED, FAILED, QUEUED, EXPIRED, UNKNOWN
ACKNOWLEDGED, FAILED, EXPIRED, CANCELLED: for good

A step and its audit entry are one transaction: neither is ever without the other.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from crypto.database import Database

from ..api.wire import CommandState
from .audit_trail import AuditUnit
from .codes import COMMAND_STATE_CODES, COMMAND_STATES, to_micros
from .command_rows import find_commands, one_batch, one_command, steps_text, targets_text
from .drafts import AuditDraft, BatchDraft, CommandChange, CommandDraft, CommandFilter, CommandsDraft, RequestKey
from .errors import IllegalTransitionError, KeyReusedError, RecordNotFoundError, UnitRefusedError
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .records import Approval, ArchivedCommand, WrittenCommands
from .transaction import Transaction

_NAME: Final = KINDS_OF_ENTRY[LedgerKind.COMMAND].name
_CHANGE_NAME: Final = KINDS_OF_ENTRY[LedgerKind.COMMAND_CHANGED].name
_BATCH_NAME: Final = KINDS_OF_ENTRY[LedgerKind.COMMAND_BATCH].name
_ROWS_OF_ONE: Final = 4
_KEY: Final = """
SELECT k.request_sha256, c.command_id, b.batch_id FROM command_keys k
LEFT JOIN commands c ON c.ledger_index = k.command_index
LEFT JOIN command_batches b ON b.ledger_index = k.batch_index
WHERE k.asked_by = ? AND k.idempotency_key = ?"""

_S = CommandState
LEGAL_STEPS: Final = {
    _S.QUEUED: frozenset({_S.SENT, _S.NOT_NOW, _S.EXPIRED, _S.CANCELLED, _S.FAILED, _S.QUEUED}),
    _S.SENT: frozenset({_S.ACKNOWLEDGED, _S.FAILED, _S.NOT_NOW, _S.UNKNOWN, _S.QUEUED}),
    _S.NOT_NOW: frozenset({_S.QUEUED, _S.SENT, _S.EXPIRED, _S.CANCELLED, _S.NOT_NOW}),
    _S.UNKNOWN: frozenset({_S.ACKNOWLEDGED, _S.FAILED, _S.QUEUED, _S.EXPIRED, _S.UNKNOWN}),
    _S.ACKNOWLEDGED: frozenset[CommandState](),
    _S.FAILED: frozenset[CommandState](),
    _S.EXPIRED: frozenset[CommandState](),
    _S.CANCELLED: frozenset[CommandState](),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCommandsUnit:
    """New commands, QUEUED, with their batch. UnitRefusedError when an id was used.

    A key that was used before gives what it gave then; KeyReusedError when that was something else.
    """

    draft: CommandsDraft
    is_collected: ClassVar[bool] = False

    @property
    def row_count(self) -> int:
        """About."""
        return _ROWS_OF_ONE * max(1, len(self.draft.commands))

    def apply(self, transaction: Transaction) -> WrittenCommands:
        """Write them."""
        draft, database = self.draft, transaction.database
        if draft.key is not None and (earlier := written_by(database, draft.key)) is not None:
            return earlier
        batch_index = None if draft.batch is None else _put_batch(transaction, draft.batch)
        indexes = [_put(transaction, one, batch_index) for one in draft.commands]
        if draft.key is not None:
            command_index = indexes[0] if draft.batch is None and indexes else None
            database.execute(
                "INSERT INTO command_keys (asked_by, idempotency_key, request_sha256, command_index, batch_index) "
                "VALUES (?, ?, ?, ?, ?)",
                (draft.key.asked_by, draft.key.key, draft.key.request_sha256, command_index, batch_index),
            )
        written = tuple(_written(database, one.command_id) for one in draft.commands)
        if draft.role is not None:
            for command in written:
                _audit(transaction, command, actor=command.requested_by, role=draft.role, reason=command.reason)
        batch_id = None if draft.batch is None else draft.batch.batch_id
        batch = None if batch_id is None else one_batch(database, batch_id)
        return WrittenCommands(commands=written, batch_id=batch_id, is_new=True, batch=batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCommandUnit:
    """A step. RecordNotFoundError; IllegalTransitionError also when the state is no longer `expected`.

    QUEUED to QUEUED is the agreement of another person, and needs to be awaited. What is awaited goes to no phone.
    """

    command_id: str
    change: CommandChange
    expected: CommandState | None
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedCommand:
        """Write it. SENT counts a try."""
        database, change = transaction.database, self.change
        sql = (
            "SELECT c.ledger_index, c.state, coalesce(x.tries, 0), coalesce(o.approval, 0) FROM commands c "
            "LEFT JOIN command_changes x ON x.ledger_index = c.last_change "
            "LEFT JOIN command_orders o ON o.command_index = c.ledger_index WHERE c.command_id = ?"
        )
        match database.fetch_one(sql, (self.command_id,)):
            case (int(command_index), int(state), int(tries), int(approval)):
                current = COMMAND_STATES[state]
            case _:
                raise RecordNotFoundError("command")
        is_awaited = approval == Approval.AWAITED
        is_agreement = current is _S.QUEUED and change.to is _S.QUEUED
        is_legal = change.to in LEGAL_STEPS[current] and self.expected in {None, current}
        if not is_legal or (is_agreement and not is_awaited) or (change.to is _S.SENT and is_awaited):
            raise IllegalTransitionError(current=current.value, to=change.to.value)
        columns = (
            command_index,
            to_micros(transaction.now),
            change.actor,
            state,
            COMMAND_STATE_CODES[change.to],
            tries + (change.to is _S.SENT),
            None if change.next_try_at is None else to_micros(change.next_try_at),
            change.result,
        )
        index = transaction.ledger.append_row(LedgerKind.COMMAND_CHANGED, _CHANGE_NAME, *columns)
        database.execute(
            "INSERT INTO command_changes (ledger_index, command_index, at, actor, from_state, to_state, tries, "
            "next_try_at, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (index, *columns),
        )
        database.execute(
            "UPDATE commands SET state = ?, last_change = ? WHERE ledger_index = ?",
            (COMMAND_STATE_CODES[change.to], index, command_index),
        )
        if is_agreement:
            database.execute(
                "UPDATE command_orders SET approval = ? WHERE command_index = ?", (int(Approval.GIVEN), command_index)
            )
        if change.steps:
            database.execute(
                "INSERT INTO command_traces (change_index, steps) VALUES (?, ?)", (index, steps_text(change.steps))
            )
        written = _written(database, self.command_id)
        if change.role is not None:
            _audit(transaction, written, actor=change.actor, role=change.role, reason=change.reason or change.result)
        return written


def _put(transaction: Transaction, draft: CommandDraft, batch_index: int | None) -> int:
    database = transaction.database
    device_no = transaction.device(draft.device)
    rest = (
        draft.verb.value,
        draft.parameters,
        draft.reason,
        draft.requested_by,
        to_micros(transaction.now),
        to_micros(draft.expires_at),
    )
    index = transaction.ledger.append_row(LedgerKind.COMMAND, _NAME, draft.command_id, draft.device, *rest)
    database.execute(
        "INSERT INTO commands (ledger_index, command_id, device_no, verb, parameters, reason, requested_by, "
        "requested_at, expires_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (index, draft.command_id, device_no, *rest, COMMAND_STATE_CODES[_S.QUEUED]),
    )
    approval = Approval.AWAITED if draft.needs_approval else Approval.NOT_NEEDED
    database.execute(
        "INSERT INTO command_orders (command_index, batch_index, requested_uid, priority, approval) "
        "VALUES (?, ?, ?, ?, ?)",
        (index, batch_index, draft.requested_uid, draft.priority, int(approval)),
    )
    return index


def _put_batch(transaction: Transaction, draft: BatchDraft) -> int:
    columns = (
        draft.batch_id,
        to_micros(transaction.now),
        draft.verb.value,
        draft.parameters,
        draft.reason,
        draft.requested_by,
        targets_text(draft.targets),
    )
    index = transaction.ledger.append_row(LedgerKind.COMMAND_BATCH, _BATCH_NAME, *columns)
    transaction.database.execute(
        "INSERT INTO command_batches (ledger_index, batch_id, at, verb, parameters, reason, requested_by, targets) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (index, *columns),
    )
    return index


def written_by(database: Database, key: RequestKey) -> WrittenCommands | None:
    """What a request with this key became; None: there was none. KeyReusedError when it was another request."""
    match database.fetch_one(_KEY, (key.asked_by, key.key)):
        case (bytes(digest), command_id, batch_id):
            if digest != key.request_sha256:
                raise KeyReusedError
        case _:
            return None
    if isinstance(batch_id, str) and (batch := one_batch(database, batch_id)) is not None:
        found = find_commands(database, CommandFilter(batch_id=batch_id, limit=max(1, len(batch.targets))))
        return WrittenCommands(commands=found[::-1], batch_id=batch_id, is_new=False)
    if isinstance(command_id, str):
        return WrittenCommands(commands=(_written(database, command_id),), batch_id=None, is_new=False)
    return None


def _audit(transaction: Transaction, command: ArchivedCommand, *, actor: str, role: str, reason: str | None) -> None:
    draft = AuditDraft(
        actor=actor,
        role=role,
        action=f"command.{command.verb.value}",
        target=f"{command.command_id} {command.device}",
        reason=reason,
        outcome=command.state.value,
    )
    AuditUnit(draft=draft).apply(transaction)


def _written(database: Database, command_id: str) -> ArchivedCommand:
    command = one_command(database, command_id)
    if command is None:
        raise UnitRefusedError("command")
    return command
