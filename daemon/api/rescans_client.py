"""Client functions of re-scans. They raise what `ApiClient` raises."""

from .calling import Calling, segment
from .rescans import Rescan, RescanCancel, RescanRequest
from .wire import Page


async def start_rescan(client: Calling, request: RescanRequest) -> Rescan:
    """Begin one; it goes on by itself."""
    return await client.call("POST", "/v1/rescans", Rescan, body=request)


async def rescans(client: Calling) -> tuple[Rescan, ...]:
    """Newest first."""
    return (await client.call("GET", "/v1/rescans", Page[Rescan])).items


async def rescan(client: Calling, rescan_id: str) -> Rescan:
    """How one stands."""
    return await client.call("GET", f"/v1/rescans/{segment(rescan_id)}", Rescan)


async def cancel_rescan(client: Calling, rescan_id: str, reason: str) -> Rescan:
    """End one early; what it found stays."""
    return await client.call(
        "POST", f"/v1/rescans/{segment(rescan_id)}/cancel", Rescan, body=RescanCancel(reason=reason)
    )
