"""A bundle as an answer: made while it goes out, never held whole, cut off rather than completed with an error."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec
from aiohttp import web

from ..api.requests import Nothing
from ..roles import Permission
from ..service import Caller, Service
from .answers import HEADERS
from .call import MAX_PATH_PART, Call, invalid_request

SLOW_CLIENT_S = 60.0
"""A client that takes nothing for so long is dropped."""
BUNDLE_HEADER = "X-Shopwarden-Bundle"
"""Its id."""


class Opened(Protocol):
    """A bundle that may go out."""

    @property
    def bundle_id(self) -> str: ...
    @property
    def chunks(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRoute:
    """A route whose answer is a bundle."""

    path: str
    permission: Permission
    summary: str
    handler: Callable[[Call], Awaitable[Opened]]
    method: str = "POST"
    status: int = 200
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] = Nothing
    answer: type[msgspec.Struct] = Nothing
    content_type: str = "application/zip"

    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """A bundle is never whole in memory."""
        return b""

    async def serve(self, request: web.Request, service: Service, caller: Caller) -> web.StreamResponse:
        """Answer one. Raises ServiceError while the answer can still be an error."""
        parts = dict(request.match_info)
        if any(len(part) > MAX_PATH_PART for part in parts.values()):
            raise invalid_request("path part too long")
        opened = await self.handler(Call(service=service, caller=caller, path=parts))
        chunks = aiter(opened.chunks)
        response = web.StreamResponse(
            headers=HEADERS
            | {
                "Content-Type": self.content_type,
                "Content-Disposition": "attachment",
                BUNDLE_HEADER: opened.bundle_id,
            }
        )
        try:
            chunk = await anext(chunks, b"")  # most of what can fail does before the first piece
            await response.prepare(request)
            while chunk:
                async with asyncio.timeout(SLOW_CLIENT_S):
                    await response.write(chunk)
                chunk = await anext(chunks, b"")
            await response.write_eof()
        except Exception as error:
            if response.prepared and request.transport is not None:
                request.transport.abort()  # without its end no client takes it for the whole
            if not isinstance(error, TimeoutError | ConnectionError):
                raise
        finally:
            await _closed(chunks)
        return response


async def _closed(chunks: AsyncIterator[bytes]) -> None:
    close = getattr(chunks, "aclose", None)
    if close is not None:
        await close()
