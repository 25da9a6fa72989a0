"""What a passphrase costs to guess: Argon2id (RFC 9106) with its parameters stored, and bounded when they are read."""

import secrets as randomness
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from .errors import CryptoErrorCode, KeyUnavailableError
from .keys import KEY_BYTES, SecretKey
from .secrets import PassphraseSecret

SALT_BYTES: Final = 16
_MAX_WORK_KIB: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Cost:
    """What a guess at a passphrase costs. The default takes 256 MiB and about 0.4 s on a 2-core box of 2025.

    Ranges: memory 64 KiB to 1 GiB, 1 to 10 iterations, 1 to 8 lanes, memory times iterations at most 4 GiB.
    """

    memory_kib: int = 256 * 1024
    iterations: int = 3
    lanes: int = 2

    def __post_init__(self) -> None:
        """ValueError outside the ranges."""
        fits = 64 <= self.memory_kib <= 1024 * 1024 and 1 <= self.iterations <= 10 and 1 <= self.lanes <= 8
        if not fits or self.memory_kib * self.iterations > _MAX_WORK_KIB:
            raise ValueError("Argon2 cost out of range")


class Argon2Kdf(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="name", tag="argon2id"
):
    """How a passphrase makes a key. The bounds hold when reading: a hostile file cannot demand more."""

    salt: bytes
    memory_kib: Annotated[int, msgspec.Meta(ge=64, le=1024 * 1024)]
    iterations: Annotated[int, msgspec.Meta(ge=1, le=10)]
    lanes: Annotated[int, msgspec.Meta(ge=1, le=8)]

    def is_sound(self) -> bool:
        """The salt's length and the work as a whole, which no field alone bounds."""
        return len(self.salt) == SALT_BYTES and self.memory_kib * self.iterations <= _MAX_WORK_KIB


def new_argon2(cost: Argon2Cost) -> Argon2Kdf:
    """With a fresh salt."""
    salt = randomness.token_bytes(SALT_BYTES)
    return Argon2Kdf(salt=salt, memory_kib=cost.memory_kib, iterations=cost.iterations, lanes=cost.lanes)


def stretch(secret: PassphraseSecret, kdf: Argon2Kdf) -> SecretKey:
    """32 bytes. KeyUnavailableError(KEY_MEMORY) when the machine has not the memory."""
    derivation = Argon2id(
        salt=kdf.salt, length=KEY_BYTES, iterations=kdf.iterations, lanes=kdf.lanes, memory_cost=kdf.memory_kib
    )
    try:
        return SecretKey(derivation.derive(secret.passphrase))
    except MemoryError:
        raise KeyUnavailableError(CryptoErrorCode.KEY_MEMORY, f"needs {kdf.memory_kib // 1024} MiB") from None
