"""The routes of shop-held PINs."""

from ..api.pins import PinLine, PinOf, PinReason, PinsForgotten, PinToKeep, ShownPin
from ..api.requests import Nothing
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def list_all(call: Call, query: PinOf, _body: Nothing) -> Page[PinLine]:
    """That they are kept."""
    return Page(items=await call.service.desks.pins.all(call.caller, query.device))


async def show(call: Call, _query: Nothing, body: PinReason) -> ShownPin:
    """One, opened."""
    return await call.service.desks.pins.show(call.caller, call.path["serial"], body.reason)


async def keep(call: Call, _query: Nothing, body: PinToKeep) -> PinLine:
    """One that was typed."""
    return await call.service.desks.pins.keep(call.caller, call.path["serial"], body)


async def forget(call: Call, _query: Nothing, body: PinReason) -> PinsForgotten:
    """All of a phone."""
    return await call.service.desks.pins.forget(call.caller, call.path["serial"], body.reason)


PIN_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/pins", permission=Permission.PINS_READ,
        summary="Which phones the shop holds PINs of, without the PINs",
        handler=list_all, query=PinOf, body=Nothing, answer=Page[PinLine],
    ),
    json_route(
        method="POST", path="/v1/devices/{serial}/pin/show", permission=Permission.PINS_SHOW,
        summary="Open the PIN of a phone; audited, and only so many an hour",
        handler=show, query=Nothing, body=PinReason, answer=ShownPin,
    ),
    json_route(
        method="POST", path="/v1/devices/{serial}/pin", permission=Permission.PINS_CHANGE,
        summary="Keep a PIN that a person typed: one that the phone has, or is to get by `set_pin`",
        handler=keep, query=Nothing, body=PinToKeep, answer=PinLine,
    ),
    json_route(
        method="POST", path="/v1/devices/{serial}/pin/forget", permission=Permission.PINS_CHANGE,
        summary="Forget every PIN of a phone and destroy the key they were under",
        handler=forget, query=Nothing, body=PinReason, answer=PinsForgotten,
    ),
)  # fmt: skip
