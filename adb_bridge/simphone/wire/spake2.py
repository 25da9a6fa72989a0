"""SPAKE2 over edwards25519 as BoringSSL has it, which is what `adb pair` speaks; not the SPAKE2 of RFC 9382.

Source: BoringSSL `crypto/curve25519/spake25519.cc`. Checked against adb 36.0.0. Its peculiarities:

* M and N are the first points in the chain of SHA-256 digests of their seeds; nobody checked that they lie in the
  prime-order group, so the password's scalar is made a multiple of 8 by adding multiples of the order.
* Private scalars are multiples of 8. The password goes into the key as its SHA-512, names and messages with their
  length as eight little-endian bytes before them.
"""

import hashlib
import secrets
from enum import StrEnum
from typing import Final

from .edwards import BASE, ORDER, decode

KEY_BYTES: Final = 64
_WIDE_BYTES: Final = 64
_M: Final = decode(bytes.fromhex("5ada7e4bf6ddd9adb6626d32131c6b5c51a1e347a3478f53cfcf441b88eed12e"))
"""From the seed `edwards25519 point generation seed (M)`."""
_N: Final = decode(bytes.fromhex("10e3df0ae37d8e7a99b5fe74b44672103dbddcbd06af680d71329a11693bc778"))
"""From the seed `edwards25519 point generation seed (N)`."""


class Side(StrEnum):
    """Who is who: in pairing the host is Alice and the phone is Bob."""

    ALICE = "alice"
    BOB = "bob"


class Spake2:
    """One exchange. Both sides send `message`, then `finish` with the other's gives both one key or two keys."""

    def __init__(self, side: Side, *, alice: bytes, bob: bytes, password: bytes) -> None:
        """`alice` and `bob` are the names both sides must agree on."""
        self._side = side
        self._names = (alice, bob)
        self._digest = hashlib.sha512(password).digest()
        self._mask = _multiple_of_8(int.from_bytes(self._digest, "little") % ORDER)
        self._secret = int.from_bytes(secrets.token_bytes(_WIDE_BYTES), "little") % ORDER * 8
        mine, self._theirs = (_M, _N) if side is Side.ALICE else (_N, _M)
        self.message = (self._secret * BASE + self._mask * mine).encode()

    def finish(self, message: bytes) -> bytes:
        """64 bytes, the same on both sides exactly when names and passwords are. Raise `ValueError` for no point."""
        shared = self._secret * (decode(message) + -(self._mask * self._theirs))
        messages = (self.message, message) if self._side is Side.ALICE else (message, self.message)
        transcript = hashlib.sha512()
        for part in (*self._names, *messages, shared.encode(), self._digest):
            transcript.update(len(part).to_bytes(8, "little") + part)
        return transcript.digest()


def _multiple_of_8(scalar: int) -> int:
    """The same scalar modulo the order, with its three lowest bits zero."""
    for bit in range(3):
        if scalar >> bit & 1:
            scalar += ORDER << bit
    return scalar
