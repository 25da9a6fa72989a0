"""Records sealed one by one under a data key: AES-256-GCM, a random nonce each, bound to their place in the ledger.

Sealed form: nonce (12 bytes) | ciphertext | tag (16). Associated data: the ledger index, 8 bytes big-endian. A key
seals the records of one class and week of one shop, far below the 2^32 that random nonces are good for.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import CryptoErrorCode, IntegrityError

OPENING_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_DRAWN_TOGETHER: Final = 64


class RecordSeal:
    """Seals and opens with one data key. Safe for several threads."""

    __slots__ = ("_cipher",)

    def __init__(self, secret: bytes) -> None:
        """`secret`: 32 bytes, `DataKey.secret`."""
        self._cipher = AESGCM(secret)

    def seal(self, content: bytes, place: int) -> bytes:
        """`content` for the ledger index `place`."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.to_bytes(8, "big"))

    def sealing(self) -> Callable[[bytes, int], bytes]:
        """`seal` for a run of records, faster: randomness is drawn for many at a time.

        For one thread, and not across a fork: parent and child would use the same nonces.
        """
        draw, encrypt = _fresh(_NONCE_BYTES).__next__, self._cipher.encrypt

        def seal(content: bytes, place: int) -> bytes:
            nonce = draw()
            return nonce + encrypt(nonce, content, place.to_bytes(8, "big"))

        return seal

    def open(self, sealed: bytes, place: int) -> bytes:
        """What was sealed for `place`. IntegrityError(SEALED_DAMAGED) for anything else."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.to_bytes(8, "big"))
        except (InvalidTag, ValueError):
            raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, f"record at {place}") from None

    def __repr__(self) -> str:
        return "RecordSeal(<hidden>)"


def new_opening() -> bytes:
    """16 random bytes that hide what a commitment is to."""
    return os.urandom(OPENING_BYTES)


def new_openings() -> Iterator[bytes]:
    """`new_opening` without end, drawn many at a time. For one thread, and not across a fork."""
    return _fresh(OPENING_BYTES)


def _fresh(size: int) -> Iterator[bytes]:
    while True:
        drawn = os.urandom(size * _DRAWN_TOGETHER)
        for at in range(0, len(drawn), size):
            yield drawn[at : at + size]


def hiding_commitment(opening: bytes, content: bytes) -> bytes:
    """SHA-256(opening | content): binds to `content`, and tells nothing about it to who lacks `opening`; 32 bytes.

    ValueError when the opening has not 16 bytes: without its fixed length two contents could share a commitment.
    """
    if len(opening) != OPENING_BYTES:
        raise ValueError(f"an opening has {OPENING_BYTES} bytes")
    return hashlib.sha256(opening + content).digest()
