"""The routes of exports."""

from ..api.exports import Export, ExportDecision, ExportQuery, ExportRequest
from ..api.requests import Nothing
from ..api.wire import Page
from ..exports_desk import OpenedBundle
from ..roles import Permission
from .bundle_download import BundleRoute
from .call import ApiRoute, Call
from .table import json_route


async def ask(call: Call, _query: Nothing, body: ExportRequest) -> Export:
    """Ask for an export."""
    return await call.service.desks.exports.ask(call.caller, body)


async def every(call: Call, query: ExportQuery, _body: Nothing) -> Page[Export]:
    """Exports, newest first."""
    return Page(items=await call.service.desks.exports.all(call.caller, query))


async def show(call: Call, _query: Nothing, _body: Nothing) -> Export:
    """One export."""
    return await call.service.desks.exports.one(call.caller, call.path["export_id"])


async def approve(call: Call, _query: Nothing, body: ExportDecision) -> Export:
    """The second person says yes."""
    return await call.service.desks.exports.approve(call.caller, call.path["export_id"], body)


async def refuse(call: Call, _query: Nothing, body: ExportDecision) -> Export:
    """The second person says no."""
    return await call.service.desks.exports.refuse(call.caller, call.path["export_id"], body)


async def fetch(call: Call) -> OpenedBundle:
    """Hand it over."""
    return await call.service.desks.exports.fetch(call.caller, call.path["export_id"])


EXPORTS_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="POST", path="/v1/exports", permission=Permission.EXPORT_ASK,
        summary="Ask for an export; what is in scope is counted now, another person decides",
        handler=ask, query=Nothing, body=ExportRequest, answer=Export, status=201,
    ),
    json_route(
        method="GET", path="/v1/exports", permission=Permission.EXPORT_READ, summary="Exports, newest first",
        handler=every, query=ExportQuery, body=Nothing, answer=Page[Export],
    ),
    json_route(
        method="GET", path="/v1/exports/{export_id}", permission=Permission.EXPORT_READ,
        summary="One export with its steps", handler=show, query=Nothing, body=Nothing, answer=Export,
    ),
    json_route(
        method="POST", path="/v1/exports/{export_id}/approve", permission=Permission.EXPORT_DECIDE,
        summary="Approve an export that another person asked for; needs a reason",
        handler=approve, query=Nothing, body=ExportDecision, answer=Export,
    ),
    json_route(
        method="POST", path="/v1/exports/{export_id}/refuse", permission=Permission.EXPORT_DECIDE,
        summary="Refuse an export that another person asked for; needs a reason",
        handler=refuse, query=Nothing, body=ExportDecision, answer=Export,
    ),
    BundleRoute(
        path="/v1/exports/{export_id}/bundle", permission=Permission.EXPORT_ASK,
        summary="The signed bundle of an approved export, for who asked for it, until it expires", handler=fetch,
    ),
)  # fmt: skip
