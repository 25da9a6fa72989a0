"""What opens a keyring: a passphrase, a key file, a systemd credential, recovery shares put together, or the head
office's private key. None of them ever prints its content."""

import base64
import binascii
import os
import re
import secrets as randomness
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

from .atomic_file import create_file, read_all
from .errors import CryptoErrorCode, KeyUnavailableError
from .keys import KEY_BYTES, SecretKey
from .recipients import RecipientKey

MAX_PASSPHRASE_BYTES: Final = 1024
_MAX_KEY_TEXT: Final = 256
_CREDENTIAL_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_PRINTABLE: Final = frozenset(range(0x20, 0x7F))


@dataclass(frozen=True, slots=True, repr=False)
class PassphraseSecret:
    """A passphrase, 1 to 1024 bytes. From typed text use `from_text`, so that every keyboard gives the same bytes."""

    passphrase: bytes
    name: str = field(default="", compare=False, kw_only=True)
    """What a slot that is made for it is called in lists; anybody may read it. Opening does not look at it."""

    def __post_init__(self) -> None:
        """KeyUnavailableError(PASSPHRASE_UNUSABLE) when empty or too long."""
        if not 1 <= len(self.passphrase) <= MAX_PASSPHRASE_BYTES:
            raise KeyUnavailableError(
                CryptoErrorCode.PASSPHRASE_UNUSABLE, f"a passphrase has 1 to {MAX_PASSPHRASE_BYTES} bytes"
            )
        object.__setattr__(self, "passphrase", SecretKey(self.passphrase))

    @classmethod
    def from_text(cls, text: str) -> "PassphraseSecret":
        """NFKC, then UTF-8: full-width and composed forms of input methods count as the same passphrase."""
        try:
            return cls(unicodedata.normalize("NFKC", text).encode("utf-8"))
        except UnicodeEncodeError:
            raise KeyUnavailableError(CryptoErrorCode.PASSPHRASE_UNUSABLE, "not a text") from None

    def __repr__(self) -> str:
        return "PassphraseSecret(<hidden>)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a passphrase is not pickled or copied")


@dataclass(frozen=True, slots=True)
class KeyFileSecret:
    """A file of 32 random bytes (raw, 64 hexadecimal digits, or base64), ours alone: mode 0600 or 0400, our owner."""

    path: Path


@dataclass(frozen=True, slots=True)
class CredentialSecret:
    """A systemd credential (`LoadCredentialEncrypted=NAME:…`) holding what a key file holds."""

    name: str
    made: SecretKey | None = None
    """What is in it, when it has just been made and systemd does not give it out yet; None: ask systemd."""


Secret: TypeAlias = PassphraseSecret | KeyFileSecret | CredentialSecret
"""What a store is started with."""


@dataclass(frozen=True, slots=True, repr=False)
class RecoverySecret:
    """What recovery shares give when they are put together (`shares.combine_shares`)."""

    secret: SecretKey

    def __repr__(self) -> str:
        return "RecoverySecret(<hidden>)"


@dataclass(frozen=True, slots=True, repr=False)
class EscrowSecret:
    """The head office's private key (`escrow.open_escrow`)."""

    key: RecipientKey

    def __repr__(self) -> str:
        return "EscrowSecret(<hidden>)"


AnySecret: TypeAlias = Secret | RecoverySecret | EscrowSecret
"""What opens a keyring, in daily use or after a loss."""


def create_key_file(path: Path) -> KeyFileSecret:
    """Write 32 fresh random bytes as base64 to `path`, mode 0600, never over a file.

    Raises as `create_file`, and KeyUnavailableError KEY_DIRECTORY_MISSING: often a medium that is not mounted, so
    no directory is made in its place.
    """
    if not path.parent.is_dir():
        raise KeyUnavailableError(CryptoErrorCode.KEY_DIRECTORY_MISSING, str(path.parent))
    create_file(path, base64.b64encode(randomness.token_bytes(KEY_BYTES)) + b"\n")
    return KeyFileSecret(path)


def read_key_file(secret: KeyFileSecret) -> SecretKey:
    """The 32 bytes. KeyUnavailableError: KEY_MISSING, KEY_FILE_MODE, KEY_FILE_OWNER, KEY_UNREADABLE, KEY_FORMAT."""
    return _read(secret.path, secret.path.name, must_be_private=secret)


def read_credential(secret: CredentialSecret) -> SecretKey:
    """The 32 bytes from `$CREDENTIALS_DIRECTORY`. KeyUnavailableError, also CREDENTIALS_DIRECTORY_UNSET."""
    if secret.made is not None:
        return secret.made
    if not _CREDENTIAL_NAME.fullmatch(secret.name):
        raise KeyUnavailableError(CryptoErrorCode.KEY_FORMAT, "a credential's name is letters, digits, '_', '-', '.'")
    directory = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not directory:
        raise KeyUnavailableError(CryptoErrorCode.CREDENTIALS_DIRECTORY_UNSET, secret.name)
    # systemd itself guards the directory; its files may belong to root with an access list for the service.
    return _read(Path(directory) / secret.name, secret.name, must_be_private=None)


def _read(path: Path, name: str, *, must_be_private: KeyFileSecret | None) -> SecretKey:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyUnavailableError(CryptoErrorCode.KEY_MISSING, name) from None
    except OSError as error:
        raise KeyUnavailableError(CryptoErrorCode.KEY_UNREADABLE, f"{name}: {error.strerror}") from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise KeyUnavailableError(CryptoErrorCode.KEY_UNREADABLE, f"{name} is not a regular file")
        if must_be_private is not None:
            _refuse_careless(status, name)
        content = read_all(handle, limit=_MAX_KEY_TEXT + 1)
    except OSError as error:
        raise KeyUnavailableError(CryptoErrorCode.KEY_UNREADABLE, f"{name}: {error.strerror}") from None
    finally:
        os.close(handle)
    return _parse(content, name)


def _refuse_careless(status: os.stat_result, name: str) -> None:
    if status.st_uid != os.geteuid():
        detail = f"{name} belongs to uid {status.st_uid}, we run as {os.geteuid()}"
        raise KeyUnavailableError(CryptoErrorCode.KEY_FILE_OWNER, detail)
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o177:
        raise KeyUnavailableError(CryptoErrorCode.KEY_FILE_MODE, f"{name} has mode {mode:04o}, must be 0600")


def _parse(content: bytes, name: str) -> SecretKey:
    """Raw bytes first; 32 printable bytes are a passphrase in the wrong place, not a random key."""
    if len(content) == KEY_BYTES and not _PRINTABLE.issuperset(content):
        return _refuse_weak(SecretKey(content), name)
    text = content.strip()
    if len(text) == 2 * KEY_BYTES and re.fullmatch(rb"[0-9A-Fa-f]+", text):
        return _refuse_weak(SecretKey(binascii.unhexlify(text)), name)
    if len(text) in (43, 44):
        try:
            key = base64.b64decode(text.ljust(44, b"="), validate=True)
        except binascii.Error:
            key = b""
        if len(key) == KEY_BYTES:
            return _refuse_weak(SecretKey(key), name)
    raise KeyUnavailableError(CryptoErrorCode.KEY_FORMAT, f"{name} holds no 32-byte key (raw, hexadecimal or base64)")


def _refuse_weak(key: SecretKey, name: str) -> SecretKey:
    # 32 random bytes with fewer than 16 different values happen once in 10^18 files; a placeholder always has few.
    if len(set(key)) < 16:
        raise KeyUnavailableError(CryptoErrorCode.KEY_FORMAT, f"{name} is not random")
    return key
