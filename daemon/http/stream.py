"""The live stream: server-sent events with the ledger index as id, heartbeats, and no patience with a slow client."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import msgspec
from aiohttp import web

from ..api.requests import Index, StreamQuery
from ..api.sse import HEARTBEAT, HEARTBEAT_S, encode_event
from ..api.wire import StreamItem, StreamKind
from ..roles import Permission, may
from ..service import Caller, Service
from .answers import HEADERS
from .call import decode_query, invalid_request

SLOW_CLIENT_S = 20.0
"""A client that takes nothing for so long is dropped; it resumes by Last-Event-ID."""
_FIRST_ITEM_S = 5.0
"""Less than a client waits for the answer to begin."""
_LOOK_S = 1.0
"""How soon a client that went away is noticed."""

NEEDED: dict[StreamKind, Permission] = {
    StreamKind.HELLO: Permission.HELLO,
    StreamKind.EVENT: Permission.EVENTS_READ,
    StreamKind.ALERT: Permission.ALERTS_READ,
    StreamKind.DEVICE: Permission.DEVICES_READ,
    StreamKind.COMMAND: Permission.COMMANDS_READ,
    StreamKind.HEALTH: Permission.HEALTH,
    StreamKind.RESET: Permission.STREAM,
}
"""What a role must have to be told of an item, whatever the service sends."""


async def serve(
    request: web.Request, service: Service, caller: Caller, stopping: asyncio.Event, is_out: Callable[[], bool]
) -> web.StreamResponse:
    """Answer one stream request; returns when the client went away, may not hear more (`is_out`) or the daemon stops.
    Raises ServiceError early."""
    items = aiter(service.stream(caller, _start(request)))
    upcoming = asyncio.ensure_future(_next(items))
    stopped = asyncio.ensure_future(stopping.wait())
    response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    loop = asyncio.get_running_loop()
    try:
        # The service refuses before its first item, while the answer can still be an error.
        await asyncio.wait({upcoming}, timeout=_FIRST_ITEM_S)
        if upcoming.done() and (failure := upcoming.exception()) is not None:
            raise failure
        await response.prepare(request)
        written_at = loop.time()
        while not stopping.is_set() and request.transport is not None and not request.transport.is_closing():
            await asyncio.wait({upcoming, stopped}, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            if is_out():
                break
            payload = b""
            if upcoming.done():
                item = upcoming.result()
                if item is None:
                    break
                upcoming = asyncio.ensure_future(_next(items))
                if may(caller.role, NEEDED[item.kind]):
                    payload = encode_event(msgspec.json.encode(item), item.ledger_index)
            if not payload and loop.time() - written_at >= HEARTBEAT_S:
                payload = HEARTBEAT
            if payload:
                async with asyncio.timeout(SLOW_CLIENT_S):
                    await response.write(payload)
                written_at = loop.time()
    except (TimeoutError, ConnectionError):
        _hang_up(request)
    except Exception:  # noqa: BLE001 - told by the server's last handler; the open answer cannot become an error page
        if response.prepared:
            _hang_up(request)
        raise
    finally:
        stopped.cancel()
        upcoming.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait({upcoming})
        close = getattr(items, "aclose", None)
        if close is not None:
            await close()
    return response


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _next(items: AsyncIterator[StreamItem]) -> StreamItem | None:
    return await anext(items, None)


def _start(request: web.Request) -> int | None:
    header = request.headers.get("Last-Event-ID")
    if header is None:
        return decode_query(request, StreamQuery).after
    try:
        return msgspec.convert(header, type=Index, strict=False)
    except msgspec.ValidationError as error:
        raise invalid_request(f"Last-Event-ID: {error}") from error
