"""The routes of employees and of those who leave."""

from ..api.leaving import (
    ConfirmLeavingItem,
    Employee,
    LeaveRequest,
    Leaving,
    LeavingQuery,
    LeavingReport,
    UndoLeaving,
)
from ..api.requests import Nothing
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def list_employees(call: Call, _query: Nothing, _body: Nothing) -> Page[Employee]:
    """By name."""
    return Page(items=await call.service.desks.leaving.employees(call.caller))


async def show_employee(call: Call, _query: Nothing, _body: Nothing) -> Employee:
    """One."""
    return await call.service.desks.leaving.employee(call.caller, call.path["name"])


async def check(call: Call, _query: Nothing, body: LeaveRequest) -> Leaving:
    """Look before."""
    return await call.service.desks.leaving.check(call.caller, body)


async def leave(call: Call, _query: Nothing, body: LeaveRequest) -> Leaving:
    """Begin."""
    return await call.service.desks.leaving.leave(call.caller, body)


async def list_leavings(call: Call, query: LeavingQuery, _body: Nothing) -> Page[Leaving]:
    """Newest first."""
    return Page(items=await call.service.desks.leaving.page(call.caller, query))


async def show_leaving(call: Call, _query: Nothing, _body: Nothing) -> Leaving:
    """One."""
    return await call.service.desks.leaving.one(call.caller, call.path["leaving_id"])


async def undo(call: Call, _query: Nothing, body: UndoLeaving) -> Leaving:
    """As before."""
    return await call.service.desks.leaving.undo(call.caller, call.path["leaving_id"], body)


async def confirm(call: Call, _query: Nothing, body: ConfirmLeavingItem) -> Leaving:
    """Done by hand."""
    path = call.path
    return await call.service.desks.leaving.confirm(call.caller, path["leaving_id"], path["item"], body)


async def report(call: Call, _query: Nothing, _body: Nothing) -> LeavingReport:
    """The hand-over."""
    return await call.service.desks.leaving.report(call.caller, call.path["leaving_id"])


LEAVING_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/employees", permission=Permission.EMPLOYEES_READ,
        summary="Whom records name, with their phones and whether they leave",
        handler=list_employees, query=Nothing, body=Nothing, answer=Page[Employee],
    ),
    json_route(
        method="GET", path="/v1/employees/{name}", permission=Permission.EMPLOYEES_READ,
        summary="One employee, with what was handed over from and to them",
        handler=show_employee, query=Nothing, body=Nothing, answer=Employee,
    ),
    json_route(
        method="POST", path="/v1/leavings/check", permission=Permission.EMPLOYEES_LEAVE,
        summary="What would happen if somebody left; nothing does",
        handler=check, query=Nothing, body=LeaveRequest, answer=Leaving,
    ),
    json_route(
        method="POST", path="/v1/leavings", permission=Permission.EMPLOYEES_LEAVE,
        summary="Somebody leaves: suspend the apps, end the collecting, hand over what is theirs",
        handler=leave, query=Nothing, body=LeaveRequest, answer=Leaving, status=201,
    ),
    json_route(
        method="GET", path="/v1/leavings", permission=Permission.EMPLOYEES_READ, summary="Who leaves, newest first",
        handler=list_leavings, query=LeavingQuery, body=Nothing, answer=Page[Leaving],
    ),
    json_route(
        method="GET", path="/v1/leavings/{leaving_id}", permission=Permission.EMPLOYEES_READ,
        summary="How a leaving stands, phone by phone",
        handler=show_leaving, query=Nothing, body=Nothing, answer=Leaving,
    ),
    json_route(
        method="POST", path="/v1/leavings/{leaving_id}/undo", permission=Permission.EMPLOYEES_LEAVE,
        summary="Apps, collecting and ownership as before; not after a wipe",
        handler=undo, query=Nothing, body=UndoLeaving, answer=Leaving,
    ),
    json_route(
        method="POST", path="/v1/leavings/{leaving_id}/items/{item}/confirm", permission=Permission.EMPLOYEES_LEAVE,
        summary="A person did an item of the list",
        handler=confirm, query=Nothing, body=ConfirmLeavingItem, answer=Leaving,
    ),
    json_route(
        method="GET", path="/v1/leavings/{leaving_id}/report", permission=Permission.EMPLOYEES_READ,
        summary="The hand-over report, masked; reading it is audited",
        handler=report, query=Nothing, body=Nothing, answer=LeavingReport,
    ),
)  # fmt: skip
