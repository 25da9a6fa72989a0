"""A witness's signature under somebody else's head, https://c2sp.org/tlog-cosignature (cosignature/v1, Ed25519).

It says: at this time I saw this head, and every head of this ledger that I ever cosigned is of the same history. What
is signed is `cosignature/v1`, a line `time SECONDS`, and the head's text; the signature line holds the time too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import CryptoErrorCode, IntegrityError
from .notes import KEY_ID_BYTES, checked_name, key_id, read_verifier, signature_line, split_note, to_base64

COSIGNATURE: Final = b"\x04"
"""The algorithm byte of timestamped Ed25519 cosignatures in key ids and verifier keys."""
_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """What a witness says of a head."""

    witness: str
    """The key's name."""
    at: datetime
    """The witness's clock, whole seconds, UTC."""


class CosignKey:
    """A witness's own key."""

    __slots__ = ("_name", "_private")

    def __init__(self, private: Ed25519PrivateKey, name: str) -> None:
        """From `from_seed`."""
        self._private = private
        self._name = checked_name(name)

    @classmethod
    def from_seed(cls, seed: bytes, name: str) -> "CosignKey":
        """`seed`: 32 random bytes. `name`: as a key's in notes, such as `example.com/head-office`. Else ValueError."""
        return cls(Ed25519PrivateKey.from_private_bytes(bytes(seed)), name)

    @property
    def public_key(self) -> str:
        """The verifier key, `name+id+base64`, that shops put into their configuration."""
        public = self._private.public_key().public_bytes_raw()
        return f"{self._name}+{key_id(self._name, COSIGNATURE, public).hex()}+{to_base64(COSIGNATURE + public)}"

    def cosign(self, note: str, at: datetime) -> str:
        """The signature line, ending with a newline, for `note`. Look at the note's history and signature before.

        IntegrityError(HEAD_MALFORMED); ValueError for times before 1970.
        """
        seconds = int(at.timestamp())
        if seconds < 0:
            raise ValueError("a cosignature's time is after 1970")
        signature = self._private.sign(_message(split_note(note)[0], seconds))
        public = self._private.public_key().public_bytes_raw()
        identifier = key_id(self._name, COSIGNATURE, public)
        return signature_line(self._name, identifier + seconds.to_bytes(_TIME_BYTES, "big") + signature)

    def __repr__(self) -> str:
        return f"CosignKey({self._name!r})"


def verify_cosignature(note: str, public_key: str) -> Cosigned:
    """What the witness `public_key` says of this note, by the newest of its signatures under it.

    IntegrityError(HEAD_MALFORMED, HEAD_SIGNATURE); ValueError when `public_key` is not a witness's verifier key.
    """
    verifier = read_verifier(public_key, COSIGNATURE)
    text, signatures = split_note(note)
    found: list[datetime] = []
    for name, signature in signatures:
        if name == verifier.name and signature[:KEY_ID_BYTES] == verifier.key_id:
            found.append(_checked(verifier.key, text, signature[KEY_ID_BYTES:]))
    if not found:
        raise IntegrityError(CryptoErrorCode.HEAD_SIGNATURE, "no cosignature by this witness")
    return Cosigned(witness=verifier.name, at=max(found))


def is_witness_key(public_key: str) -> bool:
    """Whether it is the verifier key of a witness."""
    try:
        read_verifier(public_key, COSIGNATURE)
    except ValueError:
        return False
    return True


def _checked(key: Ed25519PublicKey, text: str, signature: bytes) -> datetime:
    seconds = int.from_bytes(signature[:_TIME_BYTES], "big")
    if len(signature) != _TIME_BYTES + _SIGNATURE_BYTES or seconds > _LATEST.timestamp():
        raise IntegrityError(CryptoErrorCode.HEAD_MALFORMED, "cosignature")
    try:
        key.verify(signature[_TIME_BYTES:], _message(text, seconds))
    except InvalidSignature:
        raise IntegrityError(CryptoErrorCode.HEAD_SIGNATURE, "not cosigned by this witness") from None
    return datetime.fromtimestamp(seconds, UTC)


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
