"""Client functions of shop-held PINs. They raise what `ApiClient` raises."""

from .calling import Calling, segment
from .pins import PinLine, PinReason, PinsForgotten, PinToKeep, ShownPin
from .wire import Page


async def pins(client: Calling, device: str | None = None) -> tuple[PinLine, ...]:
    """What is kept, without the PINs."""
    query = None if device is None else {"device": device}
    return (await client.call("GET", "/v1/pins", Page[PinLine], query=query)).items


async def show_pin(client: Calling, serial: str, reason: str) -> ShownPin:
    """Open one; the audit entry is durable before the answer leaves."""
    return await client.call("POST", f"/v1/devices/{segment(serial)}/pin/show", ShownPin, body=PinReason(reason=reason))


async def keep_pin(client: Calling, serial: str, request: PinToKeep) -> PinLine:
    """Keep one that a person typed."""
    return await client.call("POST", f"/v1/devices/{segment(serial)}/pin", PinLine, body=request)


async def forget_pins(client: Calling, serial: str, reason: str) -> PinsForgotten:
    """Remove all of a phone, with their key."""
    path = f"/v1/devices/{segment(serial)}/pin/forget"
    return await client.call("POST", path, PinsForgotten, body=PinReason(reason=reason))
