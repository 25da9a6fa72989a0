"""`rescan`: the archive looked through with the rules in force, by the daemon, in the background."""

import asyncio
import sys
from collections.abc import Sequence

import msgspec

from daemon.api.client import ApiClient
from daemon.api.exit_codes import ExitCode
from daemon.api.rescans import Rescan, RescanRequest, RescanStatus
from daemon.api.rescans_client import cancel_rescan, rescan, rescans, start_rescan

from .context import Context, UsageError
from .moments import since_of, until_of
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("rescan_id", "rescan_status", "at", "rescan_asked_by", "rescan_done", "rescan_found", "rescan_rules")
_STYLES = {RescanStatus.RUNNING: "33", RescanStatus.DONE: "32", RescanStatus.CANCELLED: "2"}
_LOOK_S = 0.5
_TENTH = 10


class _Start(msgspec.Struct):
    reason: str
    since: str | None = None
    until: str | None = None
    device: str | None = None
    source: str | None = None
    tell: bool = False
    wait: bool = False


class _Show(msgspec.Struct):
    rescan_id: str
    wait: bool = False


class _Cancel(msgspec.Struct):
    rescan_id: str
    reason: str


async def start(context: Context) -> ExitCode:
    """Begin one; with --wait until its end."""
    arguments = context.take(_Start)
    _require_reason(arguments.reason)
    request = RescanRequest(
        reason=arguments.reason,
        since=since_of(arguments.since),
        until=until_of(arguments.until),
        device=arguments.device,
        source=arguments.source,
        is_told=arguments.tell,
    )
    async with context.client() as client:
        found = await start_rescan(client, request)
        if arguments.wait:
            found = await _watched(context, client, found)
    return _tell(context, [found])


async def list_rescans(context: Context) -> ExitCode:
    """Newest first."""
    async with context.client() as client:
        found = await rescans(client)
    if not found:
        context.output.empty("empty.rescans")
    return _tell(context, found)


async def show(context: Context) -> ExitCode:
    """One; with --wait at its end."""
    arguments = context.take(_Show)
    async with context.client() as client:
        found = await rescan(client, arguments.rescan_id)
        if arguments.wait:
            found = await _watched(context, client, found)
    return _tell(context, [found])


async def cancel(context: Context) -> ExitCode:
    """End one early; what it found stays."""
    arguments = context.take(_Cancel)
    _require_reason(arguments.reason)
    async with context.client() as client:
        return _tell(context, [await cancel_rescan(client, arguments.rescan_id, arguments.reason)])


async def _watched(context: Context, client: ApiClient, found: Rescan) -> Rescan:
    told = -1
    while found.status is RescanStatus.RUNNING:
        tenth = _TENTH * found.done // max(found.events, 1)
        if tenth != told and sys.stderr.isatty():
            told = tenth
            context.output.say("rescan.progress", done=found.done, events=found.events, found=found.found)
        await asyncio.sleep(_LOOK_S)
        found = await rescan(client, found.rescan_id)
    return found


def _tell(context: Context, found: Sequence[Rescan]) -> ExitCode:
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_COLUMNS, [_row(context, one) for one in found])
    return ExitCode.OK


def _row(context: Context, one: Rescan) -> list[Cell]:
    speed = f" ({one.per_s:.0f}/s)" if one.per_s else ""
    return [
        Cell(one.rescan_id),
        Cell(context.word("rescan_status", one.status.value), _STYLES[one.status]),
        Cell(shown(one.asked_at)),
        Cell(one.asked_by),
        Cell(f"{one.done}/{one.events}{speed}"),
        Cell(str(one.found), "1" if one.found else "2"),
        Cell(one.new_version),
    ]


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError("usage.no_reason")
