"""Head-office escrow: a key pair made at the head office, whose public file a shop adds as one more way in.

The private file is wrapped by a passphrase (Argon2id, AES-256-GCM-SIV) and never leaves the head office. The public
file is handed over; its fingerprint is compared by telephone, because whoever swaps it on the way gets the way in.
"""

import hashlib
import re
import secrets as randomness
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from .atomic_file import create_file, read_file
from .errors import CryptoErrorCode, IntegrityError, KeyUnavailableError, VaultStateError, WrongKeyError
from .keys import KEY_BYTES, SecretKey
from .passphrases import Argon2Cost, Argon2Kdf, new_argon2, stretch
from .recipients import SUITE, Recipient, RecipientKey
from .secrets import EscrowSecret, PassphraseSecret

PUBLIC_FORMAT: Final = "shopwarden-escrow"
PRIVATE_FORMAT: Final = "shopwarden-escrow-private"
VERSION: Final = 1
MAX_FILE_BYTES: Final = 16 * 1024
_NONCE_BYTES: Final = 12
_DEFAULT_COST: Final = Argon2Cost()
_NAME: Final = r"^[^\x00-\x1f\x7f-\x9f]{1,64}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowRecipient:
    """The public half as it was read: whose it says it is, and what to compare by telephone."""

    name: str
    recipient: Recipient
    fingerprint: str
    """32 hexadecimal digits in groups of four."""


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    version: int


class _Public(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    version: int
    name: Annotated[str, msgspec.Meta(pattern=_NAME)]
    suite: str
    public: bytes
    fingerprint: str


class _Private(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    version: int
    name: Annotated[str, msgspec.Meta(pattern=_NAME)]
    suite: str
    fingerprint: str
    kdf: Argon2Kdf
    nonce: bytes
    wrapped: bytes
    checksum: str


_FileT = TypeVar("_FileT", _Public, _Private)


def make_escrow(
    private: Path, public: Path, passphrase: PassphraseSecret, *, name: str, cost: Argon2Cost = _DEFAULT_COST
) -> EscrowRecipient:
    """A new pair in two new files, both mode 0600; the private one first. Never over a file.

    ValueError when `name` is empty, longer than 64 characters or holds control characters. Raises as `create_file`.
    """
    if not re.fullmatch(_NAME, name):
        raise ValueError("a name has 1 to 64 characters")
    seed = SecretKey(randomness.token_bytes(KEY_BYTES))
    key = _key_of(seed)
    fingerprint = fingerprint_of(key.public)
    kdf = new_argon2(cost)
    nonce = randomness.token_bytes(_NONCE_BYTES)
    cipher = AESGCMSIV(stretch(passphrase, kdf))
    wrapped = cipher.encrypt(nonce, seed, _associated(name, fingerprint))
    secret_file = _Private(
        format=PRIVATE_FORMAT, version=VERSION, name=name, suite=SUITE, fingerprint=fingerprint,
        kdf=kdf, nonce=nonce, wrapped=wrapped, checksum="",
    )  # fmt: skip
    secret_file = msgspec.structs.replace(secret_file, checksum=_checksum(secret_file))
    public_file = _Public(
        format=PUBLIC_FORMAT, version=VERSION, name=name, suite=SUITE, public=key.public, fingerprint=fingerprint
    )
    create_file(private, _written(secret_file))
    create_file(public, _written(public_file))
    return EscrowRecipient(name=name, recipient=Recipient(key.public), fingerprint=fingerprint)


def read_escrow_public(path: Path) -> EscrowRecipient:
    """Raises KeyUnavailableError(KEY_MISSING), IntegrityError(ESCROW_DAMAGED), VaultStateError(ESCROW_NEWER,
    ESCROW_KIND for a private file, FILE_IS_LINK, FILE_UNREADABLE), StorageError."""
    file = _load(path, PUBLIC_FORMAT, _Public)
    try:
        recipient = Recipient(file.public)
    except ValueError:
        raise IntegrityError(CryptoErrorCode.ESCROW_DAMAGED, path.name) from None
    if file.fingerprint != fingerprint_of(file.public):
        raise IntegrityError(CryptoErrorCode.ESCROW_DAMAGED, f"fingerprint in {path.name}")
    return EscrowRecipient(name=file.name, recipient=recipient, fingerprint=file.fingerprint)


def open_escrow(path: Path, passphrase: PassphraseSecret) -> EscrowSecret:
    """The private half, which opens the keyrings it was added to.

    Raises WrongKeyError for the passphrase, KeyUnavailableError(KEY_MEMORY), and what `read_escrow_public` raises.
    """
    file = _load(path, PRIVATE_FORMAT, _Private)
    if len(file.nonce) != _NONCE_BYTES or not file.kdf.is_sound() or file.checksum != _checksum(file):
        raise IntegrityError(CryptoErrorCode.ESCROW_DAMAGED, path.name)
    try:
        seed = SecretKey(
            AESGCMSIV(stretch(passphrase, file.kdf)).decrypt(
                file.nonce, file.wrapped, _associated(file.name, file.fingerprint)
            )
        )
    except InvalidTag:
        raise WrongKeyError(CryptoErrorCode.WRONG_KEY, f"does not open {path.name}") from None
    return EscrowSecret(_key_of(seed))


def fingerprint_of(public: bytes) -> str:
    """32 hexadecimal digits of SHA-256 over a public half, in groups of four."""
    digits = hashlib.sha256(f"{PUBLIC_FORMAT}/{VERSION}|".encode() + public).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def _key_of(seed: SecretKey) -> RecipientKey:
    return RecipientKey(seed, salt=b"shopwarden-escrow")


def _load(path: Path, wanted: str, form: type[_FileT]) -> _FileT:
    try:
        content = read_file(path, max_bytes=MAX_FILE_BYTES)
    except FileNotFoundError:
        raise KeyUnavailableError(CryptoErrorCode.KEY_MISSING, path.name) from None
    try:
        header = msgspec.json.decode(content, type=_Header)
        if header.format in (PUBLIC_FORMAT, PRIVATE_FORMAT) and header.format != wanted:
            raise VaultStateError(CryptoErrorCode.ESCROW_KIND, path.name)
        if header.format == wanted and header.version > VERSION:
            raise VaultStateError(CryptoErrorCode.ESCROW_NEWER, path.name)
        file = msgspec.json.decode(content, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise IntegrityError(CryptoErrorCode.ESCROW_DAMAGED, path.name) from None
    if (file.format, file.version, file.suite) != (wanted, VERSION, SUITE):
        raise IntegrityError(CryptoErrorCode.ESCROW_DAMAGED, path.name)
    return file


def _written(file: _Public | _Private) -> bytes:
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def _associated(name: str, fingerprint: str) -> bytes:
    return f"{PRIVATE_FORMAT}/{VERSION}|{SUITE}|{fingerprint}|{name}".encode()


def _checksum(file: _Private) -> str:
    """Finds damage, not malice: a wrong passphrase is told from a damaged file by it."""
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(file, checksum=""))).hexdigest()[:32]
