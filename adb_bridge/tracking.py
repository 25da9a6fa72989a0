"""`host:track-devices`: four hex digits of length, then the whole list, `serial TAB state NEWLINE` (adb 34-36)."""

from collections.abc import AsyncIterator

from .records import AdbState, Transport, TransportSerial
from .streams import DeviceStream, HostLink, adopt, take_socket

_MOST_TRANSPORTS = 1024
_LONGEST_SERIAL = 256


async def track(link: HostLink) -> AsyncIterator[tuple[Transport, ...]]:
    """The list now and at every change, until the server ends or says something else.

    Raises:
        ServerUnavailableError: no server.
    """
    stream: DeviceStream = await adopt(await take_socket(link, lambda client: client.track()))
    try:
        while True:
            header = await stream.read_exactly(4)
            try:
                size = int(header, 16)
            except ValueError:
                return
            listing = await stream.read_exactly(size)
            if len(listing) < size:
                return
            yield parse_transports(listing)
    finally:
        stream.abort()


def parse_transports(listing: bytes) -> tuple[Transport, ...]:
    """One list. Total on any bytes: what is no `serial TAB state` line is left out, unknown states are UNKNOWN.

    Only a newline ends a line: a name announced on the LAN may hold other separators, and must not pass for a phone.
    """
    transports: dict[str, Transport] = {}
    for line in listing.decode(errors="replace").split("\n")[:_MOST_TRANSPORTS]:
        serial, tab, state = line.partition("\t")
        if tab and serial and len(serial) <= _LONGEST_SERIAL and serial.isprintable():
            transports[serial] = Transport(serial=TransportSerial(serial), state=parse_state(state))
    return tuple(transports.values())


def parse_state(words: str) -> AdbState:
    """`connection_state_name` of adb's transport.cpp; `no permissions` is followed by advice for udev rules."""
    if words.startswith(AdbState.NO_PERMISSIONS):
        return AdbState.NO_PERMISSIONS
    try:
        return AdbState(words)
    except ValueError:
        return AdbState.UNKNOWN
