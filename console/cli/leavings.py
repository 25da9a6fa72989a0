"""`employees leaving`: how they stand, what a person did, the report, and taking one back."""

from typing import Literal

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.leaving import Leaving, StepState
from daemon.api.leaving_client import confirm_leaving, leaving, leaving_report, leavings, undo_leaving

from .context import Context, UsageError
from .leaving_report import write_report
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("leaving", "employee", "leaving_to", "leaving_state", "leaving_return", "leaving_phones")
_PHONE_COLUMNS = ("device", "leaving_freeze", "leaving_told", "leaving_capture", "leaving_note")
_STYLES = {StepState.DONE: "32", StepState.FAILED: "31", StepState.PENDING: "33", StepState.NOT_YET: "2"}


class _Step(msgspec.Struct):
    step: Literal["list", "show", "undo", "confirm", "report"] | None = None
    leaving_id: str | None = None
    item: str | None = None
    reason: str | None = None
    note: str = ""
    out: str | None = None


async def step(context: Context) -> ExitCode:
    """What was asked for; `list` without a word."""
    arguments = context.take(_Step)
    if arguments.step in (None, "list"):
        return await _list(context)
    if arguments.leaving_id is None:
        raise UsageError("usage.leaving_id")
    async with context.client() as client:
        match arguments.step:
            case "undo":
                if not arguments.reason:
                    raise UsageError("usage.leaving_reason")
                found = await undo_leaving(client, arguments.leaving_id, arguments.reason)
            case "confirm":
                if arguments.item is None:
                    raise UsageError("usage.leaving_item")
                found = await confirm_leaving(client, arguments.leaving_id, arguments.item, arguments.note)
            case "report":
                report = await leaving_report(client, arguments.leaving_id)
                if arguments.out is not None:
                    for path in write_report(context, report, arguments.out):
                        context.output.say("leaving.report_written", path=str(path))
                if context.output.format is not Format.TABLE or arguments.out is None:
                    context.output.items([report])
                return ExitCode.OK
            case _:
                found = await leaving(client, arguments.leaving_id)
    tell(context, found)
    return ExitCode.PARTIAL if any(one.freeze is StepState.FAILED for one in found.phones) else ExitCode.OK


async def _list(context: Context) -> ExitCode:
    async with context.client() as client:
        found = await leavings(client)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        rows = [
            [
                Cell(one.leaving_id), Cell(one.employee), Cell(", ".join(one.recipients)),
                Cell(context.texts.get(f"leaving.state.{one.state.value}")), Cell(shown(one.return_at)),
                Cell(", ".join(phone.device for phone in one.phones)),
            ]
            for one in found
        ]  # fmt: skip
        context.output.table(_COLUMNS, rows)
    else:
        context.output.empty("empty.leavings")
    return ExitCode.OK


def tell(context: Context, one: Leaving) -> None:
    """One, phone by phone, with its list."""
    output, texts = context.output, context.texts
    if output.format is not Format.TABLE:
        output.items([one])
        return
    output.facts(
        [
            ("leaving", one.leaving_id or "-"),
            ("employee", one.employee),
            ("leaving_to", ", ".join(one.recipients)),
            ("leaving_state", texts.get(f"leaving.state.{one.state.value}")),
            ("leaving_by", f"{one.requested_by}, {shown(one.requested_at)}"),
            ("reason", one.reason),
            ("leaving_freeze_at", shown(one.freeze_at)),
            ("leaving_return", shown(one.return_at)),
            ("leaving_alerts", str(one.alerts_moved)),
        ]
    )
    for given in one.hand_overs:
        key = "employees.hand_over_returned" if given.is_returned else "employees.hand_over"
        output.line(
            texts.get(
                f"cli.{key}",
                at=shown(given.at),
                before=given.owner_before,
                owner=given.owner,
                count=given.conversations,
            )
        )
    output.table(
        _PHONE_COLUMNS,
        [
            [
                Cell(phone.device),
                _state(context, phone.freeze),
                _state(context, phone.told),
                _state(context, phone.capture),
                Cell(phone.freeze_text or "-"),
            ]
            for phone in one.phones
        ],
    )
    for item in one.items:
        mark = " " if item.is_due else "x"
        by = f" ({item.confirmed_by}, {shown(item.confirmed_at)})" if item.confirmed_by is not None else ""
        output.paragraph(f"[{mark}] {item.item}: {item.text}{by}", 2)


def _state(context: Context, state: StepState) -> Cell:
    return Cell(context.texts.get(f"leaving.phone_state.{state.value}"), _STYLES[state])
