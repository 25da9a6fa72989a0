"""TLS 1.3 as adbd speaks it, after STLS and for pairing: the device is the server and looks at the host's key.

An adb host presents a self-signed certificate made from its RSA key; only the key counts (AOSP `auth.cpp`,
`adbd_tls_verify_cert`). A host with several keys learns which one is known from the issuers that the device names
(`adb_ca_list.cpp`: O=AdbKey-0, CN=SHA-256 of the public key; checked against adb 36.0.0). Hosts do not check the
device's certificate: it is a fixed test pair in `../data`.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from OpenSSL import SSL, crypto

from .auth import HostKey
from .packets import ProtocolError, StreamWire
from .tls_start import TlsSource

AdmitHost = Callable[[HostKey], bool]
"""Whether a host with this key may come in."""

_ADB_KEY: Final = "AdbKey-0"
_CHUNK_BYTES: Final = 256 * 1024
_RECORD_BYTES: Final = 16 * 1024


@cache
def _device_pair() -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    data = resources.files("adb_bridge.simphone") / "data"
    certificate = x509.load_pem_x509_certificate((data / "device-cert.pem").read_bytes())
    key = load_pem_private_key((data / "device-key.pem").read_bytes(), password=None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return certificate, key


class TlsWire:
    """A byte stream inside TLS. `shake_hands` comes first."""

    def __init__(self, raw: StreamWire, source: TlsSource, admit: AdmitHost, known: Iterable[HostKey] = ()) -> None:
        """`source` reads what `raw` carries; `admit` is asked once, during `shake_hands`; hosts are told of `known`."""
        self._raw = raw
        self._source = source
        self._admit = admit
        self._host_key: HostKey | None = None
        self._refused = False
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_3_VERSION)
        certificate, key = _device_pair()
        context.use_certificate(certificate)
        context.use_privatekey(key)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        for known_key in known:
            context.add_client_ca(_issuer_of(known_key))
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._verify)
        self._tls = SSL.Connection(context, None)
        self._tls.set_accept_state()

    @property
    def host_key(self) -> HostKey:
        """The key that was admitted. Raise `RuntimeError` before `shake_hands`."""
        if self._host_key is None:
            raise RuntimeError("no handshake yet")
        return self._host_key

    async def shake_hands(self) -> None:
        """Become secure. Raise `ProtocolError` when the host is not admitted or does not speak TLS 1.3, `OSError`."""
        while True:
            try:
                self._tls.do_handshake()
            except SSL.WantReadError:
                await self._flush()
                await self._feed()
            except SSL.Error as error:
                await self._flush()
                raise ProtocolError("host not admitted" if self._refused else "TLS handshake failed") from error
            else:
                await self._flush()
                return

    async def read_exactly(self, size: int) -> bytes:
        """Read `size` bytes. Raise `ConnectionResetError` when the host ends it first."""
        data = bytearray()
        while len(data) < size:
            try:
                data += self._tls.recv(min(size - len(data), _RECORD_BYTES))
            except SSL.WantReadError:
                await self._feed()
            except SSL.Error as error:
                raise ConnectionResetError("host closed the connection") from error
        return bytes(data)

    async def write(self, data: bytes) -> None:
        """Send everything, waiting while the send buffer is full."""
        try:
            self._tls.sendall(data)
        except SSL.Error as error:
            raise ConnectionResetError("host closed the connection") from error
        await self._flush()

    def export_secret(self, label: bytes, size: int) -> bytes:
        """`size` bytes that only the two ends of this connection know (RFC 8446 §7.5)."""
        return self._tls.export_keying_material(label, size)

    def abort(self) -> None:
        """Drop the connection now, as a pulled cable does."""
        self._raw.abort()

    def _verify(self, _connection: SSL.Connection, certificate: crypto.X509, _error: int, depth: int, _ok: int) -> bool:
        """Called for every complaint about a self-signed certificate; what counts is the key."""
        if depth or self._refused:
            return False
        if self._host_key is None:
            self._refused = True
            key = _key_of(certificate)
            if key is None or not self._admit(key):
                return False
            self._host_key, self._refused = key, False
        return True

    async def _feed(self) -> None:
        data = await self._source.read()
        if not data:
            raise ConnectionResetError("host closed the connection")
        self._tls.bio_write(data)

    async def _flush(self) -> None:
        parts: list[bytes] = []
        while True:
            try:
                parts.append(self._tls.bio_read(_CHUNK_BYTES))
            except SSL.WantReadError:
                break
        if parts:
            await self._raw.write(b"".join(parts))


def _key_of(certificate: crypto.X509) -> HostKey | None:
    """The RSA key of a pyOpenSSL certificate; None for every other kind, which adb hosts do not have."""
    try:
        key = certificate.to_cryptography().public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPublicKey):
        return None
    numbers = key.public_numbers()
    return HostKey(modulus=numbers.n, exponent=numbers.e)


@lru_cache(maxsize=64)
def _issuer_of(key: HostKey) -> x509.Certificate:
    """A certificate whose subject names the key; nothing else of it is sent."""
    public = RSAPublicNumbers(key.exponent, key.modulus).public_key()
    info = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, _ADB_KEY),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, hashlib.sha256(info).hexdigest().upper()),
        ]
    )
    device, signer = _device_pair()
    times = (device.not_valid_before_utc, device.not_valid_after_utc)
    return x509.CertificateBuilder(name, name, signer.public_key(), 1, *times).sign(signer, SHA256())


async def accept_tls(raw: StreamWire, reader: asyncio.StreamReader, admit: AdmitHost) -> TlsWire:
    """TLS from the first byte, as the pairing port has it. Raise as `TlsWire.shake_hands`."""
    wire = TlsWire(raw, TlsSource(reader), admit)
    await wire.shake_hands()
    return wire


async def accept_tls_after_stls(
    raw: StreamWire, reader: asyncio.StreamReader, admit: AdmitHost, known: Iterable[HostKey]
) -> TlsWire:
    """TLS after the host's answer to our STLS. Raise as `TlsWire.shake_hands`."""
    source = TlsSource(reader)
    await source.take_stls()
    wire = TlsWire(raw, source, admit, known)
    await wire.shake_hands()
    return wire
