"""The routes of provisioning."""

from ..api.provisioning import (
    AckOffer,
    AckReceipt,
    AckRequest,
    AckRequestOffer,
    ConfirmRequest,
    ProvisionCancel,
    ProvisionQuery,
    ProvisionRequest,
    ProvisionRun,
)
from ..api.requests import Nothing
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def start(call: Call, _query: Nothing, body: ProvisionRequest) -> ProvisionRun:
    """A new run."""
    return await call.service.desks.provisioning.start(call.caller, body)


async def list_all(call: Call, _query: Nothing, _body: Nothing) -> Page[ProvisionRun]:
    """All that are remembered."""
    return Page(items=await call.service.desks.provisioning.all(call.caller))


async def show(call: Call, query: ProvisionQuery, _body: Nothing) -> ProvisionRun:
    """One."""
    return await call.service.desks.provisioning.one(call.caller, call.path["run_id"], query)


async def cancel(call: Call, _query: Nothing, body: ProvisionCancel) -> ProvisionRun:
    """The end of one."""
    return await call.service.desks.provisioning.cancel(call.caller, call.path["run_id"], body)


async def confirm(call: Call, _query: Nothing, body: ConfirmRequest) -> ProvisionRun:
    """Done by hand."""
    return await call.service.desks.provisioning.confirm(call.caller, call.path["run_id"], body)


async def offer(call: Call, _query: Nothing, body: AckRequestOffer) -> AckOffer:
    """The notice for the employee."""
    return await call.service.desks.provisioning.offer(call.caller, call.path["run_id"], body)


async def acknowledge(call: Call, _query: Nothing, body: AckRequest) -> AckReceipt:
    """The code came back."""
    return await call.service.desks.provisioning.acknowledge(call.caller, call.path["run_id"], body)


async def receipt(call: Call, _query: Nothing, _body: Nothing) -> AckReceipt:
    """What was signed."""
    return await call.service.desks.provisioning.receipt(call.caller, call.path["serial"])


PROVISIONING_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="POST", path="/v1/provisioning", permission=Permission.PROVISION,
        summary="Bring phones to what a plan says, in the background; the same plan again finds its run",
        handler=start, query=Nothing, body=ProvisionRequest, answer=ProvisionRun, status=202,
    ),
    json_route(
        method="GET", path="/v1/provisioning", permission=Permission.PROVISION,
        summary="Runs of provisioning without their phones, newest first",
        handler=list_all, query=Nothing, body=Nothing, answer=Page[ProvisionRun],
    ),
    json_route(
        method="GET", path="/v1/provisioning/{run_id}", permission=Permission.PROVISION,
        summary="How a run stands; with `after` and `wait_s`, once that changed",
        handler=show, query=ProvisionQuery, body=Nothing, answer=ProvisionRun,
    ),
    json_route(
        method="POST", path="/v1/provisioning/{run_id}/cancel", permission=Permission.PROVISION,
        summary="End a run early; what was done on phones stays",
        handler=cancel, query=Nothing, body=ProvisionCancel, answer=ProvisionRun,
    ),
    json_route(
        method="POST", path="/v1/provisioning/{run_id}/confirm", permission=Permission.PROVISION,
        summary="A person did on a phone what the checklist says; the phone is looked at again",
        handler=confirm, query=Nothing, body=ConfirmRequest, answer=ProvisionRun,
    ),
    json_route(
        method="POST", path="/v1/provisioning/{run_id}/notice", permission=Permission.PROVISION,
        summary="Lay the notice before the employee with a one-time code, on the work phone or on the bench",
        handler=offer, query=Nothing, body=AckRequestOffer, answer=AckOffer,
    ),
    json_route(
        method="POST", path="/v1/provisioning/{run_id}/acknowledge", permission=Permission.PROVISION,
        summary="The employee gives the code back; the acknowledgement is signed and kept",
        handler=acknowledge, query=Nothing, body=AckRequest, answer=AckReceipt,
    ),
    json_route(
        method="GET", path="/v1/acknowledgements/{serial}", permission=Permission.ENROLMENTS_READ,
        summary="The newest signed acknowledgement of a phone",
        handler=receipt, query=Nothing, body=Nothing, answer=AckReceipt,
    ),
)  # fmt: skip
