"""Requests and answers about reaching phones: who announces itself, pairing, wireless debugging."""

from typing import Annotated, Literal

import msgspec

from .wire import Wire

Endpoint = Annotated[str, msgspec.Meta(min_length=3, max_length=300)]


class AnnouncedPhone(Wire, frozen=True, kw_only=True):
    """A phone that announces itself on the local network. Its name is a claim."""

    service: Literal["connect", "pairing", "tcpip"]
    """Wireless debugging, its open pairing window, or `adb tcpip`."""
    instance: str
    address: str
    """`host:port`: of `pairing` for `devices pair`, else for `devices connect`."""
    serial: str | None
    """The serial in the name."""
    state: Literal["connected", "known", "new"]
    """`known`: enrolled or connected before; it is connected to by itself."""


class PairRequest(Wire, frozen=True, kw_only=True):
    """Pair with the address and the code that a phone shows under "Pair device with pairing code"."""

    address: Endpoint
    code: Annotated[str, msgspec.Meta(min_length=6, max_length=80)]


class PairingReport(Wire, frozen=True, kw_only=True):
    """How a pairing stands."""

    pairing_id: str
    """Empty for a pairing by code, which is over when it is answered."""
    state: str
    """`waiting`, `pairing`, `connecting`; ends: `connected`, `paired` (and not connected), `wrong_code`, `unreachable`,
    `failed`, `expired`."""
    is_over: bool
    payload: str | None = None
    """The text of the QR code while it waits to be scanned; whoever sees it can pair a phone."""
    expires_in_s: float | None = None
    """Of the QR code."""
    address: str | None = None
    serial: str | None = None
    """Who answered, once it is connected."""


class WirelessRequest(Wire, frozen=True, kw_only=True):
    switch: Literal["on", "off"]


class WirelessSwitched(Wire, frozen=True, kw_only=True):
    outcome: str
    """`on`, `off`, `asked` (a question on the phone's screen, or no Wi-Fi), `refused`, `unsupported`."""
    address: str | None = None
    """`host:port`, when the phone told it."""
