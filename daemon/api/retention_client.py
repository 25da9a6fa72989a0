"""Client functions of keeping and deleting. They raise what `ApiClient` raises."""

from .calling import Calling, segment
from .retention import (
    Deletion,
    Hold,
    HoldRequest,
    ReasonRequest,
    RetentionPass,
    RetentionRunRequest,
    RetentionState,
)
from .wire import Page

PASS_TIMEOUT_S = 3_600.0


async def retention_state(client: Calling) -> RetentionState:
    """How keeping stands."""
    return await client.call("GET", "/v1/retention", RetentionState)


async def run_retention(client: Calling, request: RetentionRunRequest) -> RetentionPass:
    """Delete at once what is over its time; may take minutes."""
    return await client.call("POST", "/v1/retention/run", RetentionPass, body=request, timeout_s=PASS_TIMEOUT_S)


async def confirm_clock(client: Calling, reason: str) -> RetentionState:
    """A person says that the daemon's clock is right."""
    return await client.call("POST", "/v1/retention/clock", RetentionState, body=ReasonRequest(reason=reason))


async def holds(client: Calling) -> tuple[Hold, ...]:
    """Ended ones too, newest first."""
    return (await client.call("GET", "/v1/holds", Page[Hold])).items


async def place_hold(client: Calling, request: HoldRequest) -> Hold:
    """From its commit on nothing it covers is deleted."""
    return await client.call("POST", "/v1/holds", Hold, body=request)


async def end_hold(client: Calling, hold_id: str, reason: str) -> Hold:
    """End it before its time."""
    path = f"/v1/holds/{segment(hold_id)}/end"
    return await client.call("POST", path, Hold, body=ReasonRequest(reason=reason))


async def deletions(client: Calling, *, limit: int = 200, before: int | None = None) -> tuple[Deletion, ...]:
    """Certificates, newest first."""
    query = {"limit": str(limit)} | ({} if before is None else {"before": str(before)})
    return (await client.call("GET", "/v1/deletions", Page[Deletion], query=query)).items
