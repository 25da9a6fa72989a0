"""The routes of actions that follow a finding."""

from ..api.intercept import Intercept, InterceptQuery, InterceptStatus, SwitchIntercept
from ..api.requests import Nothing
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def status(call: Call, _query: Nothing, _body: Nothing) -> InterceptStatus:
    """Whether they are taken."""
    return await call.service.desks.intercept.status(call.caller)


async def switch(call: Call, _query: Nothing, body: SwitchIntercept) -> InterceptStatus:
    """On or off."""
    return await call.service.desks.intercept.switch(call.caller, body)


async def list_intercepts(call: Call, query: InterceptQuery, _body: Nothing) -> Page[Intercept]:
    """Newest first."""
    found = await call.service.desks.intercept.page(call.caller, query)
    return Page(items=found, next_before=found[-1].ledger_index if found else None)


INTERCEPT_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/intercept", permission=Permission.INTERCEPT_READ,
        summary="Whether actions follow findings by themselves, and how many are in force",
        handler=status, query=Nothing, body=Nothing, answer=InterceptStatus,
    ),
    json_route(
        method="POST", path="/v1/intercept", permission=Permission.INTERCEPT_SWITCH,
        summary="The kill switch: off undoes at once what is in force",
        handler=switch, query=Nothing, body=SwitchIntercept, answer=InterceptStatus,
    ),
    json_route(
        method="GET", path="/v1/intercepts", permission=Permission.INTERCEPT_READ,
        summary="Actions that followed findings, newest first",
        handler=list_intercepts, query=InterceptQuery, body=Nothing, answer=Page[Intercept],
    ),
)  # fmt: skip
