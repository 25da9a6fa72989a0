"""Client functions of alert delivery. They raise what `ApiClient` raises."""

from typing import Final

from .calling import Calling, segment
from .delivery import DeadLetter, DeliveryReason, DeliveryStatus, DeliveryTest, MuteRequest
from .requests import Nothing
from .wire import Page

_TEST_TIMEOUT_S: Final = 150.0
"""Beyond what the longest `timeout_s` of a channel lets a try take."""


async def delivery_status(client: Calling) -> DeliveryStatus:
    """How channels stand."""
    return await client.call("GET", "/v1/delivery", DeliveryStatus)


async def test_channel(client: Calling, channel: str, reason: str | None) -> DeliveryTest:
    """Send a test message now; may take two minutes."""
    path = f"/v1/delivery/channels/{segment(channel)}/test"
    return await client.call("POST", path, DeliveryTest, body=DeliveryReason(reason=reason), timeout_s=_TEST_TIMEOUT_S)


async def mute_channel(client: Calling, channel: str, request: MuteRequest) -> DeliveryStatus:
    """Let a channel wait, or not any more."""
    return await client.call("POST", f"/v1/delivery/channels/{segment(channel)}/mute", DeliveryStatus, body=request)


async def stop_delivery(client: Calling, reason: str | None) -> DeliveryStatus:
    """Send nothing until `start_delivery`."""
    return await client.call("POST", "/v1/delivery/stop", DeliveryStatus, body=DeliveryReason(reason=reason))


async def start_delivery(client: Calling, reason: str | None) -> DeliveryStatus:
    """Send what waits, and go on."""
    return await client.call("POST", "/v1/delivery/start", DeliveryStatus, body=DeliveryReason(reason=reason))


async def dead_letters(client: Calling) -> tuple[DeadLetter, ...]:
    """Newest first."""
    return (await client.call("GET", "/v1/delivery/dead", Page[DeadLetter])).items


async def retry_dead(client: Calling, message_id: str, reason: str | None) -> DeadLetter:
    """Have it sent again, under its old id."""
    path = f"/v1/delivery/dead/{segment(message_id)}/retry"
    return await client.call("POST", path, DeadLetter, body=DeliveryReason(reason=reason))


async def drop_dead(client: Calling, message_id: str, reason: str | None) -> None:
    """Give it up for good."""
    path = f"/v1/delivery/dead/{segment(message_id)}/drop"
    await client.call("POST", path, Nothing, body=DeliveryReason(reason=reason))
