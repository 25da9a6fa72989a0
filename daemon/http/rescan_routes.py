"""The routes of re-scans."""

from ..api.requests import Nothing
from ..api.rescans import Rescan, RescanCancel, RescanRequest
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def start(call: Call, _query: Nothing, body: RescanRequest) -> Rescan:
    """A new one."""
    return await call.service.desks.rescans.start(call.caller, body)


async def list_all(call: Call, _query: Nothing, _body: Nothing) -> Page[Rescan]:
    """All that are remembered."""
    return Page(items=await call.service.desks.rescans.all(call.caller))


async def show(call: Call, _query: Nothing, _body: Nothing) -> Rescan:
    """One."""
    return await call.service.desks.rescans.one(call.caller, call.path["rescan_id"])


async def cancel(call: Call, _query: Nothing, body: RescanCancel) -> Rescan:
    """The end of one."""
    return await call.service.desks.rescans.cancel(call.caller, call.path["rescan_id"], body)


RESCAN_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="POST", path="/v1/rescans", permission=Permission.RESCAN,
        summary="Look through the archive with the rules in force, in the background",
        handler=start, query=Nothing, body=RescanRequest, answer=Rescan, status=202,
    ),
    json_route(
        method="GET", path="/v1/rescans", permission=Permission.RESCAN,
        summary="Re-scans and how far they are, newest first",
        handler=list_all, query=Nothing, body=Nothing, answer=Page[Rescan],
    ),
    json_route(
        method="GET", path="/v1/rescans/{rescan_id}", permission=Permission.RESCAN,
        summary="How a re-scan stands", handler=show, query=Nothing, body=Nothing, answer=Rescan,
    ),
    json_route(
        method="POST", path="/v1/rescans/{rescan_id}/cancel", permission=Permission.RESCAN,
        summary="End a re-scan early; what it found stays",
        handler=cancel, query=Nothing, body=RescanCancel, answer=Rescan,
    ),
)  # fmt: skip
