"""From the host's first packet to an authorised connection."""

import asyncio
import socket
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
    SocketWire,
    StreamWire,
    Verb,
    Wire,
    encode,
    read_packet,
)
from .tls import device_context
from .tls_start import take_tls_start

_AUTH_TOKEN: Final = 1
_AUTH_SIGNATURE: Final = 2
_AUTH_PUBLIC_KEY: Final = 3
_MAX_SIGNATURES: Final = 64
_READ_LIMIT: Final = 4 * MAX_PAYLOAD
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
    uses_tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An authorised connection."""

    wire: StreamWire
    max_payload: int
    """What the host takes in one packet, in bytes."""
    host_features: frozenset[str]
    is_tls: bool = False


async def shake_hands(connection: socket.socket, banner: Banner, gate: Gate) -> Session:
    """Authenticate the host. Raise `ProtocolError`, `OSError`; may wait for ever for the person."""
    raw = SocketWire(connection)
    hello = await _expect(raw, Verb.CNXN)
    if gate.uses_tls:
        await raw.write(encode(Packet(verb=Verb.STLS, arg0=STLS_VERSION, arg1=0)))
        async with asyncio.timeout(STEP_TIMEOUT_S):
            connection = await take_tls_start(connection)
    elif gate.trusted is not None:
        await _authenticate(raw, gate.trusted(), gate.ask)
    wire = await _to_streams(connection, gate)
    try:
        await wire.write(encode(Packet(verb=Verb.CNXN, arg0=VERSION, arg1=MAX_PAYLOAD, payload=banner.encode())))
    except BaseException:
        # From here on the socket belongs to the transport; closing it under the transport would confuse the loop.
        wire.abort()
        raise
    features = _host_features(hello.payload)
    return Session(
        wire=wire,
        max_payload=max(1024, min(hello.arg1, MAX_PAYLOAD)),
        host_features=features,
        is_tls=gate.uses_tls,
    )


async def _authenticate(wire: Wire, trusted: frozenset[HostKey], ask: Callable[[HostKey], Awaitable[None]]) -> None:
    token = new_token()
    for _ in range(_MAX_SIGNATURES):
        await wire.write(encode(Packet(verb=Verb.AUTH, arg0=_AUTH_TOKEN, arg1=0, payload=token)))
        answer = await _expect(wire, Verb.AUTH)
        if answer.arg0 == _AUTH_SIGNATURE:
            if any(is_signed_by(key, token, answer.payload) for key in trusted):
                return
        elif answer.arg0 == _AUTH_PUBLIC_KEY:
            try:
                key = parse_host_key(answer.payload)
            except ValueError as error:
                raise ProtocolError(str(error)) from error
            await _ask_while_connected(wire, ask(key))
            return
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


async def _to_streams(connection: socket.socket, gate: Gate) -> StreamWire:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_READ_LIMIT, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    context = device_context() if gate.uses_tls else None
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
    return StreamWire(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


def _host_features(payload: bytes) -> frozenset[str]:
    text = payload.rstrip(b"\0").decode("utf-8", "replace")
    for part in text.split("::", 1)[-1].split(";"):
        if part.startswith("features="):
            return frozenset(part.removeprefix("features=").split(","))
    return frozenset()
