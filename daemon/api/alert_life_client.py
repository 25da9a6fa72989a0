"""Client functions of alerts beyond one step of one: pages, who looks after it, history, many at once.

They raise what `ApiClient` raises; an older daemon refuses with `request.no_such_route`, and with `request.invalid` the
assignment, which it takes for a status.
"""

from .alert_life import AlertBatch, AlertBatchReport, AlertStep, AssignAlert
from .calling import READ_TIMEOUT_S, Calling, segment
from .query_text import query_of
from .requests import AlertQuery
from .wire import Alert, Page

BATCH_TIMEOUT_S = 60.0


async def find_alerts(client: Calling, query: AlertQuery) -> Page[Alert]:
    """Newest first. `next_before` of a page is `before` of the next; None at the end."""
    return await client.call("GET", "/v1/alerts", Page[Alert], query=query_of(query), timeout_s=READ_TIMEOUT_S)


async def alert_history(client: Calling, alert_id: str) -> tuple[AlertStep, ...]:
    """What was done with it, oldest first; empty for one that nobody touched."""
    path = f"/v1/alerts/{segment(alert_id)}/history"
    return (await client.call("GET", path, Page[AlertStep], timeout_s=READ_TIMEOUT_S)).items


async def assign_alert(client: Calling, alert_id: str, request: AssignAlert) -> Alert:
    """Say who looks after it."""
    path = f"/v1/alerts/{segment(alert_id)}/assignee"
    return await client.call("POST", path, Alert, body=request, timeout_s=READ_TIMEOUT_S)


async def handle_alerts(client: Calling, batch: AlertBatch) -> AlertBatchReport:
    """The same with up to 500 of them."""
    return await client.call("POST", "/v1/alerts/batch", AlertBatchReport, body=batch, timeout_s=BATCH_TIMEOUT_S)
