"""The client's part of exports."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from .calling import READ_TIMEOUT_S, Calling, Fetching, segment
from .exports import Export, ExportDecision, ExportRequest, ExportState
from .wire import Page


async def ask_export(client: Calling, request: ExportRequest) -> Export:
    """Ask; what is in scope is counted now."""
    return await client.call("POST", "/v1/exports", Export, body=request, timeout_s=READ_TIMEOUT_S)


async def exports(client: Calling, state: ExportState | None) -> tuple[Export, ...]:
    """Newest first."""
    query = {} if state is None else {"state": state.value}
    return (await client.call("GET", "/v1/exports", Page[Export], query=query)).items


async def export(client: Calling, export_id: str) -> Export:
    """One with its steps."""
    return await client.call("GET", f"/v1/exports/{segment(export_id)}", Export)


async def approve_export(client: Calling, export_id: str, reason: str) -> Export:
    """As the second person."""
    path = f"/v1/exports/{segment(export_id)}/approve"
    return await client.call("POST", path, Export, body=ExportDecision(reason=reason))


async def refuse_export(client: Calling, export_id: str, reason: str) -> Export:
    """As the second person."""
    path = f"/v1/exports/{segment(export_id)}/refuse"
    return await client.call("POST", path, Export, body=ExportDecision(reason=reason))


def fetch_export(client: Fetching, export_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
    """The bundle in pieces."""
    return client.bundle(f"/v1/exports/{segment(export_id)}/bundle")
