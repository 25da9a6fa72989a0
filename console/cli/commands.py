"""`lock`, `refetch`, `commands …`: queue, wait, look, cancel."""

import asyncio

import msgspec

from daemon.api.client import ApiClient
from daemon.api.errors import ApiTimeoutError, ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Command, CommandRequest, CommandState, Verb

from .context import NOT_DONE, Context, UsageError, ask, is_asking_possible
from .output import Format
from .table import Cell
from .times import shown

POLL_S = 0.25
_COLUMNS = ("requested_at", "verb", "device", "state", "requested_by", "tries", "command_id", "result")
_STATE_STYLES = {
    CommandState.ACKNOWLEDGED: "32",
    CommandState.FAILED: "31",
    CommandState.EXPIRED: "31",
    CommandState.UNKNOWN: "33",
    CommandState.NOT_NOW: "33",
}
PHONE_FAULTS = ("phone_", "adb.", "link_")
"""Beginnings of result codes that mean the phone could not be reached or did not answer."""


class _Order(msgspec.Struct):
    serial: str
    reason: str
    wait: float | None = None
    yes: bool = False


class _List(msgspec.Struct):
    device: str | None = None
    limit: int = 50


class _One(msgspec.Struct):
    command_id: str


async def lock(context: Context) -> ExitCode:
    """Lock a phone; asks first where somebody can answer."""
    return await _order(context, Verb.LOCK)


async def refetch(context: Context) -> ExitCode:
    """Read a phone's sources again."""
    return await _order(context, Verb.REFETCH)


async def list_commands(context: Context) -> ExitCode:
    """Commands, newest first."""
    arguments = context.take(_List)
    async with context.client() as client:
        commands = await client.commands(device=arguments.device, limit=arguments.limit)
    if context.output.format is not Format.TABLE:
        context.output.items(commands)
    elif commands:
        context.output.table(_COLUMNS, [_row(context, command) for command in commands])
    if not commands:
        context.output.empty("empty.commands")
    return ExitCode.OK


async def show_command(context: Context) -> ExitCode:
    """One command."""
    async with context.client() as client:
        command = await client.command_by_id(context.take(_One).command_id)
    _tell(context, command)
    return ExitCode.OK


async def cancel_command(context: Context) -> ExitCode:
    """Cancel what was not sent yet."""
    async with context.client() as client:
        command = await client.cancel_command(context.take(_One).command_id)
    _tell(context, command)
    return ExitCode.OK


async def _order(context: Context, verb: Verb) -> ExitCode:
    arguments = context.take(_Order)
    if not arguments.reason.strip():
        raise UsageError("usage.no_reason")
    async with context.client() as client:
        must_ask = verb is Verb.LOCK and not arguments.yes and is_asking_possible()
        if must_ask and not await _is_confirmed(context, client):
            context.output.say("not_done")
            return NOT_DONE
        command = await client.command(CommandRequest(device=arguments.serial, verb=verb, reason=arguments.reason))
        return await follow(context, client, command, arguments.wait)


async def follow(context: Context, client: ApiClient, command: Command, wait_s: float | None) -> ExitCode:
    """Tell of a command that was asked for: at once, or how it ended within `wait_s`."""
    if wait_s is None:
        _tell(context, command)
        return ExitCode.OK
    if context.output.format is Format.TABLE:
        context.output.say("waiting", command=command.command_id)
    command = await _ended(client, command, wait_s)
    _tell(context, command)
    return _exit_code(context, command)


async def _is_confirmed(context: Context, client: ApiClient) -> bool:
    device = await client.device(context.take(_Order).serial)
    return ask(
        context.texts,
        "ask.lock",
        wanted="y",
        serial=device.serial,
        employee=device.employee or context.texts.get("cli.not_enrolled"),
        availability=context.word("availability", device.availability.value),
    )


async def _ended(client: ApiClient, command: Command, wait_s: float) -> Command:
    """The command when it ended, or as last seen when the time is over. A short outage of the daemon is waited out."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    while not command.state.is_terminal and loop.time() < deadline:
        await asyncio.sleep(min(POLL_S, max(0.0, deadline - loop.time())))
        try:
            command = await client.command_by_id(command.command_id)
        except (ApiUnreachableError, ApiTimeoutError):
            if loop.time() >= deadline:
                raise
    return command


def _exit_code(context: Context, command: Command) -> ExitCode:
    match command.state:
        case CommandState.ACKNOWLEDGED:
            return ExitCode.OK
        case CommandState.FAILED if (command.result or "").startswith(PHONE_FAULTS):
            return ExitCode.ADB
        case CommandState.FAILED | CommandState.EXPIRED | CommandState.CANCELLED:
            return ExitCode.PARTIAL
        case _:
            context.output.say("still_waiting", command=command.command_id, expires=shown(command.expires_at))
            return ExitCode.TIMEOUT


def _tell(context: Context, command: Command) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items([command])
        return
    result = command.result_text or command.result or ""
    state = _state(context, command)
    context.output.line(f"{command.command_id}  {state}{'  ' if result else ''}{result}")


def _row(context: Context, command: Command) -> list[Cell]:
    return [
        Cell(shown(command.requested_at)),
        Cell(context.word("verb", command.verb.value)),
        Cell(command.device),
        Cell(_state(context, command), _STATE_STYLES.get(command.state, "")),
        Cell(command.requested_by),
        Cell(str(command.tries)),
        Cell(command.command_id, "2"),
        Cell(command.result_text or command.result or "-"),
    ]


def _state(context: Context, command: Command) -> str:
    return context.texts.get(f"state.{command.state.value}")
