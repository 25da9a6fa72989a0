"""`alerts …`."""

import msgspec

from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Alert, AlertStatus, Severity

from .context import Context
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("raised_at", "severity", "status", "device", "employee", "alert_id", "title", "evidence")
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


class _Show(msgspec.Struct):
    alert_id: str


class _Change(msgspec.Struct):
    alert_ids: list[str]
    note: str | None = None


async def list_alerts(context: Context) -> ExitCode:
    """Alerts, newest first."""
    arguments = context.take(_List)
    status = None if arguments.status == "all" else AlertStatus(arguments.status)
    async with context.client() as client:
        alerts = await client.alerts(status=status, device=arguments.device, limit=arguments.limit)
    if context.output.format is not Format.TABLE:
        context.output.items(alerts)
    elif alerts:
        context.output.table(_COLUMNS, [_row(context, alert) for alert in alerts])
    if not alerts:
        context.output.empty("empty.alerts")
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


async def acknowledge(context: Context) -> ExitCode:
    """Somebody looks after them."""
    return await _change(context, AlertStatus.ACKNOWLEDGED)


async def resolve(context: Context) -> ExitCode:
    """They are settled."""
    return await _change(context, AlertStatus.RESOLVED)


async def reopen(context: Context) -> ExitCode:
    """They are open again: settled too early."""
    return await _change(context, AlertStatus.OPEN)


async def _change(context: Context, to: AlertStatus) -> ExitCode:
    arguments = context.take(_Change)
    changed: list[Alert] = []
    refusals: list[ApiRefusedError] = []
    async with context.client() as client:
        for alert_id in arguments.alert_ids:
            match await _changed(client, alert_id, to, arguments.note):
                case Alert() as alert:
                    changed.append(alert)
                    if context.output.format is Format.TABLE:
                        status = context.word("status", alert.status.value)
                        context.output.line(f"{alert.alert_id}  {status}")
                case ApiRefusedError() as refusal:
                    refusals.append(refusal)
                    context.output.error(f"{alert_id}: {refusal.message}", refusal.hint)
    if context.output.format is not Format.TABLE:
        context.output.items(changed)
    if not refusals:
        return ExitCode.OK
    codes = {refusal.exit_code for refusal in refusals}
    return ExitCode.PARTIAL if changed or len(codes) > 1 else ExitCode(codes.pop())


async def _changed(client: ApiClient, alert_id: str, to: AlertStatus, note: str | None) -> Alert | ApiRefusedError:
    try:
        return await client.change_alert(alert_id, to, note)
    except ApiRefusedError as refusal:
        return refusal


def _row(context: Context, alert: Alert) -> list[Cell]:
    return [
        Cell(shown(alert.raised_at)),
        Cell(context.word("severity", alert.severity.value), SEVERITY_STYLES[alert.severity]),
        Cell(context.word("status", alert.status.value), "1" if alert.status is AlertStatus.OPEN else "2"),
        Cell(alert.device),
        Cell(alert.employee or "-"),
        Cell(alert.alert_id, "2"),
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
