"""The routes of an alert's life: who looks after it, what was done with it, many at once."""

from ..api.alert_life import AlertBatch, AlertBatchReport, AlertStep, AssignAlert
from ..api.requests import Nothing
from ..api.wire import Alert, Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def history(call: Call, _query: Nothing, _body: Nothing) -> Page[AlertStep]:
    """What was done with it."""
    return Page(items=await call.service.desks.alerts.history(call.caller, call.path["alert_id"]))


async def assign(call: Call, _query: Nothing, body: AssignAlert) -> Alert:
    """Who looks after it."""
    return await call.service.desks.alerts.assign(call.caller, call.path["alert_id"], body)


async def batch(call: Call, _query: Nothing, body: AlertBatch) -> AlertBatchReport:
    """The same with many."""
    return await call.service.desks.alerts.batch(call.caller, body)


ALERT_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/alerts/{alert_id}/history", permission=Permission.ALERTS_READ,
        summary="What was done with an alert, oldest first",
        handler=history, query=Nothing, body=Nothing, answer=Page[AlertStep],
    ),
    json_route(
        method="POST", path="/v1/alerts/batch", permission=Permission.ALERTS_HANDLE,
        summary="Handle up to 500 alerts the same way; each by itself, one audit entry names them",
        handler=batch, query=Nothing, body=AlertBatch, answer=AlertBatchReport,
    ),
    json_route(
        method="POST", path="/v1/alerts/{alert_id}/assignee", permission=Permission.ALERTS_HANDLE,
        summary="Say who looks after an alert; nobody with null",
        handler=assign, query=Nothing, body=AssignAlert, answer=Alert,
    ),
)  # fmt: skip
"""Before the route of one status: `assignee` is none."""
