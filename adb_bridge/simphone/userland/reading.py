"""How programs read: files and stdin in pieces, never a whole file in memory."""

import asyncio
from collections.abc import AsyncIterator

from ..contents import PIECE, Content, Stored
from ..pipes import Input
from .call import Call, encode


def open_path(call: Call, path: str) -> Content:
    """A file's content; `/proc/uptime` and `/dev/null` are made up. Raise `OSError` with the errno's text."""
    if path == "/proc/uptime":
        up = call.handset.uptime_s()
        return Stored(encode(f"{up:.2f} {up * 6.1:.2f}\n"))
    if path == "/dev/null":
        return Stored()
    return call.handset.files.open(path)


async def pieces_of(call: Call, path: str) -> AsyncIterator[bytes]:
    """The bytes of a file as they are when each piece is read, or of stdin for `-`. Raise `OSError` at once."""
    if path == "-":
        while data := await call.stdin.read():
            yield data
        return
    async for piece in content_pieces(open_path(call, path)):
        yield piece


async def content_pieces(content: Content, *, offset: int = 0, size: int | None = None) -> AsyncIterator[bytes]:
    """At most `size` bytes from `offset`. Lets others run between pieces: reading 2 GB takes a while."""
    while size is None or size > 0:
        piece = content.read(offset, PIECE if size is None else min(PIECE, size))
        if not piece:
            return
        offset += len(piece)
        size = None if size is None else size - len(piece)
        yield piece
        await asyncio.sleep(0)


async def lines_of(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines with their newline; the last one may lack it."""
    rest = b""
    async for data in source:
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest


async def input_pieces(source: Input) -> AsyncIterator[bytes]:
    """The pieces of an input."""
    while data := await source.read():
        yield data


async def each_piece(call: Call, paths: tuple[str, ...]) -> AsyncIterator[bytes]:
    """All files one after another (stdin for none), complaining about those that cannot be read."""
    for path in paths or ("-",):
        try:
            async for piece in pieces_of(call, path):
                yield piece
        except OSError as error:
            await call.complain(f"{call.argv[0]}: {path}: {error}")
