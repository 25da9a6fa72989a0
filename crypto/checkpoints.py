"""Signed heads of the ledger: a tree's size and root as a C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint).

A checkpoint is a signed note (`notes.py`) whose text has these lines, then possibly others that are not read:

    shop-0123/ledger/2026                           the ledger's name, also the name of the signing key
    42                                              its number of leaves, decimal
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    its root
"""

import re
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .errors import CryptoErrorCode, IntegrityError
from .merkle import HASH_BYTES
from .notes import checked_name, from_base64, malformed, public_key_text, sign_note, split_note, to_base64, verify_note

MAX_SIZE: Final = 2**63 - 1
SIZE_FORM: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a head says: the ledger's name, its number of leaves, its root (32 bytes)."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A note and what it says. That its signature is good is known only after `verify_head`."""

    note: str
    head: Head

    @property
    def origin(self) -> str:
        """The ledger's name."""
        return self.head.origin

    @property
    def size(self) -> int:
        """The ledger's number of leaves."""
        return self.head.size

    @property
    def root(self) -> bytes:
        """The ledger's root; 32 bytes."""
        return self.head.root


class HeadSigner:
    """Signs heads. The key comes from a seed, so the same store always has the same public key."""

    __slots__ = ("_private",)

    def __init__(self, private: Ed25519PrivateKey) -> None:
        """From `from_seed`."""
        self._private = private

    @classmethod
    def from_seed(cls, seed: bytes) -> "HeadSigner":
        """`seed`: 32 bytes, `RootKey.derive(Purpose.LEDGER_SEED)`. ValueError when it has not 32."""
        return cls(Ed25519PrivateKey.from_private_bytes(bytes(seed)))

    def public_key(self, origin: str) -> str:
        """The verifier key of this ledger, `origin+id+base64`, for `verify_head`; public. ValueError as `sign`."""
        return public_key_text(origin, self._private)

    def sign(self, origin: str, size: int, root: bytes) -> SignedHead:
        """A note over the ledger's size (0 to 2^63-1) and root (32 bytes).

        ValueError when these are out of range or `origin` is not 1 to 200 characters without blanks and '+'.
        """
        if not 0 <= size <= MAX_SIZE or len(root) != HASH_BYTES:
            raise ValueError("no ledger has this head")
        text = f"{checked_name(origin)}\n{size}\n{to_base64(root)}\n"
        return SignedHead(note=sign_note(text, origin, self._private), head=Head(origin=origin, size=size, root=root))

    def sign_text(self, origin: str, text: str) -> str:
        """Another text as a note, signed with the same key and name. Its first line must not be `origin`: ValueError.

        A head begins with the ledger's name, so that nothing else can stand for one. ValueError as `sign_note`.
        """
        if text.partition("\n")[0] == origin:
            raise ValueError("only heads begin with the ledger's name")
        return sign_note(text, origin, self._private)

    def __repr__(self) -> str:
        return "HeadSigner(<hidden>)"


def read_head(note: str) -> SignedHead:
    """A note without looking at its signatures. IntegrityError(HEAD_MALFORMED)."""
    origin, size, root, *more = split_note(note)[0].split("\n", 3) + ["", "", ""]
    if not origin or not SIZE_FORM.fullmatch(size) or int(size) > MAX_SIZE or not root:
        raise malformed("body")
    if "" in more[0].split("\n")[:-1]:
        raise malformed("extension lines")
    if len(root_hash := from_base64(root)) != HASH_BYTES:
        raise malformed("root")
    return SignedHead(note=note, head=Head(origin=origin, size=int(size), root=root_hash))


def verify_head(note: str, public_key: str) -> Head:
    """What the note says, when `public_key` (from `HeadSigner.public_key`) signed it; others' signatures are ignored.

    IntegrityError(HEAD_MALFORMED, HEAD_SIGNATURE); ValueError when `public_key` is not a verifier key.
    """
    signed = read_head(note)
    verify_note(note, public_key)
    if signed.origin != public_key.partition("+")[0]:
        raise IntegrityError(CryptoErrorCode.HEAD_SIGNATURE, "a head of another ledger")
    return signed.head
