"""From the host's first packet to an authorised connection."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from .auth import HostKey, is_signed_by, new_token, parse_host_key
from .packets import (
    MAX_HANDSHAKE_PAYLOAD,
    MAX_PAYLOAD,
    STLS_VERSION,
    VERSION,
    Packet,
    ProtocolError,
    StreamWire,
    Verb,
    Wire,
    encode,
    read_packet,
)
from .tls import AdmitHost, accept_tls_after_stls

_AUTH_TOKEN: Final = 1
_AUTH_SIGNATURE: Final = 2
_AUTH_PUBLIC_KEY: Final = 3
_MAX_SIGNATURES: Final = 64
STEP_TIMEOUT_S: Final = 20.0
"""How long a host may take for each answer before it is authorised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What the phone says of itself when it connects."""

    product: str
    model: str
    device: str
    features: tuple[str, ...]

    def encode(self) -> bytes:
        """The CNXN payload."""
        return (
            f"device::ro.product.name={self.product};ro.product.model={self.model};"
            f"ro.product.device={self.device};features={','.join(self.features)}"
        ).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The phone's side of authorisation."""

    trusted: Callable[[], frozenset[HostKey]] | None
    """Keys allowed already; None asks for no authentication at all (`ro.adb.secure=0`)."""
    ask: Callable[[HostKey], Awaitable[None]]
    """Return when the person at the phone allows the key; never return otherwise."""
    admit: AdmitHost | None = None
    """Whether a host may come in by TLS, where nobody is asked; None lets in without TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An authorised connection."""

    wire: Wire
    max_payload: int
    """What the host takes in one packet, in bytes."""
    host_features: frozenset[str]
    is_tls: bool = False
    host_key: HostKey | None = None
    """Who it is; None when nobody asked."""


async def shake_hands(reader: asyncio.StreamReader, raw: StreamWire, banner: Banner, gate: Gate) -> Session:
    """Authenticate the host whose bytes `reader` gives and `raw` takes.

    Raise `ProtocolError`, `OSError`, `TimeoutError`; may wait for ever for the person.
    """
    hello = await _expect(raw, Verb.CNXN)
    wire: Wire = raw
    host_key = None
    if gate.admit is not None:
        await raw.write(encode(Packet(verb=Verb.STLS, arg0=STLS_VERSION, arg1=0)))
        async with asyncio.timeout(STEP_TIMEOUT_S):
            known = () if gate.trusted is None else gate.trusted()
            tls = await accept_tls_after_stls(raw, reader, gate.admit, known)
        wire, host_key = tls, tls.host_key
    elif gate.trusted is not None:
        host_key = await _authenticate(raw, gate.trusted(), gate.ask)
    await wire.write(encode(Packet(verb=Verb.CNXN, arg0=VERSION, arg1=MAX_PAYLOAD, payload=banner.encode())))
    return Session(
        wire=wire,
        max_payload=max(1024, min(hello.arg1, MAX_PAYLOAD)),
        host_features=_host_features(hello.payload),
        is_tls=gate.admit is not None,
        host_key=host_key,
    )


async def _authenticate(wire: Wire, trusted: frozenset[HostKey], ask: Callable[[HostKey], Awaitable[None]]) -> HostKey:
    token = new_token()
    for _ in range(_MAX_SIGNATURES):
        await wire.write(encode(Packet(verb=Verb.AUTH, arg0=_AUTH_TOKEN, arg1=0, payload=token)))
        answer = await _expect(wire, Verb.AUTH)
        if answer.arg0 == _AUTH_SIGNATURE:
            for key in trusted:
                if is_signed_by(key, token, answer.payload):
                    return key
        elif answer.arg0 == _AUTH_PUBLIC_KEY:
            try:
                key = parse_host_key(answer.payload)
            except ValueError as error:
                raise ProtocolError(str(error)) from error
            await _ask_while_connected(wire, ask(key))
            return key
        else:
            raise ProtocolError("unknown AUTH type")
    raise ProtocolError("too many signatures")


async def _ask_while_connected(wire: Wire, question: Awaitable[None]) -> None:
    asked = asyncio.ensure_future(question)
    gone = asyncio.ensure_future(wire.read_exactly(1))
    try:
        await asyncio.wait((asked, gone), return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            gone.result()
            raise ProtocolError("data before authorisation")
        await asked
    finally:
        asked.cancel()
        gone.cancel()
        await asyncio.gather(asked, gone, return_exceptions=True)


async def _expect(wire: Wire, verb: Verb) -> Packet:
    async with asyncio.timeout(STEP_TIMEOUT_S):
        packet = await read_packet(wire, max_payload=MAX_HANDSHAKE_PAYLOAD)
    if packet.verb is not verb:
        raise ProtocolError(f"expected {verb.name}")
    return packet


def _host_features(payload: bytes) -> frozenset[str]:
    text = payload.rstrip(b"\0").decode("utf-8", "replace")
    for part in text.split("::", 1)[-1].split(";"):
        if part.startswith("features="):
            return frozenset(part.removeprefix("features=").split(","))
    return frozenset()
