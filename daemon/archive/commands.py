"""Commands to phones: what the archive writes of them, which steps it refuses, and how they are read.

QUEUED -> SENT, NOT_NOW, EXPIRED, CANCELLED, FAILED (it cannot be tried at all)
SENT -> ACKNOWLEDGED, FAILED, NOT_NOW, UNKNOWN, QUEUED (the link was lost before it was sent)
NOT_NOW -> QUEUED, SENT, EXPIRED, CANCELLED, NOT_NOW
UNKNOWN -> ACKNOWLEDGED, FAILED, QUEUED, EXPIRED, UNKNOWN
ACKNOWLEDGED, FAILED, EXPIRED, CANCELLED: for good
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database, Row

from ..api.wire import CommandState, Verb
from .codes import COMMAND_STATE_CODES, COMMAND_STATES, from_micros, to_micros
from .drafts import CommandChange, CommandDraft, CommandFilter
from .errors import IllegalTransitionError, RecordNotFoundError, UnitRefusedError
from .event_queries import Conditions
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .records import ArchivedCommand
from .rows import row_as
from .transaction import Transaction

MOST_COMMANDS: Final = 5_000
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.COMMAND].name
_CHANGE_NAME: Final = KINDS_OF_ENTRY[LedgerKind.COMMAND_CHANGED].name

_S = CommandState
LEGAL_STEPS: Final = {
    _S.QUEUED: frozenset({_S.SENT, _S.NOT_NOW, _S.EXPIRED, _S.CANCELLED, _S.FAILED}),
    _S.SENT: frozenset({_S.ACKNOWLEDGED, _S.FAILED, _S.NOT_NOW, _S.UNKNOWN, _S.QUEUED}),
    _S.NOT_NOW: frozenset({_S.QUEUED, _S.SENT, _S.EXPIRED, _S.CANCELLED, _S.NOT_NOW}),
    _S.UNKNOWN: frozenset({_S.ACKNOWLEDGED, _S.FAILED, _S.QUEUED, _S.EXPIRED, _S.UNKNOWN}),
    _S.ACKNOWLEDGED: frozenset[CommandState](),
    _S.FAILED: frozenset[CommandState](),
    _S.EXPIRED: frozenset[CommandState](),
    _S.CANCELLED: frozenset[CommandState](),
}

_SELECT: Final = """
SELECT c.ledger_index, c.command_id, d.serial, c.verb, c.state, c.parameters, c.reason, c.requested_by, c.requested_at,
       c.expires_at, x.at, x.tries, x.next_try_at, x.result
FROM commands c JOIN devices d ON d.device_no = c.device_no
LEFT JOIN command_changes x ON x.ledger_index = c.last_change"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCommandUnit:
    """A new command, QUEUED. UnitRefusedError when the id was used."""

    draft: CommandDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedCommand:
        """Write it."""
        draft, database = self.draft, transaction.database
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
        return _written(database, draft.command_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCommandUnit:
    """A step. RecordNotFoundError; IllegalTransitionError also when the state is no longer `expected`."""

    command_id: str
    change: CommandChange
    expected: CommandState | None
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedCommand:
        """Write it. SENT counts a try."""
        database, change = transaction.database, self.change
        sql = (
            "SELECT c.ledger_index, c.state, coalesce(x.tries, 0) FROM commands c "
            "LEFT JOIN command_changes x ON x.ledger_index = c.last_change WHERE c.command_id = ?"
        )
        match database.fetch_one(sql, (self.command_id,)):
            case (int(command_index), int(state), int(tries)):
                current = COMMAND_STATES[state]
            case _:
                raise RecordNotFoundError("command")
        if change.to not in LEGAL_STEPS[current] or self.expected not in {None, current}:
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
        return _written(database, self.command_id)


def find_commands(database: Database, query: CommandFilter) -> tuple[ArchivedCommand, ...]:
    """Newest first."""
    conditions = Conditions()
    if query.device is not None:
        conditions.add("c.device_no = (SELECT device_no FROM devices WHERE serial = ?)", query.device)
    if query.is_open is not None:
        conditions.add("c.state IN (1, 2, 5, 6)" if query.is_open else "c.state NOT IN (1, 2, 5, 6)")
    if query.before is not None:
        conditions.add("c.ledger_index < ?", query.before)
    sql = _SELECT + conditions.clause() + " ORDER BY c.ledger_index DESC LIMIT ?"
    limit = max(1, min(query.limit, MOST_COMMANDS))
    return tuple(_command(row) for row in database.execute(sql, (*conditions.parameters, limit)))


def one_command(database: Database, command_id: str) -> ArchivedCommand | None:
    """None when there is no such command."""
    row = database.fetch_one(_SELECT + " WHERE c.command_id = ?", (command_id,))
    return None if row is None else _command(row)


def commands_at(database: Database, ledger_indexes: Sequence[int]) -> dict[int, ArchivedCommand]:
    """Commands by the ledger index of their request."""
    conditions = Conditions()
    conditions.add_one_of("c.ledger_index", ledger_indexes)
    rows = database.execute(_SELECT + conditions.clause(), conditions.parameters)
    return {command.ledger_index: command for command in map(_command, rows)}


def _written(database: Database, command_id: str) -> ArchivedCommand:
    command = one_command(database, command_id)
    if command is None:
        raise UnitRefusedError("command")
    return command


class _CommandRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    command_id: str
    device: str
    verb: str
    state: int
    parameters: str
    reason: str
    requested_by: str
    requested_at: int
    expires_at: int
    updated_at: int | None
    tries: int | None
    next_try_at: int | None
    result: str | None


def _command(stored: Row) -> ArchivedCommand:
    row = row_as(_CommandRow, stored)
    return ArchivedCommand(
        ledger_index=row.ledger_index,
        command_id=row.command_id,
        device=DeviceSerial(row.device),
        verb=Verb(row.verb),
        state=COMMAND_STATES[row.state],
        parameters=row.parameters,
        reason=row.reason,
        requested_by=row.requested_by,
        requested_at=from_micros(row.requested_at),
        expires_at=from_micros(row.expires_at),
        updated_at=from_micros(row.requested_at if row.updated_at is None else row.updated_at),
        tries=row.tries or 0,
        next_try_at=None if row.next_try_at is None else from_micros(row.next_try_at),
        result=row.result,
    )
