"""The routes of wipes. One is asked for, agreed to and cancelled as a command."""

from ..api.requests import Nothing
from ..api.wiping import Wipe, WipeOutlook
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def outlook(call: Call, _query: Nothing, _body: Nothing) -> WipeOutlook:
    """Before it is asked for."""
    return await call.service.desks.wipes.outlook(call.caller, call.path["serial"])


async def show(call: Call, _query: Nothing, _body: Nothing) -> Wipe:
    """One."""
    return await call.service.desks.wipes.one(call.caller, call.path["command_id"])


WIPE_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/devices/{serial}/wipe", permission=Permission.COMMANDS_READ,
        summary="Whether a phone can be erased now, and what has to be known before",
        handler=outlook, query=Nothing, body=Nothing, answer=WipeOutlook,
    ),
    json_route(
        method="GET", path="/v1/wipes/{command_id}", permission=Permission.COMMANDS_READ,
        summary="How a wipe stands, stage by stage, with its certificate once the phone came back empty",
        handler=show, query=Nothing, body=Nothing, answer=Wipe,
    ),
)  # fmt: skip
