"""Public-key recipients: what is sealed to the public half needs nobody's secret to be sealed again.

HPKE (RFC 9180, base mode) with the hybrid KEM MLKEM768-X25519: what is recorded today stays closed should one of the
two be broken later. Base mode names no sender: who needs one adds a proof of its own.
"""

from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from .keys import KEY_BYTES, SecretKey, expand

SUITE: Final = "mlkem768-x25519/hkdf-sha256/aes-256-gcm"
"""What a file names that holds something sealed; another suite would be another name."""
_MLKEM_PUBLIC_BYTES: Final = 1184
PUBLIC_BYTES: Final = _MLKEM_PUBLIC_BYTES + 32
SEALED_EXTRA_BYTES: Final = 1088 + 32 + 16
"""How much longer than its content a sealed box is: both encapsulations and the tag."""
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Recipient:
    """The public half: seals, and cannot open what it sealed."""

    __slots__ = ("_key", "public")

    def __init__(self, public: bytes) -> None:
        """`public`: 1,216 bytes, ML-KEM-768 then X25519. ValueError when nothing can be sealed to it."""
        if len(public) != PUBLIC_BYTES:
            raise ValueError(f"a recipient has {PUBLIC_BYTES} bytes")
        self._key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_BYTES:]),
        )
        self.public = bytes(public)
        # Points of small order show only when they are used.
        self.seal(b"", info=b"")

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        """A box that only the private half opens, and only with the same `info`."""
        return _SUITE.encrypt(content, self._key, info)

    def __repr__(self) -> str:
        return "Recipient(<public>)"


class RecipientKey:
    """The private half, made again at each opening from 32 secret bytes."""

    __slots__ = ("_key", "public")

    def __init__(self, secret: SecretKey, *, salt: bytes) -> None:
        """`secret`: 32 bytes of which nobody knows anything; the same bytes and `salt` give the same pair."""
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a recipient is made from {KEY_BYTES} bytes")
        lattice = MLKEM768PrivateKey.from_seed_bytes(
            expand(secret, salt=salt, info="shopwarden/recipient/v1/mlkem768/d")
            + expand(secret, salt=salt, info="shopwarden/recipient/v1/mlkem768/z")
        )
        curve = X25519PrivateKey.from_private_bytes(expand(secret, salt=salt, info="shopwarden/recipient/v1/x25519"))
        self._key = MLKEM768X25519PrivateKey(lattice, curve)
        self.public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()

    def open(self, sealed: bytes, *, info: bytes) -> SecretKey | None:
        """What was sealed to `public` with `info`; None for anything else."""
        try:
            return SecretKey(_SUITE.decrypt(sealed, self._key, info))
        except InvalidTag:
            return None

    def __repr__(self) -> str:
        return "RecipientKey(<hidden>)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("keys are not pickled or copied")
