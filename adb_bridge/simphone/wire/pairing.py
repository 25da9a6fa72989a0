"""Pairing as adbd does it: one port, one code, one host.

Source: AOSP `packages/modules/adb` `pairing_connection/`, `pairing_auth/` (Android 11+); checked against adb 36.0.0.

Over TLS 1.3 both sides prove by SPAKE2 that they know the code, bound to this very connection by 64 exported bytes.
What came out is the key with which each sends the other an 8192-byte `PeerInfo`: the host its public key, the phone
its guid. Packets have six bytes before them: version 1, type, length (big endian).
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .auth import HostKey, parse_host_key
from .packets import ProtocolError, Wire
from .sockets import open_streams
from .spake2 import Side, Spake2
from .tls import TlsWire, accept_tls

MAX_ATTEMPTS: Final = 20
"""Failed hosts after which the code is worth nothing any more (AOSP `kMaxPairingAttempts`)."""

MAX_CONNECTIONS: Final = 10
STEP_TIMEOUT_S: Final = 20.0
"""How long one host may take for everything."""

PEER_INFO_BYTES: Final = 8192
_VERSION: Final = 1
_MAX_PAYLOAD: Final = 2 * PEER_INFO_BYTES
_HEADER: Final = struct.Struct(">BBI")
_HOST: Final = b"adb pair client\0"
_PHONE: Final = b"adb pair server\0"
_EXPORT_LABEL: Final = b"adb-label\0"
_EXPORT_BYTES: Final = 64
_HKDF_INFO: Final = b"adb pairing_auth aes-128-gcm key"
_AES_KEY_BYTES: Final = 16
_RSA_PUBLIC_KEY: Final = 0
_DEVICE_GUID: Final = 1


class _Kind(IntEnum):
    SPAKE2 = 0
    PEER_INFO = 1


class PairingOutcome(StrEnum):
    """How a pairing ended."""

    PAIRED = "paired"
    GIVEN_UP = "given_up"
    """Too many hosts did not know the code."""
    CLOSED = "closed"
    """The person closed the dialog."""


class PairingCipher:
    """AES-128-GCM with the key of a finished exchange; each direction counts its messages."""

    def __init__(self, shared_key: bytes) -> None:
        self._aes = AESGCM(
            HKDF(algorithm=SHA256(), length=_AES_KEY_BYTES, salt=None, info=_HKDF_INFO).derive(shared_key)
        )
        self._sealed = 0
        self._opened = 0

    def seal(self, data: bytes) -> bytes:
        """Encrypt the next message."""
        self._sealed += 1
        return self._aes.encrypt(_nonce(self._sealed - 1), data, None)

    def open(self, data: bytes) -> bytes:
        """Decrypt the next message. Raise `ProtocolError` when the other side has another key."""
        try:
            opened = self._aes.decrypt(_nonce(self._opened), data, None)
        except InvalidTag as error:
            raise ProtocolError("wrong pairing code") from error
        self._opened += 1
        return opened


def _nonce(count: int) -> bytes:
    return count.to_bytes(8, "little") + bytes(4)


def device_peer_info(guid: str) -> bytes:
    """The phone's `PeerInfo`."""
    return (bytes((_DEVICE_GUID,)) + guid.encode()).ljust(PEER_INFO_BYTES, b"\0")


def host_of_peer_info(info: bytes) -> HostKey:
    """The key in a host's `PeerInfo`. Raise `ProtocolError` when there is none."""
    if len(info) != PEER_INFO_BYTES or info[0] != _RSA_PUBLIC_KEY:
        raise ProtocolError("not a host's PeerInfo")
    try:
        return parse_host_key(info[1:].split(b"\0", 1)[0])
    except ValueError as error:
        raise ProtocolError(str(error)) from error


async def pair_host(wire: TlsWire, code: bytes, guid: str) -> HostKey:
    """The phone's side of one exchange. Raise `ProtocolError` for a host that does not know the code, `OSError`."""
    password = code + wire.export_secret(_EXPORT_LABEL, _EXPORT_BYTES)
    exchange = Spake2(Side.BOB, alice=_HOST, bob=_PHONE, password=password)
    await _send(wire, _Kind.SPAKE2, exchange.message)
    try:
        key = exchange.finish(await _receive(wire, _Kind.SPAKE2))
    except ValueError as error:
        raise ProtocolError("not a point") from error
    cipher = PairingCipher(key)
    await _send(wire, _Kind.PEER_INFO, cipher.seal(device_peer_info(guid)))
    return host_of_peer_info(cipher.open(await _receive(wire, _Kind.PEER_INFO)))


async def _send(wire: Wire, kind: _Kind, payload: bytes) -> None:
    await wire.write(_HEADER.pack(_VERSION, kind, len(payload)) + payload)


async def _receive(wire: Wire, kind: _Kind) -> bytes:
    version, found, length = _HEADER.unpack(await wire.read_exactly(_HEADER.size))
    if version != _VERSION or found != kind or not 0 < length <= _MAX_PAYLOAD:
        raise ProtocolError("not a pairing packet")
    return await wire.read_exactly(length)


class PairingServer:
    """The open pairing dialog: ends with the first host that knows the code, too many that do not, or `close`."""

    def __init__(
        self,
        *,
        code: str,
        guid: str,
        on_paired: Callable[[HostKey], None],
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        """`code` is the six digits of the dialog or the password of a QR code. Raise `ValueError` when empty.

        `on_paired` comes before `on_end`, which comes once whatever the outcome.
        """
        if not code:
            raise ValueError("a pairing needs a code")
        self._code = code.encode()
        self._guid = guid
        self._on_paired = on_paired
        self._on_end = on_end
        self._failures = 0
        self._accepting: asyncio.Task[None] | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._outcome: asyncio.Future[PairingOutcome] = asyncio.get_running_loop().create_future()

    @property
    def outcome(self) -> PairingOutcome | None:
        """How it ended; None while hosts may come."""
        return self._outcome.result() if self._outcome.done() else None

    def open(self, host: str, port: int = 0) -> str:
        """Listen; port 0 takes a free one. Return `IP:PORT` for `adb pair`. Raise `OSError`."""
        listener = socket.create_server((host, port), backlog=MAX_CONNECTIONS)
        listener.setblocking(False)
        self._accepting = asyncio.get_running_loop().create_task(self._accept(listener))
        # Not before the loop has let go of it: the number may be another socket's at once.
        self._accepting.add_done_callback(lambda _task: listener.close())
        name = listener.getsockname()
        return f"{name[0]}:{name[1]}"

    def close(self) -> None:
        """The person closes the dialog. Silent when the pairing has ended."""
        self._end(PairingOutcome.CLOSED)

    async def wait(self) -> PairingOutcome:
        """Return when the pairing has ended."""
        return await asyncio.shield(self._outcome)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            if len(self._connections) >= MAX_CONNECTIONS:
                connection.close()
                continue
            task = asyncio.create_task(self._serve(connection))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: socket.socket) -> None:
        reader, raw = await open_streams(connection)
        try:
            async with asyncio.timeout(STEP_TIMEOUT_S):
                wire = await accept_tls(raw, reader, lambda _key: True)
                key = await pair_host(wire, self._code, self._guid)
        except (ProtocolError, OSError):
            self._failures += 1
            if self._failures >= MAX_ATTEMPTS:
                self._end(PairingOutcome.GIVEN_UP)
        else:
            self._on_paired(key)
            self._end(PairingOutcome.PAIRED)
        finally:
            raw.close()

    def _end(self, outcome: PairingOutcome) -> None:
        if self._outcome.done():
            return
        self._outcome.set_result(outcome)
        if self._accepting is not None:
            self._accepting.cancel()
        me = asyncio.current_task()
        for task in tuple(self._connections):
            if task is not me:
                task.cancel()
        self._on_end()
