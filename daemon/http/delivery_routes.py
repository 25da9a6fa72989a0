"""The routes of alert delivery."""

from ..api.delivery import DeadLetter, DeliveryReason, DeliveryStatus, DeliveryTest, MuteRequest
from ..api.requests import Nothing
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def status(call: Call, _query: Nothing, _body: Nothing) -> DeliveryStatus:
    """How channels stand."""
    return await call.service.desks.delivery.status(call.caller)


async def test(call: Call, _query: Nothing, body: DeliveryReason) -> DeliveryTest:
    """A test message."""
    return await call.service.desks.delivery.test(call.caller, call.path["channel"], body)


async def mute(call: Call, _query: Nothing, body: MuteRequest) -> DeliveryStatus:
    """A channel waits."""
    return await call.service.desks.delivery.mute(call.caller, call.path["channel"], body)


async def stop(call: Call, _query: Nothing, body: DeliveryReason) -> DeliveryStatus:
    """All of them wait."""
    return await call.service.desks.delivery.stop(call.caller, body)


async def start(call: Call, _query: Nothing, body: DeliveryReason) -> DeliveryStatus:
    """None of them waits."""
    return await call.service.desks.delivery.start(call.caller, body)


async def dead(call: Call, _query: Nothing, _body: Nothing) -> Page[DeadLetter]:
    """What was given up."""
    return Page(items=await call.service.desks.delivery.dead(call.caller))


async def retry(call: Call, _query: Nothing, body: DeliveryReason) -> DeadLetter:
    """Again."""
    return await call.service.desks.delivery.retry(call.caller, call.path["message_id"], body)


async def drop(call: Call, _query: Nothing, body: DeliveryReason) -> Nothing:
    """For good."""
    await call.service.desks.delivery.drop(call.caller, call.path["message_id"], body)
    return Nothing()


DELIVERY_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/delivery", permission=Permission.DELIVERY_READ,
        summary="Channels of alert delivery and how they stand",
        handler=status, query=Nothing, body=Nothing, answer=DeliveryStatus,
    ),
    json_route(
        method="POST", path="/v1/delivery/stop", permission=Permission.DELIVERY_MANAGE,
        summary="Send no alert anywhere until started again; they are collected meanwhile",
        handler=stop, query=Nothing, body=DeliveryReason, answer=DeliveryStatus,
    ),
    json_route(
        method="POST", path="/v1/delivery/start", permission=Permission.DELIVERY_MANAGE,
        summary="Send what waits, and go on",
        handler=start, query=Nothing, body=DeliveryReason, answer=DeliveryStatus,
    ),
    json_route(
        method="POST", path="/v1/delivery/channels/{channel}/test", permission=Permission.DELIVERY_MANAGE,
        summary="Send a test message over a channel and say what became of it",
        handler=test, query=Nothing, body=DeliveryReason, answer=DeliveryTest,
    ),
    json_route(
        method="POST", path="/v1/delivery/channels/{channel}/mute", permission=Permission.DELIVERY_MANAGE,
        summary="Let a channel wait for some minutes; 0: not any more",
        handler=mute, query=Nothing, body=MuteRequest, answer=DeliveryStatus,
    ),
    json_route(
        method="GET", path="/v1/delivery/dead", permission=Permission.DELIVERY_READ,
        summary="Messages that were given up, newest first",
        handler=dead, query=Nothing, body=Nothing, answer=Page[DeadLetter],
    ),
    json_route(
        method="POST", path="/v1/delivery/dead/{message_id}/retry", permission=Permission.DELIVERY_MANAGE,
        summary="Have a message that was given up sent again, under its old id",
        handler=retry, query=Nothing, body=DeliveryReason, answer=DeadLetter,
    ),
    json_route(
        method="POST", path="/v1/delivery/dead/{message_id}/drop", permission=Permission.DELIVERY_MANAGE,
        summary="Give a message up for good", handler=drop, query=Nothing, body=DeliveryReason, answer=Nothing,
    ),
)  # fmt: skip
