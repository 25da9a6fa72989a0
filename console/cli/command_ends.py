"""How commands end, for who waits: only what was read back from the phone is success."""

import asyncio
from typing import Final

import msgspec

from daemon.api.batches import Batch, BatchTarget
from daemon.api.client import ApiClient
from daemon.api.commands_client import batch as read_batch
from daemon.api.errors import ApiTimeoutError, ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Command, CommandState

from .context import Context
from .output import Format
from .table import Cell
from .times import shown

POLL_S: Final = 0.25
_BATCH_POLL_S: Final = 0.5
STATE_STYLES: Final = {
    CommandState.ACKNOWLEDGED: "32",
    CommandState.FAILED: "31",
    CommandState.EXPIRED: "31",
    CommandState.UNKNOWN: "33",
    CommandState.NOT_NOW: "33",
}
PHONE_FAULTS: Final = ("phone_", "adb.", "link_")
"""Beginnings of result codes that mean the phone could not be reached or did not answer."""


async def follow(context: Context, client: ApiClient, command: Command, wait_s: float | None) -> ExitCode:
    """Tell of a command that was asked for; with `wait_s`, of how it ended."""
    if wait_s is None:
        tell(context, command)
        return ExitCode.OK
    if context.output.format is Format.TABLE:
        context.output.say("waiting", command=command.command_id)
    command = await _ended(client, command, wait_s)
    tell(context, command)
    return exit_code(context, command)


def exit_code(context: Context, command: Command) -> ExitCode:
    """Of one that was waited for."""
    match command.state:
        case CommandState.ACKNOWLEDGED:
            return ExitCode.OK
        case CommandState.FAILED if (command.result or "").startswith(PHONE_FAULTS):
            return ExitCode.ADB
        case CommandState.FAILED | CommandState.EXPIRED | CommandState.CANCELLED:
            return ExitCode.PARTIAL
        case CommandState.UNKNOWN if command.needs_decision:
            context.output.say("needs_decision", command=command.command_id)
            return ExitCode.PARTIAL
        case _:
            key = "still_awaiting" if command.awaiting_approval else "still_waiting"
            context.output.say(key, command=command.command_id, expires=shown(command.expires_at))
            return ExitCode.TIMEOUT


def tell(context: Context, command: Command) -> None:
    """One, as a line or as JSON."""
    if context.output.format is not Format.TABLE:
        context.output.items([command])
        return
    result = command.result_text or command.result or ""
    if command.awaiting_approval:
        result = context.texts.get("cli.awaiting_approval")
    state = state_word(context, command)
    context.output.line(f"{command.command_id}  {state}{'  ' if result else ''}{result}")


def state_word(context: Context, command: Command) -> str:
    """In the reader's language."""
    return context.texts.get(f"state.{command.state.value}")


async def batch_ended(client: ApiClient, batch: Batch, wait_s: float) -> Batch:
    """The batch when nothing of it can change by itself any more, or as last seen when the time is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    while any(_may_change(target) for target in batch.targets) and loop.time() < deadline:
        await asyncio.sleep(min(_BATCH_POLL_S, max(0.0, deadline - loop.time())))
        try:
            batch = await read_batch(client, batch.batch_id)
        except (ApiUnreachableError, ApiTimeoutError):
            if loop.time() >= deadline:
                raise
    return batch


def tell_batch(context: Context, batch: Batch) -> ExitCode:
    """A line for each phone. OK when every phone of the list got a command."""
    if context.output.format is not Format.TABLE:
        context.output.items(per_phone(batch))
    else:
        context.output.table(("device", "employee", "state", "command_id", "result"), [
            _row(context, target) for target in batch.targets
        ])  # fmt: skip
        context.output.say("batch", batch=batch.batch_id, counts=counts_text(context, batch))
    return ExitCode.OK if all(target.command is not None for target in batch.targets) else ExitCode.PARTIAL


def per_phone(batch: Batch) -> list[msgspec.Struct]:
    """Its commands as single ones are told; a phone that was left out is told with the reason."""
    return [target if target.command is None else target.command for target in batch.targets]


def batch_exit_code(context: Context, batch: Batch) -> ExitCode:
    """OK only when every phone of the list did it; TIMEOUT while something may still happen by itself."""
    if any(_may_change(target) for target in batch.targets):
        context.output.say("batch_still_waiting", batch=batch.batch_id)
        return ExitCode.TIMEOUT
    is_done = all(
        target.command is not None and target.command.state is CommandState.ACKNOWLEDGED for target in batch.targets
    )
    return ExitCode.OK if is_done else ExitCode.PARTIAL


def counts_text(context: Context, batch: Batch) -> str:
    """`acknowledged 11, failed 1` in words."""
    return ", ".join(f"{context.texts.get(f'state.{state}')} {count}" for state, count in batch.counts.items())


def _may_change(target: BatchTarget) -> bool:
    command = target.command
    return command is not None and not command.state.is_terminal and not command.needs_decision


def _row(context: Context, target: BatchTarget) -> list[Cell]:
    command = target.command
    if command is None:
        return [
            Cell(target.device),
            Cell(target.employee or "-"),
            Cell(context.texts.get("state.left_out"), "33"),
            Cell("-"),
            Cell(target.why_not_text or target.why_not or "-"),
        ]
    return [
        Cell(target.device),
        Cell(target.employee or "-"),
        Cell(state_word(context, command), STATE_STYLES.get(command.state, "")),
        Cell(command.command_id, "2"),
        Cell(command.result_text or command.result or "-"),
    ]


async def _ended(client: ApiClient, command: Command, wait_s: float) -> Command:
    """The command when it ended, or as last seen when the time is over. A short outage of the daemon is waited out."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    while not command.state.is_terminal and not command.needs_decision and loop.time() < deadline:
        await asyncio.sleep(min(POLL_S, max(0.0, deadline - loop.time())))
        try:
            command = await client.command_by_id(command.command_id)
        except (ApiUnreachableError, ApiTimeoutError):
            if loop.time() >= deadline:
                raise
    return command
