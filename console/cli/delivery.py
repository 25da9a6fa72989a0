"""`delivery`: where alerts go, whether they arrive, and what was given up."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from daemon.api.delivery import ChannelState, DeadLetter, DeliveryChannel, DeliveryStatus, MuteRequest
from daemon.api.delivery_client import (
    dead_letters,
    delivery_status,
    drop_dead,
    mute_channel,
    retry_dead,
    start_delivery,
    stop_delivery,
    test_channel,
)
from daemon.api.exit_codes import ExitCode

from .context import Context, UsageError
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = (
    "delivery_channel", "delivery_kind", "delivery_state", "delivery_waiting", "delivery_dead", "delivery_sent",
    "delivery_problem",
)  # fmt: skip
_DEAD_COLUMNS = ("delivery_message", "delivery_channel", "delivery_alerts", "at", "delivery_tries", "delivery_problem")
_STYLES = {
    ChannelState.OK: "32",
    ChannelState.UNUSED: "2",
    ChannelState.FAILING: "31",
    ChannelState.MUTED: "33",
    ChannelState.STOPPED: "33",
    ChannelState.OFF: "2",
}


class _Channel(msgspec.Struct):
    channel: str
    minutes: int = 0
    reason: str | None = None


class _Reason(msgspec.Struct):
    reason: str | None = None


class _Dead(msgspec.Struct):
    step: Literal["list", "retry", "drop"] | None = None
    message_id: str | None = None
    reason: str | None = None


async def status(context: Context) -> ExitCode:
    """How channels stand; exit 1 while one of them fails."""
    async with context.client() as client:
        return _tell(context, await delivery_status(client))


async def test(context: Context) -> ExitCode:
    """Send a test message now; exit 1 when it did not arrive."""
    arguments = context.take(_Channel)
    async with context.client() as client:
        found = await test_channel(client, arguments.channel, arguments.reason)
    if context.output.format is not Format.TABLE:
        context.output.items([found])
    elif found.ok:
        context.output.line(context.texts.get("cli.delivery.arrived", channel=found.channel, id=found.message_id))
    else:
        problem = found.problem or found.code or "?"
        context.output.line(context.texts.get("cli.delivery.not_arrived", channel=found.channel, problem=problem))
    return ExitCode.OK if found.ok else ExitCode.PARTIAL


async def mute(context: Context) -> ExitCode:
    """Let a channel wait."""
    arguments = context.take(_Channel)
    request = MuteRequest(minutes=arguments.minutes, reason=arguments.reason)
    async with context.client() as client:
        return _tell(context, await mute_channel(client, arguments.channel, request), is_asked=False)


async def unmute(context: Context) -> ExitCode:
    """Let it go on, and send what waits."""
    arguments = context.take(_Channel)
    request = MuteRequest(minutes=0, reason=arguments.reason)
    async with context.client() as client:
        return _tell(context, await mute_channel(client, arguments.channel, request), is_asked=False)


async def stop(context: Context) -> ExitCode:
    """Send nothing until `start`."""
    async with context.client() as client:
        return _tell(context, await stop_delivery(client, context.take(_Reason).reason), is_asked=False)


async def start(context: Context) -> ExitCode:
    """Send what waits, and go on."""
    async with context.client() as client:
        return _tell(context, await start_delivery(client, context.take(_Reason).reason), is_asked=False)


async def dead(context: Context) -> ExitCode:
    """What was given up: the list, one again, or one for good."""
    arguments = context.take(_Dead)
    step = arguments.step or "list"
    if (arguments.message_id is None) is not (step == "list"):
        raise UsageError("usage.delivery_message")
    async with context.client() as client:
        if step == "retry" and arguments.message_id is not None:
            return _letters(context, [await retry_dead(client, arguments.message_id, arguments.reason)])
        if step == "drop" and arguments.message_id is not None:
            await drop_dead(client, arguments.message_id, arguments.reason)
            context.output.say("delivery.dropped", id=arguments.message_id)
            return ExitCode.OK
        found = await dead_letters(client)
    if not found:
        context.output.empty("empty.dead_letters")
    return _letters(context, found)


def _letters(context: Context, found: Sequence[DeadLetter]) -> ExitCode:
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_DEAD_COLUMNS, [_letter(one) for one in found])
    return ExitCode.OK


def _letter(one: DeadLetter) -> list[Cell]:
    return [
        Cell(one.message_id),
        Cell(one.channel),
        Cell(str(one.alerts)),
        Cell(shown(one.given_up_at)),
        Cell(str(one.tries)),
        Cell(one.problem or "-"),
    ]


def _tell(context: Context, found: DeliveryStatus, *, is_asked: bool = True) -> ExitCode:
    if context.output.format is not Format.TABLE:
        context.output.items(found.channels)
    elif not found.channels:
        context.output.empty("empty.channels")
    else:
        if found.stopped_by is not None:
            context.output.say("delivery.stopped", actor=found.stopped_by)
        elif not found.is_on:
            context.output.say("delivery.off")
        context.output.table(_COLUMNS, [_row(context, one) for one in found.channels])
    is_failing = any(one.state is ChannelState.FAILING for one in found.channels)
    return ExitCode.PARTIAL if is_asked and is_failing else ExitCode.OK


def _row(context: Context, one: DeliveryChannel) -> list[Cell]:
    state = context.word("delivery_state", one.state.value)
    if one.muted_until is not None:
        state = f"{state} {shown(one.muted_until)}"
    return [
        Cell(one.name),
        Cell(context.word("delivery_kind", one.kind)),
        Cell(state, _STYLES[one.state]),
        Cell(str(one.waiting)),
        Cell(str(one.dead), "31" if one.dead else ""),
        Cell(shown(one.last_sent_at)),
        Cell(one.problem or "-"),
    ]
