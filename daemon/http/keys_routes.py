"""The routes of the keys desk."""

from ..api.keys import KeyringView, RotateRequest, Rotation
from ..api.requests import Nothing
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def ways(call: Call, _query: Nothing, _body: Nothing) -> KeyringView:
    """The ways in."""
    return await call.service.desks.keys.ways(call.caller)


async def rotate(call: Call, _query: Nothing, body: RotateRequest) -> Rotation:
    """A new root."""
    return await call.service.desks.keys.rotate(call.caller, body.reason)


KEYS_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/keys", permission=Permission.KEYS_MANAGE,
        summary="The ways into the vault, and what should be done about them",
        handler=ways, query=Nothing, body=Nothing, answer=KeyringView,
    ),
    json_route(
        method="POST", path="/v1/keys/rotate", permission=Permission.KEYS_MANAGE,
        summary="A new root key, sealed to every way in; needs a reason, audited and ledgered",
        handler=rotate, query=Nothing, body=RotateRequest, answer=Rotation,
    ),
)  # fmt: skip
