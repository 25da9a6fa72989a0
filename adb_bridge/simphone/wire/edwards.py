"""Points of the curve edwards25519, for pairing. Plain integers: the secrets of a simulated phone are worth nothing.

Source: RFC 8032 §5.1 (encoding, decoding, the extended coordinates and their addition).
"""

from dataclasses import dataclass
from typing import Final

PRIME: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""How many points the base point generates."""

ENCODED_BYTES: Final = 32
_D: Final = -121665 * pow(121666, -1, PRIME) % PRIME
_ROOT_OF_MINUS_ONE: Final = pow(2, (PRIME - 1) // 4, PRIME)


@dataclass(frozen=True, slots=True)
class Point:
    """A point in extended coordinates: x = X/Z, y = Y/Z, x*y = T/Z. Compare points by `encode`."""

    x: int
    y: int
    z: int
    t: int

    def __add__(self, other: "Point") -> "Point":
        """The sum; complete, so doubling and the neutral point need no case of their own."""
        a = (self.y - self.x) * (other.y - other.x) % PRIME
        b = (self.y + self.x) * (other.y + other.x) % PRIME
        c = 2 * self.t * other.t * _D % PRIME
        d = 2 * self.z * other.z % PRIME
        e, f, g, h = b - a, d - c, d + c, b + a
        return Point(e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME)

    def __neg__(self) -> "Point":
        """The mirrored point."""
        return Point(-self.x % PRIME, self.y, self.z, -self.t % PRIME)

    def __rmul__(self, scalar: int) -> "Point":
        """`scalar` times this point. Raise `ValueError` for a negative scalar."""
        if scalar < 0:
            raise ValueError("scalar must not be negative")
        total, power = NEUTRAL, self
        while scalar:
            if scalar & 1:
                total += power
            power += power
            scalar >>= 1
        return total

    def encode(self) -> bytes:
        """32 bytes: y, little endian, with the lowest bit of x as its highest."""
        inverse = pow(self.z, -1, PRIME)
        x, y = self.x * inverse % PRIME, self.y * inverse % PRIME
        return (y | (x & 1) << 255).to_bytes(ENCODED_BYTES, "little")


def decode(encoded: bytes) -> Point:
    """The point of 32 bytes. Raise `ValueError` when they are not one. Small-order points are points too."""
    if len(encoded) != ENCODED_BYTES:
        raise ValueError("a point has 32 bytes")
    number = int.from_bytes(encoded, "little")
    is_odd, y = number >> 255, number & (1 << 255) - 1
    if y >= PRIME:
        raise ValueError("y is too large")
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(x_squared, (PRIME + 3) // 8, PRIME)
    if (x * x - x_squared) % PRIME:
        x = x * _ROOT_OF_MINUS_ONE % PRIME
    if (x * x - x_squared) % PRIME or (x == 0 and is_odd):
        raise ValueError("not on the curve")
    if x & 1 != is_odd:
        x = PRIME - x
    return Point(x, y, 1, x * y % PRIME)


NEUTRAL: Final = Point(0, 1, 1, 0)
BASE: Final = decode(bytes.fromhex("5866666666666666666666666666666666666666666666666666666666666666"))
