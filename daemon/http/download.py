"""An attachment's bytes as an answer: never held whole, never cached, cut off rather than completed with an error."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from aiohttp import web

from ..api.requests import OpenAttachmentRequest
from ..api.transport import SHA256_HEADER
from ..service import Caller, Service
from .answers import HEADERS
from .call import MAX_PATH_PART, invalid_request

SLOW_CLIENT_S = 60.0
"""A client that takes nothing for so long is dropped."""
_MOST_DIGITS = 6


async def serve(request: web.Request, payload: bytes, service: Service, caller: Caller) -> web.StreamResponse:
    """Answer one download. Raises ServiceError while the answer can still be an error."""
    event_id, number = request.match_info["event_id"], request.match_info["number"]
    if len(event_id) > MAX_PATH_PART or len(number) > _MOST_DIGITS or not (number.isascii() and number.isdecimal()):
        raise invalid_request("the path ends with an event's id, `attachments` and a number from 1")
    try:
        body = msgspec.json.decode(payload, type=OpenAttachmentRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid_request(str(error)) from error
    opened = await service.attachment(caller, event_id, int(number), body.reason)
    chunks = aiter(opened.chunks)
    chunk = await _next(chunks)  # a missing file is found here
    response = web.StreamResponse(
        headers=HEADERS
        | {
            # What the phone called it is in the event; a header of ours would make it ours.
            "Content-Type": "application/octet-stream",
            "Content-Disposition": "attachment",
            "Content-Length": str(opened.size_bytes),
            SHA256_HEADER: opened.sha256,
        }
    )
    try:
        await response.prepare(request)
        while chunk:
            async with asyncio.timeout(SLOW_CLIENT_S):
                await response.write(chunk)
            chunk = await _next(chunks)
        await response.write_eof()
    except Exception as error:
        if request.transport is not None:
            request.transport.abort()  # fewer bytes than announced: no client takes them for the whole
        if not isinstance(error, TimeoutError | ConnectionError):
            raise
    return response


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    return await anext(chunks, b"")
