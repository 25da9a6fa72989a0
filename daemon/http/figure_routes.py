"""The route of figures over time."""

from ..api.figures import FigureQuery, Figures
from ..api.requests import Nothing
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def figures(call: Call, query: FigureQuery, _body: Nothing) -> Figures:
    """What plots are drawn from."""
    return await call.service.desks.figures.figures(call.caller, query)


FIGURE_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/figures", permission=Permission.DEVICES_READ,
        summary="Figures over time: alerts by severity, how long customers waited (needs `events.read`), a battery",
        handler=figures, query=FigureQuery, body=Nothing, answer=Figures,
    ),
)  # fmt: skip
