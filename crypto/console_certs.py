"""Certificates between a daemon and the consoles of other machines: the daemon is the only authority of its shop.

An identity is made once: an authority, and the key that the daemon's listener has. A console makes its own key and
asks for a certificate; whom it is for and what they may do is not in it, the daemon looks that up by the public key.
P-256 and SHA-256 throughout. Certificates of daemons begin in the past and end late: nobody's clock may keep a shop
out, the pin of the public key decides. Those of consoles are short-lived.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .errors import CryptoErrorCode, IntegrityError
from .keys import SecretKey
from .record_seal import RecordSeal

CONSOLE_DAYS: Final = 90
MAX_REQUEST_BYTES: Final = 4096
_FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2070, 1, 1, tzinfo=UTC)
_CLOCKS_DIFFER: Final = timedelta(days=1)
_PLACE: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleCertificate:
    """A console's."""

    pem: str
    not_after: datetime


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed of an identity."""

    instance: str
    authority_key: bytes
    authority: bytes
    server_key: bytes
    server: bytes


class DaemonIdentity:
    """What a daemon is to consoles. Its private keys leave this object sealed, or for the listener."""

    __slots__ = ("_kept", "instance", "server_spki")

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept
        self.instance: Final = kept.instance
        """16 random hexadecimal digits."""
        self.server_spki: Final = spki_of_certificate(kept.server)
        """SHA-256 of the listener's public key: the pin."""

    @property
    def authority_pem(self) -> str:
        """The certificate that consoles trust, and only this one."""
        return _pem(self._kept.authority)

    def listener_pem(self) -> SecretKey:
        """Key and certificate of the listener, for the TLS library."""
        key = load_der_private_key(self._kept.server_key, password=None)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return SecretKey(secret + _pem(self._kept.server).encode())

    def certificate_for(self, public_key: bytes, *, name: str, now: datetime) -> ConsoleCertificate:
        """For a console whose public key (SubjectPublicKeyInfo) it is. ValueError for a key of another kind."""
        authority_key = _private(self._kept.authority_key)
        authority = x509.load_der_x509_certificate(self._kept.authority)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        not_after = now.replace(microsecond=0) + timedelta(days=CONSOLE_DAYS)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(authority.subject)
            .public_key(_public(public_key))
            .serial_number(x509.random_serial_number())
            .not_valid_before(now.replace(microsecond=0) - _CLOCKS_DIFFER)
            .not_valid_after(not_after)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
            .add_extension(identifier, critical=False)
            .sign(authority_key, SHA256())
        )
        return ConsoleCertificate(pem=_pem(certificate.public_bytes(Encoding.DER)), not_after=not_after)

    def sealed(self, seal: RecordSeal) -> bytes:
        """For the archive."""
        return seal.seal(msgspec.msgpack.encode(self._kept), _PLACE)

    def __repr__(self) -> str:
        return f"DaemonIdentity({self.instance!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an identity is not pickled or copied")


def new_identity() -> DaemonIdentity:
    """Of a daemon that never spoke to another machine."""
    instance = secrets.token_hex(8)
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _name(f"shopwarden {instance}")
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    authority = (
        _long_lived(issuer, authority_key.public_key(), issuer)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, SHA256())
    )
    server = (
        _long_lived(_name("shopwarden daemon"), server_key.public_key(), issuer)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host_of(instance))]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(authority_key, SHA256())
    )
    return DaemonIdentity(
        _Kept(
            instance=instance,
            authority_key=_key_bytes(authority_key),
            authority=authority.public_bytes(Encoding.DER),
            server_key=_key_bytes(server_key),
            server=server.public_bytes(Encoding.DER),
        )
    )


def unsealed_identity(sealed: bytes, seal: RecordSeal) -> DaemonIdentity:
    """What `DaemonIdentity.sealed` gave. IntegrityError(SEALED_DAMAGED) for anything else."""
    try:
        return DaemonIdentity(msgspec.msgpack.decode(seal.open(sealed, _PLACE), type=_Kept))
    except (msgspec.DecodeError, ValueError):
        raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, "identity") from None


def host_of(instance: str) -> str:
    """The name in a daemon's certificate: no name of a network, and of no shop."""
    return f"{instance}.shopwarden.internal"


class ConsoleKey:
    """A console's private key before it has a certificate."""

    __slots__ = ("_key", "spki")

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.spki: Final = hashlib.sha256(_public_bytes(self._key.public_key())).digest()

    def request(self) -> bytes:
        """A signing request (DER): proves that whoever sends it has the key."""
        builder = x509.CertificateSigningRequestBuilder().subject_name(_name("shopwarden console"))
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.DER)

    def pem(self) -> SecretKey:
        """For a file that only its owner reads."""
        return SecretKey(self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def __repr__(self) -> str:
        return "ConsoleKey(<hidden>)"


def read_request(request: bytes) -> bytes:
    """The public key (SubjectPublicKeyInfo) of a signing request. ValueError: damaged, forged, another kind of key."""
    if len(request) > MAX_REQUEST_BYTES:
        raise ValueError("a signing request of that size")
    try:
        read = x509.load_der_x509_csr(request)
        is_signed, key = read.is_signature_valid, read.public_key()
    except (InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion, TypeError):
        raise ValueError("a signing request of another kind") from None
    if not is_signed:
        raise ValueError("a signing request without its signature")
    public = _public_bytes(key)
    _public(public)
    return public


def spki_of_certificate(certificate: bytes) -> bytes:
    """SHA-256 of a certificate's public key. ValueError when it is none."""
    return hashlib.sha256(public_key_of(certificate)).digest()


def public_key_of(certificate: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate (DER). ValueError when it is none."""
    return _public_bytes(x509.load_der_x509_certificate(certificate).public_key())


def _long_lived(subject: x509.Name, key: ec.EllipticCurvePublicKey, issuer: x509.Name) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FIRST)
        .not_valid_after(_LAST)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _private(der: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_der_private_key(der, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # made here
    return key


def _public(der: bytes) -> ec.EllipticCurvePublicKey:
    key = load_der_public_key(der)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("a key of another kind")
    return key


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _public_bytes(key: CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
