"""`intercept`: actions that follow a finding by themselves, and their kill switch."""

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.intercept import InterceptQuery, InterceptState, InterceptStatus, SwitchIntercept
from daemon.api.intercept_client import intercept_status, intercepts, switch_intercept

from .context import Context
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("intercept", "device", "employee", "intercept_rule", "at", "intercept_text")
_STYLES = {
    InterceptState.ASKED: "33", InterceptState.IN_FORCE: "33", InterceptState.UNDOING: "31",
    InterceptState.UNDONE: "32", InterceptState.DONE: "32", InterceptState.NOT_DONE: "2", InterceptState.KEPT: "2",
}  # fmt: skip


class _Switch(msgspec.Struct):
    reason: str


class _List(msgspec.Struct):
    device: str | None = None
    alert: str | None = None
    open: bool = False


async def status(context: Context) -> ExitCode:
    """Whether actions are taken."""
    async with context.client() as client:
        return _tell(context, await intercept_status(client))


async def switch_on(context: Context) -> ExitCode:
    """Actions are taken again, where the configuration lets them."""
    request = SwitchIntercept(is_on=True, reason=context.take(_Switch).reason)
    async with context.client() as client:
        return _tell(context, await switch_intercept(client, request))


async def switch_off(context: Context) -> ExitCode:
    """The kill switch: what is in force is undone at once."""
    request = SwitchIntercept(is_on=False, reason=context.take(_Switch).reason)
    async with context.client() as client:
        return _tell(context, await switch_intercept(client, request))


async def list_intercepts(context: Context) -> ExitCode:
    """Newest first."""
    arguments = context.take(_List)
    query = InterceptQuery(
        device=arguments.device, alert=arguments.alert, is_open=True if arguments.open else None, limit=500
    )
    async with context.client() as client:
        found = await intercepts(client, query)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        rows = [
            [
                Cell(one.intercept_id), Cell(one.device), Cell(one.employee or "-"), Cell(one.rule_id),
                Cell(shown(one.begun_at)), Cell(one.text, _STYLES[one.state]),
            ]
            for one in found
        ]  # fmt: skip
        context.output.table(_COLUMNS, rows)
    else:
        context.output.empty("empty.intercepts")
    return ExitCode.OK


def _tell(context: Context, found: InterceptStatus) -> ExitCode:
    if context.output.format is not Format.TABLE:
        context.output.items([found])
        return ExitCode.OK
    is_on = found.is_configured and not found.is_switched_off
    why = "on" if is_on else "switched_off" if found.is_switched_off else "not_configured"
    switched = "-"
    if found.switched_at is not None:
        switched = f"{found.switched_by}, {shown(found.switched_at)}: {found.switch_reason}"
    context.output.facts(
        [
            ("intercept_state", context.texts.get(f"cli.intercept.{why}")),
            ("intercept_switched", switched),
            ("intercept_in_force", str(found.in_force)),
            ("intercept_undoing", str(found.undoing)),
            ("intercept_severity", found.min_severity),
            ("intercept_apps", ", ".join(found.apps) or "-"),
            ("intercept_limits", context.texts.get(
                "cli.intercept.limits", hour=found.per_phone_hour, day=found.per_phone_day, s=found.cooldown_s
            )),
        ]
    )  # fmt: skip
    return ExitCode.OK
