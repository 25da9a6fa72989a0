"""Client functions of commands beyond the queue itself. They raise what `ApiClient` raises."""

from .batches import Approval, Batch, BatchPreview, BatchRequest, CommandQuery, Decision, DeviceVerbs, Rejection
from .calling import Calling, segment
from .wire import Command, Page


async def find_commands(client: Calling, query: CommandQuery) -> Page[Command]:
    """Newest first; `next_before` is for the next page."""
    named = {
        "device": query.device,
        "state": None if query.state is None else query.state.value,
        "is_open": None if query.is_open is None else str(query.is_open).lower(),
        "batch": query.batch,
        "before": None if query.before is None else str(query.before),
        "limit": str(query.limit),
    }
    chosen = {name: value for name, value in named.items() if value is not None}
    return await client.call("GET", "/v1/commands", Page[Command], query=chosen)


async def preview_batch(client: Calling, request: BatchRequest) -> BatchPreview:
    """Which phones it would be for. Nothing is sent."""
    return await client.call("POST", "/v1/batches/preview", BatchPreview, body=request)


async def submit_batch(client: Calling, request: BatchRequest) -> Batch:
    """Queue one command for each phone."""
    return await client.call("POST", "/v1/batches", Batch, body=request)


async def batches(client: Calling, limit: int = 50) -> tuple[Batch, ...]:
    """Newest first, without their phones."""
    return (await client.call("GET", "/v1/batches", Page[Batch], query={"limit": str(limit)})).items


async def batch(client: Calling, batch_id: str) -> Batch:
    """With every phone's command as it is now."""
    return await client.call("GET", f"/v1/batches/{segment(batch_id)}", Batch)


async def approve_command(client: Calling, command_id: str, approval: Approval) -> Command:
    """Agree to what another person asked for."""
    return await client.call("POST", f"/v1/commands/{segment(command_id)}/approve", Command, body=approval)


async def reject_command(client: Calling, command_id: str, reason: str) -> Command:
    """Refuse what waits for approval."""
    path = f"/v1/commands/{segment(command_id)}/reject"
    return await client.call("POST", path, Command, body=Rejection(reason=reason))


async def decide_command(client: Calling, command_id: str, decision: Decision) -> Command:
    """Say whether it happened."""
    return await client.call("POST", f"/v1/commands/{segment(command_id)}/decide", Command, body=decision)


async def device_verbs(client: Calling, serial: str) -> DeviceVerbs:
    """What this phone can be told."""
    return await client.call("GET", f"/v1/devices/{segment(serial)}/verbs", DeviceVerbs)
