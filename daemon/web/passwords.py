"""Passwords of web accounts: scrypt with a salt, as the configuration keeps them: `scrypt$N$r$p$SALT$HASH`."""

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

_N: Final = 2**15
_R: Final = 8
_P: Final = 1
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
_MOST_MEMORY: Final = 256 * 1024 * 1024
SHORTEST: Final = 8
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordHash:
    """What a password is compared with."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def fits(self, password: str) -> bool:
        """Takes some tens of milliseconds and of megabytes, for every password the same."""
        return hmac.compare_digest(self.digest, _derived(password, n=self.n, r=self.r, p=self.p, salt=self.salt))

    def __str__(self) -> str:
        salt, digest = (base64.b64encode(part).decode() for part in (self.salt, self.digest))
        return f"scrypt${self.n}${self.r}${self.p}${salt}${digest}"


def new_hash(password: str) -> PasswordHash:
    """With a salt of its own."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return PasswordHash(n=_N, r=_R, p=_P, salt=salt, digest=_derived(password, n=_N, r=_R, p=_P, salt=salt))


def read_hash(text: str) -> PasswordHash:
    """ValueError unless it is one that `new_hash` could have made, with these or somewhat other costs."""
    match text.split("$"):
        case ["scrypt", n, r, p, salt, digest] if all(part.isascii() and part.isdecimal() for part in (n, r, p)):
            try:
                made = PasswordHash(
                    n=int(n), r=int(r), p=int(p),
                    salt=base64.b64decode(salt, validate=True), digest=base64.b64decode(digest, validate=True),
                )  # fmt: skip
            except binascii.Error:
                raise ValueError("base64") from None
        case _:
            raise ValueError("form")
    is_cost = 2**14 <= made.n <= 2**17 and made.n & (made.n - 1) == 0 and 8 <= made.r <= 16 and 1 <= made.p <= 4
    if not is_cost or len(made.salt) < _SALT_BYTES or len(made.digest) != _HASH_BYTES:
        raise ValueError("cost")
    return made


NOBODYS: Final = PasswordHash(n=_N, r=_R, p=_P, salt=bytes(_SALT_BYTES), digest=bytes(_HASH_BYTES))
"""Fits no password; for names that nobody has, so that they cannot be told by time."""


def _derived(password: str, *, n: int, r: int, p: int, salt: bytes) -> bytes:
    # full-width and composed forms of input methods count as the same password
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "replace")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=_HASH_BYTES)
