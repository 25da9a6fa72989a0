"""`alerts list|show|history`."""

import msgspec

from daemon.api.alert_life import AlertStep
from daemon.api.alert_life_client import alert_history, find_alerts
from daemon.api.exit_codes import ExitCode
from daemon.api.requests import AlertQuery
from daemon.api.wire import Alert, AlertStatus, Severity

from .context import Context, UsageError
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("raised_at", "severity", "status", "device", "employee", "alert_id", "assignee", "title", "evidence")
_HISTORY_COLUMNS = ("at", "actor", "role", "done", "assignee", "note")
SEVERITY_STYLES = {
    Severity.CRITICAL: "1;37;41",
    Severity.HIGH: "1;31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}


class _List(msgspec.Struct):
    status: str = "all"
    device: str | None = None
    limit: int = 50
    severity: str | None = None
    rule: str | None = None
    employee: str | None = None
    assignee: str | None = None
    unassigned: bool = False
    before: int | None = None


class _Show(msgspec.Struct):
    alert_id: str


async def list_alerts(context: Context) -> ExitCode:
    """Alerts, newest first."""
    arguments = context.take(_List)
    if arguments.unassigned and arguments.assignee is not None:
        raise UsageError("usage.one_assignee_filter")
    query = AlertQuery(
        status=None if arguments.status == "all" else AlertStatus(arguments.status),
        device=arguments.device,
        limit=arguments.limit,
        before=arguments.before,
        severity=None if arguments.severity is None else Severity(arguments.severity),
        rule=arguments.rule,
        employee=arguments.employee,
        assignee="" if arguments.unassigned else arguments.assignee,
    )
    async with context.client() as client:
        page = await find_alerts(client, query)
    alerts = page.items
    if context.output.format is not Format.TABLE:
        context.output.items(alerts)
    elif alerts:
        context.output.table(_COLUMNS, [_row(context, alert) for alert in alerts])
    if not alerts:
        context.output.empty("empty.alerts")
    elif page.next_before is not None and len(alerts) == arguments.limit:
        context.output.say("more_alerts", before=page.next_before)
    return ExitCode.OK


async def show_alert(context: Context) -> ExitCode:
    """One alert with its evidence."""
    async with context.client() as client:
        alert = await client.alert(context.take(_Show).alert_id)
    if context.output.format is not Format.TABLE:
        context.output.items([alert])
    else:
        _facts(context, alert)
    return ExitCode.OK


async def history(context: Context) -> ExitCode:
    """What was done with one, oldest first."""
    alert_id = context.take(_Show).alert_id
    async with context.client() as client:
        steps = await alert_history(client, alert_id)
    if context.output.format is not Format.TABLE:
        context.output.items(steps)
    elif steps:
        context.output.table(_HISTORY_COLUMNS, [_step_row(context, step) for step in steps])
    if not steps:
        context.output.empty("empty.history")
    return ExitCode.OK


def _step_row(context: Context, step: AlertStep) -> list[Cell]:
    if step.is_assignment:
        done = context.texts.get("cli.step.assigned" if step.assignee else "cli.step.unassigned")
    elif step.from_status is step.to_status:
        done = context.texts.get("cli.step.noted")
    else:
        done = context.word("status", step.to_status.value)
    return [
        Cell(shown(step.at)),
        Cell(step.actor),
        Cell(step.role or "-"),
        Cell(done),
        Cell(step.assignee or "-"),
        Cell(step.note or "-"),
    ]


def _row(context: Context, alert: Alert) -> list[Cell]:
    return [
        Cell(shown(alert.raised_at)),
        Cell(context.word("severity", alert.severity.value), SEVERITY_STYLES[alert.severity]),
        Cell(context.word("status", alert.status.value), "1" if alert.status is AlertStatus.OPEN else "2"),
        Cell(alert.device),
        Cell(alert.employee or "-"),
        Cell(alert.alert_id, "2"),
        Cell(alert.assignee or "-"),
        Cell(alert.title),
        Cell(alert.evidence[0].surface if alert.evidence else "-"),
    ]


def _facts(context: Context, alert: Alert) -> None:
    context.output.facts(
        [
            ("alert_id", alert.alert_id),
            ("title", alert.title),
            ("severity", context.word("severity", alert.severity.value)),
            ("status", context.word("status", alert.status.value)),
            ("category", alert.category),
            ("rule", alert.rule_id),
            ("raised_at", shown(alert.raised_at)),
            ("occurred_at", shown(alert.occurred_at)),
            ("device", alert.device),
            ("employee", alert.employee or "-"),
            ("event_id", alert.event_id),
            ("assignee", alert.assignee or "-"),
            ("handled_by", f"{alert.handled_by} {shown(alert.handled_at)}" if alert.handled_by else "-"),
            ("note", alert.note or "-"),
            *((("rescan_id", alert.rescan),) if alert.rescan is not None else ()),
        ]
    )
    if alert.evidence:
        context.output.line("")
        rows = [
            [Cell(piece.word), Cell(piece.how), Cell(piece.ruleset), Cell(piece.surface)] for piece in alert.evidence
        ]
        context.output.table(("word", "how", "ruleset", "evidence"), rows)
