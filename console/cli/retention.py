"""`retention`, `holds`, `deletions`: how long things are kept, what may not go, and what went."""

from collections.abc import Sequence

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.retention import Deletion, Hold, HoldRequest, RetentionClass, RetentionRunRequest, RetentionState
from daemon.api.retention_client import (
    confirm_clock,
    deletions,
    end_hold,
    holds,
    place_hold,
    retention_state,
    run_retention,
)

from .context import NOT_DONE, Context, UsageError, ask, is_asking_possible
from .moments import end_of, since_of, until_of
from .output import Format
from .table import Cell
from .times import shown

_CLASS_COLUMNS = ("data_class", "kept_days", "weeks_kept", "oldest_week", "weeks_due")
_HOLD_COLUMNS = ("hold_id", "hold_state", "hold_covers", "until", "placed_by", "reason")
_DELETION_COLUMNS = ("at", "certificate", "cause", "data_class", "entries", "destroyed_keys", "actor", "reason")


class _Run(msgspec.Struct):
    reason: str
    check: bool = False
    yes: bool = False


class _Reason(msgspec.Struct):
    reason: str


class _Place(msgspec.Struct):
    reason: str
    until: str
    device: str | None = None
    employee: str | None = None
    peer: str | None = None
    conversation: str | None = None
    data_class: RetentionClass | None = None
    received_from: str | None = None
    received_to: str | None = None
    everything: bool = False


class _End(msgspec.Struct):
    hold_id: str
    reason: str


class _List(msgspec.Struct):
    limit: int = 200


async def show_retention(context: Context) -> ExitCode:
    """Classes, what is due, the clock."""
    async with context.client() as client:
        _show(context, await retention_state(client))
    return ExitCode.OK


async def run_pass(context: Context) -> ExitCode:
    """Delete what is over its time now; asks first, and wants --yes where nobody can answer."""
    arguments = context.take(_Run)
    _require_reason(arguments.reason)
    async with context.client() as client:
        request = RetentionRunRequest(reason=arguments.reason, is_check=arguments.check)
        if not arguments.check and not arguments.yes:
            if not is_asking_possible():
                raise UsageError("usage.retention_needs_yes")
            due = await run_retention(client, RetentionRunRequest(reason=arguments.reason, is_check=True))
            weeks = ", ".join(due.destroyed_keys) or "-"
            if not ask(context.texts, "ask.retention_run", wanted="y", weeks=weeks):
                context.output.say("not_done")
                return NOT_DONE
        report = await run_retention(client, request)
    if context.output.format is not Format.TABLE:
        context.output.items([report])
    elif arguments.check:
        for week in report.destroyed_keys:
            context.output.line(week)
        if report.destroyed_keys:
            context.output.say("retention.checked", weeks=len(report.destroyed_keys))
        else:
            context.output.empty("empty.retention_due")
    else:
        context.output.facts(
            [
                ("erased_events", str(report.erased_events)),
                ("erased_rows", str(report.erased_rows)),
                ("held_events", str(report.held_events)),
                ("removed_files", str(report.removed_files)),
                ("destroyed_keys", ", ".join(report.destroyed_keys) or "-"),
            ]
        )
        if not (report.erased_events or report.erased_rows or report.removed_files or report.destroyed_keys):
            context.output.empty("empty.retention_run")
    return ExitCode.OK


async def confirm(context: Context) -> ExitCode:
    """The daemon's clock is right. Where it is trusted already there is nothing to say, and nothing is recorded."""
    arguments = context.take(_Reason)
    _require_reason(arguments.reason)
    async with context.client() as client:
        state = await retention_state(client)
        is_needed = not state.is_clock_trusted
        if is_needed:
            state = await confirm_clock(client, arguments.reason)
    _show(context, state)
    context.output.say("retention.clock_confirmed" if is_needed else "retention.clock_trusted")
    return ExitCode.OK


async def list_holds(context: Context) -> ExitCode:
    """Newest first, ended ones too."""
    async with context.client() as client:
        _tell_holds(context, await holds(client))
    return ExitCode.OK


async def add_hold(context: Context) -> ExitCode:
    """Nothing it covers is deleted until its end."""
    arguments = context.take(_Place)
    _require_reason(arguments.reason)
    request = HoldRequest(
        reason=arguments.reason,
        until=end_of(arguments.until),
        device=arguments.device,
        conversation=arguments.conversation,
        peer=arguments.peer,
        employee=arguments.employee,
        data_class=arguments.data_class,
        received_from=since_of(arguments.received_from),
        received_to=until_of(arguments.received_to),
        is_everything=arguments.everything,
    )
    async with context.client() as client:
        _tell_holds(context, [await place_hold(client, request)])
    return ExitCode.OK


async def finish_hold(context: Context) -> ExitCode:
    """What it kept over its time goes with the next pass."""
    arguments = context.take(_End)
    _require_reason(arguments.reason)
    async with context.client() as client:
        _tell_holds(context, [await end_hold(client, arguments.hold_id, arguments.reason)])
    return ExitCode.OK


async def list_deletions(context: Context) -> ExitCode:
    """Certificates, newest first."""
    async with context.client() as client:
        found = await deletions(client, limit=context.take(_List).limit)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_DELETION_COLUMNS, [_deletion_row(context, one) for one in found])
    if not found:
        context.output.empty("empty.deletions")
    return ExitCode.OK


def _show(context: Context, state: RetentionState) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items([state])
        return
    context.output.table(
        _CLASS_COLUMNS,
        [
            [
                Cell(context.texts.get(f"cli.data_class.{one.data_class.value}")),
                Cell(str(one.days)),
                Cell(str(one.weeks_kept)),
                Cell(one.oldest_week or "-"),
                Cell(str(one.weeks_due), "1" if one.weeks_due else ""),
            ]
            for one in state.classes
        ],
    )
    if not any(one.weeks_due for one in state.classes):
        context.output.empty("empty.retention_due")
    context.output.say("retention.holds", holds=state.active_holds)
    if state.needs_confirmation:
        context.output.say("retention.clock_jumped")
    elif not state.is_clock_trusted:
        context.output.say("retention.clock_waits", hours=f"{state.clock_wait_s / 3600:.1f}")


def _tell_holds(context: Context, found: Sequence[Hold]) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_HOLD_COLUMNS, [_hold_row(context, one) for one in found])
    if not found:
        context.output.empty("empty.holds")


def _hold_row(context: Context, hold: Hold) -> list[Cell]:
    state = "active" if hold.is_active else "ended" if hold.ended_at is not None else "ran_out"
    covers = (
        hold.device,
        hold.employee,
        hold.peer,
        hold.conversation,
        None if hold.data_class is None else context.texts.get(f"cli.data_class.{hold.data_class.value}"),
        None if hold.received_from is None else f">= {shown(hold.received_from)}",
        None if hold.received_to is None else f"< {shown(hold.received_to)}",
    )
    return [
        Cell(hold.hold_id),
        Cell(context.texts.get(f"cli.hold_state.{state}"), "1" if hold.is_active else "2"),
        Cell(" · ".join(one for one in covers if one) or context.texts.get("cli.retention.everything")),
        Cell(shown(hold.until)),
        Cell(hold.placed_by),
        Cell(hold.reason),
    ]


def _deletion_row(context: Context, deletion: Deletion) -> list[Cell]:
    return [
        Cell(shown(deletion.deleted_at)),
        Cell(deletion.certificate),
        Cell(context.word("deletion_cause", deletion.cause)),
        Cell(context.texts.get(f"cli.data_class.{deletion.data_class}") if deletion.data_class else "-"),
        Cell(str(deletion.entries)),
        Cell(", ".join(deletion.destroyed_keys) or "-"),
        Cell(deletion.actor),
        Cell(deletion.reason),
    ]


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError("usage.no_reason")
