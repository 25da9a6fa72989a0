"""A file as the body of a request, never whole in memory; the answer tells how its import goes, a line of JSON each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Final

import msgspec
from aiohttp import ClientError, web

from ..api.importing import ImportReport
from ..service import Caller, Service
from .answers import HEADERS
from .call import MAX_PATH_PART, invalid_request

SLOW_CLIENT_S: Final = 60.0
"""A client that sends or takes nothing for so long is dropped."""
_PIECE_BYTES: Final = 256 * 1024
_TOLD_EVERY_S: Final = 0.5


async def serve(request: web.Request, service: Service, caller: Caller) -> web.StreamResponse:
    """Take one file. Raises ServiceError while the answer can still be an error."""
    import_id = request.match_info["import_id"]
    if len(import_id) > MAX_PATH_PART:
        raise invalid_request("path part too long")
    async with aclosing(service.import_file(caller, import_id, _body(request))) as reports:
        first = await anext(reports)  # a refusal is found here
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "application/jsonl"})
        loop = asyncio.get_running_loop()
        told_s = loop.time()
        try:
            await response.prepare(request)
            await _tell(response, first)
            async for report in reports:
                if report.is_done or loop.time() - told_s >= _TOLD_EVERY_S:
                    told_s = loop.time()
                    await _tell(response, report)
            await response.write_eof()
        except Exception as error:
            if request.transport is not None:
                request.transport.abort()  # without a last report: no client takes it for done
            if not isinstance(error, TimeoutError | ConnectionError):
                raise
    return response


async def _tell(response: web.StreamResponse, report: ImportReport) -> None:
    async with asyncio.timeout(SLOW_CLIENT_S):
        await response.write(msgspec.json.encode(report) + b"\n")


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    pieces = aiter(request.content.iter_chunked(_PIECE_BYTES))
    while True:
        try:
            async with asyncio.timeout(SLOW_CLIENT_S):
                piece = await anext(pieces, b"")
        except (TimeoutError, ConnectionError, ClientError, web.HTTPException, ValueError):
            raise invalid_request("the file did not arrive") from None
        if not piece:
            return
        yield piece
