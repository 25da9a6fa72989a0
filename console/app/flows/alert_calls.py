"""Alerts changed at the daemon: one by its own route, many in lots, and what an older daemon can do instead."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from daemon.api.alert_life import AlertBatch, AlertBatchItem, AssignAlert
from daemon.api.alert_life_client import assign_alert, handle_alerts
from daemon.api.calling import READ_TIMEOUT_S, segment
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Alert

from ..client_port import ConsoleClient
from .alert_steps import AlertAct, AlertChange

LOT: Final = 250
"""Alerts of one call: an answer within a second, and progress to show between two."""
_NO_ROUTE: Final = frozenset({"request.no_such_route", "request.method_not_allowed"})
_TAKEN_FOR_A_STATUS: Final = "request.invalid"


class OldDaemonError(ApiClientError):
    """The daemon is older than what was asked of it; the console has its own words for that."""

    def __init__(self) -> None:
        super().__init__("console.old_daemon", "", "", ExitCode.USAGE)


@dataclass(slots=True, kw_only=True)
class AlertReport:
    """What became of each."""

    changed: list[Alert] = field(default_factory=list)
    refused: list[AlertBatchItem] = field(default_factory=list)


async def change_one(client: ConsoleClient, alert: Alert, change: AlertChange) -> Alert:
    """OldDaemonError, ApiClientError."""
    match change.act:
        case AlertAct.ASSIGN:
            try:
                request = AssignAlert(assignee=change.assignee, note=change.note)
                return await assign_alert(client, alert.alert_id, request)
            except ApiRefusedError as error:
                if error.code in _NO_ROUTE or error.code == _TAKEN_FOR_A_STATUS:
                    raise OldDaemonError() from error
                raise
        case AlertAct.NOTE:
            # Its status may have changed meanwhile; a note leaves it, so it goes as a lot of one.
            report = await change_lot(client, (alert,), change)
            for item in report.refused:
                raise ApiRefusedError(item.code or "", item.message or "", "", ExitCode.PARTIAL, 409)
            return report.changed[0]
        case _:
            return await client.change_alert(alert.alert_id, change.to or alert.status, change.note)


async def change_lot(client: ConsoleClient, alerts: Sequence[Alert], change: AlertChange) -> AlertReport:
    """At most LOT of them in one call; an older daemon is asked for each. OldDaemonError, ApiClientError."""
    batch = AlertBatch(
        alert_ids=tuple(alert.alert_id for alert in alerts), to=change.to, assignee=change.assignee, note=change.note
    )
    try:
        items = (await handle_alerts(client, batch)).items
    except ApiRefusedError as error:
        if error.code not in _NO_ROUTE:
            raise
        if change.act is AlertAct.ASSIGN:
            raise OldDaemonError() from error
        items = tuple([await _by_itself(client, alert, change) for alert in alerts])
    return AlertReport(
        changed=[item.alert for item in items if item.alert is not None],
        refused=[item for item in items if item.alert is None],
    )


async def change_many(
    client: ConsoleClient,
    alerts: Sequence[Alert],
    change: AlertChange,
    *,
    done: Callable[[Sequence[Alert], int], None],
) -> AlertReport:
    """All of them, lot by lot; `done` gets what each lot changed and how many were asked for by then."""
    whole = AlertReport()
    for start in range(0, len(alerts), LOT):
        lot = alerts[start : start + LOT]
        report = await change_lot(client, lot, change)
        whole.changed += report.changed
        whole.refused += report.refused
        done(report.changed, start + len(lot))
    return whole


def fresh_alert(client: ConsoleClient, alert_id: str) -> Awaitable[Alert]:
    """As it is now."""
    return client.call("GET", f"/v1/alerts/{segment(alert_id)}", Alert, timeout_s=READ_TIMEOUT_S)


async def _by_itself(client: ConsoleClient, alert: Alert, change: AlertChange) -> AlertBatchItem:
    try:
        changed = await client.change_alert(alert.alert_id, change.to or alert.status, change.note)
    except ApiRefusedError as error:
        return AlertBatchItem(alert_id=alert.alert_id, code=error.code, message=error.message)
    return AlertBatchItem(alert_id=alert.alert_id, alert=changed)
