"""`commands list` and `show`, `batches list` and `show`, `devices verbs`."""

import msgspec

from daemon.api.batches import Batch, CommandQuery, Possibility, VerbChance
from daemon.api.commands_client import batch as read_batch
from daemon.api.commands_client import batches as read_batches
from daemon.api.commands_client import device_verbs, find_commands
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Command, CommandState, CommandTransition

from .command_ends import STATE_STYLES, counts_text, state_word, tell_batch
from .context import Context
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("requested_at", "verb", "device", "state", "requested_by", "tries", "command_id", "result")
_BATCH_COLUMNS = ("requested_at", "verb", "outcome", "requested_by", "batch_id", "counts")
_CHANGE_COLUMNS = ("at", "actor", "state", "result", "steps")
_VERB_COLUMNS = ("verb", "verdict", "route", "because", "by_hand")
_VERDICT_STYLES = {Possibility.POSSIBLE: "32", Possibility.IMPOSSIBLE: "31", Possibility.NOT_NOW: "33"}


class _List(msgspec.Struct):
    device: str | None = None
    command_state: CommandState | None = None
    is_open: bool = False
    batch: str | None = None
    limit: int = 50


class _One(msgspec.Struct):
    command_id: str


class _Batch(msgspec.Struct):
    batch_id: str


class _Serial(msgspec.Struct):
    serial: str


async def list_commands(context: Context) -> ExitCode:
    """Newest first."""
    asked = context.take(_List)
    query = CommandQuery(
        device=asked.device,
        state=asked.command_state,
        is_open=True if asked.is_open else None,
        batch=asked.batch,
        limit=asked.limit,
    )
    async with context.client() as client:
        commands = (await find_commands(client, query)).items
    if context.output.format is not Format.TABLE:
        context.output.items(commands)
    elif commands:
        context.output.table(_COLUMNS, [_row(context, command) for command in commands])
    if not commands:
        context.output.empty("empty.commands")
    return ExitCode.OK


async def show_command(context: Context) -> ExitCode:
    """One with everything that happened to it."""
    async with context.client() as client:
        command = await client.command_by_id(context.take(_One).command_id)
    output = context.output
    if output.format is not Format.TABLE:
        output.items([command])
        return ExitCode.OK
    result = command.result_text or command.result or ""
    output.line(f"{command.command_id}  {state_word(context, command)}{'  ' if result else ''}{result}")
    facts = [
        ("verb", context.word("verb", command.verb.value)),
        ("device", command.device),
        ("requested_by", command.requested_by),
        ("requested_at", shown(command.requested_at)),
        ("reason", command.reason),
        ("expires_at", shown(command.expires_at)),
        ("tries", str(command.tries)),
    ]
    if command.batch_id is not None:
        facts.append(("batch_id", command.batch_id))
    if command.next_try_at is not None and not command.state.is_terminal:
        facts.append(("next_try_at", shown(command.next_try_at)))
    if command.first_not_now_at is not None:
        since = f"{shown(command.first_not_now_at)} ({command.not_now_count})"
        facts.append(("not_now_since", since))
    output.facts(facts)
    if command.awaiting_approval:
        output.say("awaits_approval", command=command.command_id)
    if command.needs_decision:
        output.say("needs_decision", command=command.command_id)
    if command.transitions:
        output.table(_CHANGE_COLUMNS, [_change(context, one) for one in command.transitions])
    return ExitCode.OK


async def list_batches(context: Context) -> ExitCode:
    """Newest first."""
    async with context.client() as client:
        found = await read_batches(client, context.take(_List).limit)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_BATCH_COLUMNS, [_batch_row(context, one) for one in found])
    if not found:
        context.output.empty("empty.batches")
    return ExitCode.OK


async def show_batch(context: Context) -> ExitCode:
    """With every phone."""
    async with context.client() as client:
        found = await read_batch(client, context.take(_Batch).batch_id)
    if context.output.format is not Format.TABLE:
        context.output.items([found])
        return ExitCode.OK
    tell_batch(context, found)
    return ExitCode.OK


async def show_verbs(context: Context) -> ExitCode:
    """What a phone can be told, and what to do by hand where it cannot."""
    async with context.client() as client:
        found = await device_verbs(client, context.take(_Serial).serial)
    output = context.output
    if output.format is not Format.TABLE:
        output.items([found])
        return ExitCode.OK
    if found.asked_at is None:
        output.say("verbs_not_asked")
    output.table(_VERB_COLUMNS, [_verb_row(context, one) for one in found.verbs])
    return ExitCode.OK


def _row(context: Context, command: Command) -> list[Cell]:
    result = command.result_text or command.result or "-"
    if command.awaiting_approval:
        result = context.texts.get("cli.awaiting_approval")
    return [
        Cell(shown(command.requested_at)),
        Cell(context.word("verb", command.verb.value)),
        Cell(command.device),
        Cell(state_word(context, command), STATE_STYLES.get(command.state, "")),
        Cell(command.requested_by),
        Cell(str(command.tries)),
        Cell(command.command_id, "2"),
        Cell(result),
    ]


def _batch_row(context: Context, batch: Batch) -> list[Cell]:
    return [
        Cell(shown(batch.requested_at)),
        Cell(context.word("verb", batch.verb.value)),
        Cell(context.word("batch_outcome", batch.outcome.value)),
        Cell(batch.requested_by),
        Cell(batch.batch_id, "2"),
        Cell(counts_text(context, batch)),
    ]


def _change(context: Context, change: CommandTransition) -> list[Cell]:
    steps = ", ".join(f"{step.step} {step.code}" for step in change.steps)
    return [
        Cell(shown(change.at)),
        Cell(change.actor),
        Cell(context.texts.get(f"state.{change.state_to.value}"), STATE_STYLES.get(change.state_to, "")),
        Cell(change.result or "-"),
        Cell(steps or "-"),
    ]


def _verb_row(context: Context, chance: VerbChance) -> list[Cell]:
    return [
        Cell(context.word("verb", chance.verb.value)),
        Cell(context.word("chance", chance.verdict.value), _VERDICT_STYLES.get(chance.verdict, "")),
        Cell(context.word("route", chance.route)),
        Cell(chance.because_text or "-"),
        Cell(chance.by_hand or "-"),
    ]
