"""Client functions of employees and of those who leave. They raise what `ApiClient` raises."""

from .calling import Calling, segment
from .leaving import ConfirmLeavingItem, Employee, LeaveRequest, Leaving, LeavingReport, UndoLeaving
from .wire import Page

_WRITING_S = 60.0


async def employees(client: Calling) -> tuple[Employee, ...]:
    """By name."""
    return (await client.call("GET", "/v1/employees", Page[Employee])).items


async def employee(client: Calling, name: str) -> Employee:
    """One, with what was handed over from and to them."""
    return await client.call("GET", f"/v1/employees/{segment(name)}", Employee)


async def leave_check(client: Calling, request: LeaveRequest) -> Leaving:
    """What would happen; nothing does."""
    return await client.call("POST", "/v1/leavings/check", Leaving, body=request, timeout_s=_WRITING_S)


async def leave(client: Calling, request: LeaveRequest) -> Leaving:
    """Somebody leaves."""
    return await client.call("POST", "/v1/leavings", Leaving, body=request, timeout_s=_WRITING_S)


async def leavings(client: Calling) -> tuple[Leaving, ...]:
    """Newest first."""
    return (await client.call("GET", "/v1/leavings", Page[Leaving])).items


async def leaving(client: Calling, leaving_id: str) -> Leaving:
    """One."""
    return await client.call("GET", f"/v1/leavings/{segment(leaving_id)}", Leaving)


async def undo_leaving(client: Calling, leaving_id: str, reason: str) -> Leaving:
    """Apps, collecting and ownership as before; refused once a phone was wiped."""
    path = f"/v1/leavings/{segment(leaving_id)}/undo"
    return await client.call("POST", path, Leaving, body=UndoLeaving(reason=reason), timeout_s=_WRITING_S)


async def confirm_leaving(client: Calling, leaving_id: str, item: str, note: str = "") -> Leaving:
    """A person did an item of the list."""
    path = f"/v1/leavings/{segment(leaving_id)}/items/{segment(item)}/confirm"
    return await client.call("POST", path, Leaving, body=ConfirmLeavingItem(note=note))


async def leaving_report(client: Calling, leaving_id: str) -> LeavingReport:
    """The hand-over with its conversations, masked."""
    return await client.call("GET", f"/v1/leavings/{segment(leaving_id)}/report", LeavingReport, timeout_s=_WRITING_S)
