"""Reading commands to phones, their changes and the batches they are part of."""

from collections.abc import Sequence
from typing import Final

import msgspec

from adb_bridge.records import DeviceSerial
from adb_bridge.verbs.result import StepTrace
from crypto.database import Database, Row

from ..api.wire import CommandState, Verb
from .codes import COMMAND_STATE_CODES, COMMAND_STATES, from_micros
from .drafts import BatchTarget, CommandFilter
from .event_conditions import Conditions
from .records import Approval, ArchivedBatch, ArchivedCommand, CommandStepRecord
from .rows import row_as

MOST_COMMANDS: Final = 10_000
_NOT_NOW: Final = COMMAND_STATE_CODES[CommandState.NOT_NOW]
_UNKNOWN: Final = COMMAND_STATE_CODES[CommandState.UNKNOWN]
_SELECT: Final = f"""
SELECT c.ledger_index, c.command_id, d.serial, c.verb, c.state, c.parameters, c.reason, c.requested_by, c.requested_at,
       c.expires_at, x.at, x.tries, x.next_try_at, x.result, o.requested_uid, o.priority, o.approval, b.batch_id,
       (SELECT min(n.at) FROM command_changes n WHERE n.command_index = c.ledger_index AND n.to_state = {_NOT_NOW}),
       (SELECT count(*) FROM command_changes n WHERE n.command_index = c.ledger_index AND n.to_state = {_NOT_NOW}),
       (SELECT count(*) FROM command_changes n WHERE n.command_index = c.ledger_index AND n.to_state = {_UNKNOWN}
        AND n.from_state <> {_UNKNOWN})
FROM commands c JOIN devices d ON d.device_no = c.device_no
LEFT JOIN command_changes x ON x.ledger_index = c.last_change
LEFT JOIN command_orders o ON o.command_index = c.ledger_index
LEFT JOIN command_batches b ON b.ledger_index = o.batch_index"""  # noqa: S608 - numbers of ours
_CHANGES: Final = """
SELECT x.ledger_index, x.at, x.actor, x.from_state, x.to_state, x.result, t.steps
FROM commands c JOIN command_changes x ON x.command_index = c.ledger_index
LEFT JOIN command_traces t ON t.change_index = x.ledger_index
WHERE c.command_id = ? ORDER BY x.ledger_index"""
_BATCHES: Final = (
    "SELECT ledger_index, batch_id, at, verb, parameters, reason, requested_by, targets FROM command_batches"
)
_decode_targets: Final = msgspec.json.Decoder(tuple[tuple[str, str | None, str | None], ...]).decode
_decode_steps: Final = msgspec.json.Decoder(tuple[tuple[str, str, int | None, str | None], ...]).decode


def find_commands(database: Database, query: CommandFilter) -> tuple[ArchivedCommand, ...]:
    """Newest first."""
    conditions = Conditions()
    if query.device is not None:
        conditions.add("c.device_no = (SELECT device_no FROM devices WHERE serial = ?)", query.device)
    if query.is_open is not None:
        conditions.add("c.state IN (1, 2, 5, 6)" if query.is_open else "c.state NOT IN (1, 2, 5, 6)")
    if query.states is not None:
        conditions.add_one_of("c.state", [COMMAND_STATE_CODES[state] for state in query.states])
    if query.batch_id is not None:
        conditions.add(
            "c.ledger_index IN (SELECT n.command_index FROM command_orders n JOIN command_batches m "
            "ON m.ledger_index = n.batch_index WHERE m.batch_id = ?)",
            query.batch_id,
        )
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


def changes_of(database: Database, command_id: str) -> tuple[CommandStepRecord, ...]:
    """Oldest first; empty for a command that nothing happened to, or that is not there."""
    return tuple(_change(row) for row in database.execute(_CHANGES, (command_id,)))


def find_batches(database: Database, *, limit: int, before: int | None) -> tuple[ArchivedBatch, ...]:
    """Newest first; `before` is a ledger index."""
    sql = _BATCHES + " WHERE ledger_index < ? ORDER BY ledger_index DESC LIMIT ?"
    rows = database.execute(sql, (2**62 if before is None else before, max(1, min(limit, MOST_COMMANDS))))
    return tuple(map(_batch, rows))


def one_batch(database: Database, batch_id: str) -> ArchivedBatch | None:
    """None when there is none."""
    row = database.fetch_one(_BATCHES + " WHERE batch_id = ?", (batch_id,))
    return None if row is None else _batch(row)


def targets_text(targets: Sequence[BatchTarget]) -> str:
    """As the column holds them."""
    return msgspec.json.encode([(one.device, one.command_id, one.why) for one in targets]).decode()


def steps_text(steps: Sequence[StepTrace]) -> str:
    """As the column holds them."""
    return msgspec.json.encode([(one.step, one.code, one.exit_code, one.stderr_sha256) for one in steps]).decode()


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
    requested_uid: int | None
    priority: int | None
    approval: int | None
    batch_id: str | None
    first_not_now_at: int | None
    not_now_count: int
    unknown_count: int


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
        requested_uid=row.requested_uid,
        priority=50 if row.priority is None else row.priority,
        approval=Approval(row.approval or 0),
        batch_id=row.batch_id,
        first_not_now_at=None if row.first_not_now_at is None else from_micros(row.first_not_now_at),
        not_now_count=row.not_now_count,
        unknown_count=row.unknown_count,
    )


class _ChangeRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    at: int
    actor: str
    from_state: int
    to_state: int
    result: str | None
    steps: str | None


def _change(stored: Row) -> CommandStepRecord:
    row = row_as(_ChangeRow, stored)
    return CommandStepRecord(
        ledger_index=row.ledger_index,
        at=from_micros(row.at),
        actor=row.actor,
        from_state=COMMAND_STATES[row.from_state],
        to_state=COMMAND_STATES[row.to_state],
        result=row.result,
        steps=tuple(
            StepTrace(step=step, code=code, exit_code=exit_code, stderr_sha256=digest)
            for step, code, exit_code, digest in _decode_steps(row.steps or "[]")
        ),
    )


class _BatchRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    batch_id: str
    at: int
    verb: str
    parameters: str
    reason: str
    requested_by: str
    targets: str


def _batch(stored: Row) -> ArchivedBatch:
    row = row_as(_BatchRow, stored)
    return ArchivedBatch(
        ledger_index=row.ledger_index,
        batch_id=row.batch_id,
        at=from_micros(row.at),
        verb=Verb(row.verb),
        parameters=row.parameters,
        reason=row.reason,
        requested_by=row.requested_by,
        targets=tuple(
            BatchTarget(device=DeviceSerial(device), command_id=command_id, why=why)
            for device, command_id, why in _decode_targets(row.targets)
        ),
    )
