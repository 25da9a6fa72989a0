"""`pin …`: PINs that the shop holds. One goes to a terminal once; one that is typed is never an argument."""

import getpass
import sys
from collections.abc import Sequence

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.pins import PinLine, PinToKeep
from daemon.api.pins_client import forget_pins, keep_pin, pins, show_pin
from daemon.api.wire import CommandRequest, Verb

from .context import NOT_DONE, Context, UsageError, ask, is_asking_possible
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("device", "pin_state", "pin_origin", "pin_made_by", "pin_changed", "pin_verified")
_STYLES = {"current": "32", "doubtful": "33", "proposed": "33", "previous": "2", "unreadable": "31"}
_MOST_LINE = 256
_CHARS = range(4, 17)


class _List(msgspec.Struct):
    device: str | None = None


class _One(msgspec.Struct):
    serial: str
    reason: str
    is_typed: bool = False
    wait: float | None = None
    yes: bool = False


async def list_pins(context: Context) -> ExitCode:
    """Which there are."""
    async with context.client() as client:
        found = await pins(client, context.take(_List).device)
    if not found:
        context.output.empty("empty.pins")
    _tell(context, found)
    return ExitCode.OK


async def show(context: Context) -> ExitCode:
    """To a terminal, or as JSON where that was asked for."""
    arguments = _taken(context)
    is_table = context.output.format is Format.TABLE
    if is_table and not sys.stdout.isatty():
        raise UsageError("usage.pin_terminal")
    async with context.client() as client:
        opened = await show_pin(client, arguments.serial, arguments.reason)
    if not is_table:
        context.output.items([opened])
        return ExitCode.OK
    state = context.word("pin_state", "doubtful" if opened.is_doubtful else opened.state.value)
    context.output.say("pin.shown", device=opened.device, state=state)
    context.output.line(opened.pin)
    if opened.is_doubtful:
        context.output.say("pin.doubtful")
    elif opened.verified_at is None:
        context.output.say("pin.never_verified")
    return ExitCode.OK


async def give(context: Context) -> ExitCode:
    """Have the phone take a new one; with --wait until it says so."""
    from .command_ends import follow

    arguments = _taken(context)
    async with context.client() as client:
        if arguments.is_typed:
            request = PinToKeep(pin=_typed(context, times=2), reason=arguments.reason)
            await keep_pin(client, arguments.serial, request)
        order = CommandRequest(device=arguments.serial, verb=Verb.SET_PIN, reason=arguments.reason)
        return await follow(context, client, await client.command(order), arguments.wait)


async def record(context: Context) -> ExitCode:
    """Keep one that the phone has."""
    arguments = _taken(context)
    pin = _typed(context, times=1)
    async with context.client() as client:
        request = PinToKeep(pin=pin, reason=arguments.reason, is_on_phone=True)
        _tell(context, [await keep_pin(client, arguments.serial, request)])
    context.output.say("pin.kept")
    return ExitCode.OK


async def forget(context: Context) -> ExitCode:
    """All of a phone."""
    arguments = _taken(context)
    must_ask = not arguments.yes and is_asking_possible()
    if must_ask and not ask(context.texts, "pin.ask_forget", wanted="y", device=arguments.serial):
        context.output.say("not_done")
        return NOT_DONE
    async with context.client() as client:
        done = await forget_pins(client, arguments.serial, arguments.reason)
    if context.output.format is not Format.TABLE:
        context.output.items([done])
    context.output.say("pin.forgotten", device=done.device, count=done.forgotten)
    return ExitCode.OK


def _taken(context: Context) -> _One:
    arguments = context.take(_One)
    if not arguments.reason.strip():
        raise UsageError("usage.no_reason")
    return arguments


def _typed(context: Context, *, times: int) -> str:
    """Asked without showing, or the first line of standard input."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline(_MOST_LINE).strip()
        if not line:
            raise UsageError("usage.pin_missing")
        return _digits(line)
    keys = ("cli.pin.ask", "cli.pin.ask_again")[:times]
    answers = {getpass.getpass(context.texts.get(key), stream=sys.stderr) for key in keys}
    if len(answers) != 1:
        raise UsageError("usage.pin_differs")
    return _digits(answers.pop())


def _digits(pin: str) -> str:
    # Wide ones of an input method count: the daemon takes them.
    if len(pin.strip()) not in _CHARS or not pin.strip().isdecimal():
        raise UsageError("usage.pin_digits")
    return pin


def _tell(context: Context, found: Sequence[PinLine]) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_COLUMNS, [_row(context, one) for one in found])


def _row(context: Context, one: PinLine) -> list[Cell]:
    state = "doubtful" if one.is_doubtful else one.state.value
    state = state if one.is_readable else "unreadable"
    return [
        Cell(one.device),
        Cell(context.word("pin_state", state), _STYLES[state]),
        Cell(context.word("pin_origin", one.origin.value)),
        Cell(one.made_by),
        Cell(shown(one.changed_at)),
        Cell("-" if one.verified_at is None else shown(one.verified_at)),
    ]
