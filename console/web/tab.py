"""One browser tab: its socket on one side, a console of its own on the other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

import msgspec
from aiohttp import WSMsgType, web

from .service import ConsoleService

MOST_MESSAGE_BYTES: Final = 256 * 1024
"""A paste. More is no keyboard."""
MOST_CELLS: Final = 500
LEAST_CELLS: Final = 20
ENDED: Final = 4001
"""Close code: the login is over, or the console was opened in another tab."""

Cells = Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class _Size(msgspec.Struct, frozen=True):
    width: Cells
    height: Cells


_text = msgspec.json.Decoder(str)
_size = msgspec.json.Decoder(_Size)


class Tab:
    """Lives as long as its socket. `touched` is called at each key, `is_over` says when to stop."""

    def __init__(
        self,
        command: Sequence[str],
        socket: web.WebSocketResponse,
        *,
        session: str,
        language: str,
        touched: Callable[[], Awaitable[None]],
    ) -> None:
        self._socket = socket
        self._touched = touched
        self._service = ConsoleService(
            command,
            session=session,
            language=language,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._closed,
        )

    async def serve(self, width: int, height: int) -> None:
        """Start the console and pass keys on until either end is gone; the console has ended when this returns."""
        try:
            await self._service.start(cells(width), cells(height))
            async for message in self._socket:
                if message.type is not WSMsgType.TEXT or not await self._take(message.data):
                    break
        finally:
            await asyncio.shield(self._service.stop())

    async def end(self) -> None:
        """From our side; `serve` returns then."""
        await self._socket.close(code=ENDED)

    async def _closed(self) -> None:
        await self._socket.close()

    async def _take(self, data: str) -> bool:
        """False for what no page of ours sends."""
        try:
            name, content = _parts(data)
            match name:
                case "stdin":
                    await self._touched()
                    await self._service.send_bytes(_text.decode(content).encode("utf-8", "replace"))
                case "resize":
                    size = _size.decode(content)
                    await self._service.set_terminal_size(cells(size.width), cells(size.height))
                case "ping":
                    await self._socket.send_json(["pong", _text.decode(content)[:40]])
                case "focus":
                    await self._service.focus()
                case "blur":
                    await self._service.blur()
                case _:
                    return False
        except (msgspec.DecodeError, ValueError, ConnectionError):
            return False
        return True


def cells(count: int) -> int:
    """A width or height that a console can be drawn in."""
    return min(max(count, LEAST_CELLS), MOST_CELLS)


def _parts(data: str) -> tuple[str, msgspec.Raw]:
    """The name of a message and what comes with it. Raises msgspec.DecodeError."""
    raw = msgspec.json.decode(data, type=list[msgspec.Raw])
    if not raw:
        raise msgspec.DecodeError("empty")
    return _text.decode(raw[0]), raw[1] if len(raw) > 1 else msgspec.Raw(b"null")
