"""Client functions of actions that follow a finding. They raise what `ApiClient` raises."""

from .calling import Calling
from .intercept import Intercept, InterceptQuery, InterceptStatus, SwitchIntercept
from .wire import Page


async def intercept_status(client: Calling) -> InterceptStatus:
    """Whether actions are taken, and what is in force."""
    return await client.call("GET", "/v1/intercept", InterceptStatus)


async def switch_intercept(client: Calling, request: SwitchIntercept) -> InterceptStatus:
    """Off ends at once what is in force."""
    return await client.call("POST", "/v1/intercept", InterceptStatus, body=request)


async def intercepts(client: Calling, query: InterceptQuery) -> tuple[Intercept, ...]:
    """Newest first."""
    named = {
        "device": query.device,
        "alert": query.alert,
        "is_open": None if query.is_open is None else str(query.is_open).lower(),
        "before": None if query.before is None else str(query.before),
        "limit": str(query.limit),
    }
    chosen = {name: value for name, value in named.items() if value is not None}
    return (await client.call("GET", "/v1/intercepts", Page[Intercept], query=chosen)).items
