"""`employees`: whom records name, and `leave`."""

from datetime import UTC, datetime

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.leaving import Employee, LeaveRequest
from daemon.api.leaving_client import employee, employees, leave, leave_check

from .context import Context, UsageError
from .leavings import tell
from .moments import end_of, since_of
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("employee", "employee_phones", "employee_conversations", "employee_leaving")


class _Name(msgspec.Struct):
    name: str


class _Leave(msgspec.Struct):
    name: str
    to: list[str]
    return_date: str | None = None
    freeze_date: str | None = None
    reason: str | None = None
    check: bool = False


async def list_employees(context: Context) -> ExitCode:
    """By name."""
    async with context.client() as client:
        found = await employees(client)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_COLUMNS, [_row(context, one) for one in found])
    else:
        context.output.empty("empty.employees")
    return ExitCode.OK


async def show_employee(context: Context) -> ExitCode:
    """One, with what was handed over."""
    async with context.client() as client:
        found = await employee(client, context.take(_Name).name)
    if context.output.format is not Format.TABLE:
        context.output.items([found])
        return ExitCode.OK
    context.output.facts(
        [
            ("employee", found.name),
            ("employee_phones", ", ".join(found.phones) or "-"),
            ("employee_former", ", ".join(found.former_phones) or "-"),
            ("employee_conversations", str(found.conversations)),
            ("employee_leaving", _leaving(context, found)),
        ]
    )
    for one in found.hand_overs:
        key = "employees.hand_over_returned" if one.is_returned else "employees.hand_over"
        context.output.line(
            context.texts.get(
                f"cli.{key}", at=shown(one.at), before=one.owner_before, owner=one.owner, count=one.conversations
            )
        )
    return ExitCode.OK


async def leave_shop(context: Context) -> ExitCode:
    """Begin it, or with `--check` say what would happen."""
    arguments = context.take(_Leave)
    names = tuple(name.strip() for part in arguments.to for name in part.replace("，", ",").split(",") if name.strip())
    if not names:
        raise UsageError("usage.employees_to")
    if not arguments.check and not arguments.reason:
        raise UsageError("usage.employees_reason")
    now = datetime.now(UTC)
    request = LeaveRequest(
        employee=arguments.name,
        recipients=names,
        reason=arguments.reason or context.texts.get("cli.employees.only_check"),
        return_at=None if arguments.return_date is None else end_of(arguments.return_date, now),
        freeze_at=since_of(arguments.freeze_date, now),
    )
    async with context.client() as client:
        found = await (leave_check(client, request) if arguments.check else leave(client, request))
    tell(context, found)
    context.output.say("employees.checked" if arguments.check else "employees.begun", id=found.leaving_id)
    return ExitCode.OK


def _row(context: Context, one: Employee) -> list[Cell]:
    phones = ", ".join(one.phones) or "-"
    return [Cell(one.name), Cell(phones), Cell(str(one.conversations)), Cell(_leaving(context, one))]


def _leaving(context: Context, one: Employee) -> str:
    if one.leaving_id is None or one.leaving_state is None:
        return "-"
    return f"{one.leaving_id} {context.texts.get(f'leaving.state.{one.leaving_state.value}')}"
