"""The routes of keeping and deleting."""

from ..api.requests import Nothing
from ..api.retention import (
    Deletion,
    DeletionQuery,
    Hold,
    HoldRequest,
    ReasonRequest,
    RetentionPass,
    RetentionRunRequest,
    RetentionState,
)
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def show(call: Call, _query: Nothing, _body: Nothing) -> RetentionState:
    """How keeping stands."""
    return await call.service.desks.retention.state(call.caller)


async def run(call: Call, _query: Nothing, body: RetentionRunRequest) -> RetentionPass:
    """A pass at once."""
    return await call.service.desks.retention.run(call.caller, body)


async def confirm(call: Call, _query: Nothing, body: ReasonRequest) -> RetentionState:
    """The clock is right."""
    return await call.service.desks.retention.confirm_clock(call.caller, body.reason)


async def list_holds(call: Call, _query: Nothing, _body: Nothing) -> Page[Hold]:
    """All holds."""
    return Page(items=await call.service.desks.retention.holds(call.caller))


async def place(call: Call, _query: Nothing, body: HoldRequest) -> Hold:
    """A new hold."""
    return await call.service.desks.retention.place_hold(call.caller, body)


async def end(call: Call, _query: Nothing, body: ReasonRequest) -> Hold:
    """The end of one."""
    return await call.service.desks.retention.end_hold(call.caller, call.path["hold_id"], body.reason)


async def list_deletions(call: Call, query: DeletionQuery, _body: Nothing) -> Page[Deletion]:
    """Certificates."""
    return Page(items=await call.service.desks.retention.deletions(call.caller, query))


RETENTION_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/retention", permission=Permission.RETENTION_READ,
        summary="How long each class of data is kept, what is due, whether the clock is trusted with deleting",
        handler=show, query=Nothing, body=Nothing, answer=RetentionState,
    ),
    json_route(
        method="POST", path="/v1/retention/run", permission=Permission.RETENTION_RUN,
        summary="Delete at once what is over its time, or only say what is",
        handler=run, query=Nothing, body=RetentionRunRequest, answer=RetentionPass,
    ),
    json_route(
        method="POST", path="/v1/retention/clock", permission=Permission.RETENTION_RUN,
        summary="Say that the clock is right after it jumped too far to be trusted with deleting",
        handler=confirm, query=Nothing, body=ReasonRequest, answer=RetentionState,
    ),
    json_route(
        method="GET", path="/v1/holds", permission=Permission.RETENTION_READ,
        summary="Legal holds, ended ones included, newest first",
        handler=list_holds, query=Nothing, body=Nothing, answer=Page[Hold],
    ),
    json_route(
        method="POST", path="/v1/holds", permission=Permission.HOLDS_CHANGE,
        summary="Place a legal hold: nothing it covers is deleted until its end",
        handler=place, query=Nothing, body=HoldRequest, answer=Hold, status=201,
    ),
    json_route(
        method="POST", path="/v1/holds/{hold_id}/end", permission=Permission.HOLDS_CHANGE,
        summary="End a legal hold before its time", handler=end, query=Nothing, body=ReasonRequest, answer=Hold,
    ),
    json_route(
        method="GET", path="/v1/deletions", permission=Permission.RETENTION_READ,
        summary="Certificates of deletion, newest first",
        handler=list_deletions, query=DeletionQuery, body=Nothing, answer=Page[Deletion],
    ),
)  # fmt: skip
