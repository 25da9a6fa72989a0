"""Server-sent events as this API uses them: `id:` lines, one `data:` line of JSON an event, comments as heartbeats.

Written after the WHATWG HTML standard, section 9.2.6; a line ends with LF or CRLF.
"""

from collections.abc import AsyncIterable, AsyncIterator

HEARTBEAT = b": alive\n\n"
HEARTBEAT_S = 15.0
"""Seconds of silence after which the daemon sends a heartbeat; a client gives up after three."""
MAX_EVENT_BYTES = 4 * 1024 * 1024


class SseTooLargeError(Exception):
    """One event is larger than any of ours can be."""


def encode_event(payload: bytes, event_id: int | None) -> bytes:
    """One event. `payload` is JSON without line breaks."""
    head = b"" if event_id is None else b"id: %d\n" % event_id
    return head + b"data: " + payload + b"\n\n"


async def read_payloads(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The `data` of each event, in order; ends with the stream. An unfinished last event is dropped.

    Raises SseTooLargeError past MAX_EVENT_BYTES.
    """
    rest = bytearray()
    data: list[bytes] = []
    size = 0
    async for chunk in chunks:
        rest += chunk
        *lines, tail = bytes(rest).split(b"\n") if b"\n" in chunk else (bytes(rest),)
        rest = bytearray(tail)
        for line in lines:
            text = line.removesuffix(b"\r")
            if not text:
                if data:
                    yield b"\n".join(data)
                data, size = [], 0
            elif text.startswith(b"data:"):
                data.append(text[5:].removeprefix(b" "))
                size += len(text)
        if size + len(rest) > MAX_EVENT_BYTES:
            raise SseTooLargeError
