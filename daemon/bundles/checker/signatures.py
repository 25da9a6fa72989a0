"""Part of `verify.py`: Ed25519 and signed notes."""

import base64
import binascii
import hashlib
import re
from typing import NoReturn, Optional, Tuple

# --- in the script from here ---


class Wrong(Exception):
    """Something does not hold; says what."""


def wrong(what: str) -> NoReturn:
    """Stop checking this part."""
    raise Wrong(what)


# --- Ed25519 (RFC 8032), checking only ---

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = Tuple[int, int, int, int]


def recover_x(y: int, sign: int) -> Optional[int]:
    """The x of a point with this y; None when there is none."""
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def point_of(data: bytes) -> Optional[Point]:
    """32 bytes as a point; None when they are none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def add(p: Point, q: Point) -> Point:
    """The sum of two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n: int, p: Point) -> Point:
    """`n` times a point."""
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p = add(p, p)
        n >>= 1
    return q


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `public` (32 bytes) signed `message` (RFC 8032 5.1.7)."""
    a = point_of(public)
    if a is None or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    x, y, z, _ = add(times(s, BASE), times(k, (P - a[0], a[1], a[2], P - a[3])))
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- signed notes and heads ---


class Key:
    """`name+id+base64`."""

    def __init__(self, line: str) -> None:
        self.name, _, rest = line.partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = from_base64(encoded)
        self.line = line
        if not re.fullmatch(r"[^\s+]{1,200}", self.name) or raw[:1] != b"\x01" or len(raw) != 33:
            wrong("not a key")
        self.public = raw[1:]
        self.key_id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        if self.key_id.hex() != key_id:
            wrong("not a key")

    def fingerprint(self) -> str:
        """32 digits of the SHA-256 of the line, as the shop's programs show it."""
        return hashlib.sha256(self.line.encode("utf-8")).hexdigest()[:32]

    def text_of(self, note: bytes) -> str:
        """The text of a note that this key signed."""
        try:
            decoded = note.decode("utf-8")
        except UnicodeDecodeError:
            wrong("not a signed note")
        text, blank, tail = decoded.rpartition("\n\n")
        if not blank or not text or not tail.endswith("\n") or any(c < " " and c != "\n" for c in decoded):
            wrong("not a signed note")
        text += "\n"
        for line in tail[:-1].split("\n"):
            dash, name, encoded = (line.split(" ", 2) + ["", ""])[:3]
            signature = from_base64(encoded)
            if dash != "\u2014" or len(signature) <= 4:
                wrong("not a signed note")
            if name == self.name and signature[:4] == self.key_id:
                if not is_signed(self.public, text.encode("utf-8"), signature[4:]):
                    wrong("the signature does not match")
                return text
        wrong("not signed with the key in public-key.txt")


def from_base64(text: str) -> bytes:
    """Refuses every other spelling of the same bytes."""
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        wrong("broken base64")
    if base64.b64encode(content).decode("ascii") != text:
        wrong("broken base64")
    return content


def to_base64(content: bytes) -> str:
    """Standard alphabet with padding."""
    return base64.b64encode(content).decode("ascii")
