"""The routes of backtracking. Numbers come in bodies: addresses end in logs."""

from ..api.requests import Nothing
from ..api.timeline import TimelinePage, TimelineQuery, TimelineRevealRequest
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def read(call: Call, _query: Nothing, body: TimelineQuery) -> TimelinePage:
    """A masked stretch."""
    return await call.service.desks.timeline.masked(call.caller, body)


async def reveal(call: Call, _query: Nothing, body: TimelineRevealRequest) -> TimelinePage:
    """The same unmasked, audited."""
    return await call.service.desks.timeline.revealed(call.caller, body.query, body.reason)


TIMELINE_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="POST", path="/v1/timeline", permission=Permission.EVENTS_READ,
        summary="A masked stretch of a conversation around a moment, across sources and phones, oldest first",
        handler=read, query=Nothing, body=TimelineQuery, answer=TimelinePage,
    ),
    json_route(
        method="POST", path="/v1/timeline/reveal", permission=Permission.EVENTS_REVEAL,
        summary="The same unmasked; needs a reason, leaves an audit entry, limited per person",
        handler=reveal, query=Nothing, body=TimelineRevealRequest, answer=TimelinePage,
    ),
)  # fmt: skip
