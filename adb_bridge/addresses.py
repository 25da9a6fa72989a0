"""Network addresses of phones, and what the server says about connecting to one."""

import re
from enum import StrEnum

_DEFAULT_PORT = 5555
_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::([0-9]{1,5}))?")


class ConnectOutcome(StrEnum):
    """The server's verdict on `host:connect`."""

    CONNECTED = "connected"
    ALREADY = "already"
    AUTH_PENDING = "auth_pending"
    """The phone asks its holder whether to trust this computer, or did so a moment ago; the device list will tell."""
    TURNED_AWAY = "turned_away"
    """Somebody is there and ended the handshake: wireless debugging that does not know this computer. Pair first."""
    FAILED = "failed"


def parse_address(address: str) -> str:
    """`host:port` as the adb server will name the transport; port 5555 when none is given.

    Raises:
        ValueError: not an address; nothing else may reach the server's request line.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None or not 0 < int(match[1] or _DEFAULT_PORT) < 65536:
        raise ValueError("not a host:port address")
    return address if match[1] else f"{address}:{_DEFAULT_PORT}"


def parse_verdict(words: str) -> ConnectOutcome:
    """The text after OKAY is the verdict (adb 34-36, `connect_device` in client/transport_local/socket_spec).

    `connected to X` · `already connected to X` · `failed to authenticate to X` · `failed to connect to 'X': Connection
    refused` · `failed to connect to X`: the TCP connection was there. Said after 10 s it means silence, said at once
    that TLS was refused (adb 36); see `Bridge`.
    """
    if words.startswith("connected to "):
        return ConnectOutcome.CONNECTED
    if words.startswith("already connected to "):
        return ConnectOutcome.ALREADY
    if words.startswith("failed to authenticate to "):
        return ConnectOutcome.AUTH_PENDING
    if re.fullmatch(r"failed to connect to [^\s']+", words):
        return ConnectOutcome.TURNED_AWAY
    return ConnectOutcome.FAILED
