"""What the lock screen says of itself. Pure; total on any bytes.

`dumpsys window policy` (AOSP WindowManagerService, PhoneWindowManager, KeyguardServiceDelegate, 7-15) has a block
`KeyguardServiceDelegate` with `showing=`, `occluded=`, `secure=`. `secure` is the last answer the delegate was given:
good for what the phone was, not for what an order just changed.
"""

import re
from dataclasses import dataclass
from typing import Final

from ..readings import Credential

_BLOCK: Final = re.compile(
    rb"^(?P<indent> *)KeyguardServiceDelegate\r?\n(?P<body>(?:(?P=indent) +\S.*(?:\n|\Z)){1,40})", re.MULTILINE
)
_FIELD: Final = re.compile(rb"^ *(showing|secure)=(true|false)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyguard:
    """None and UNKNOWN: not told."""

    is_showing: bool | None
    credential: Credential


def read_keyguard(printed: bytes) -> Keyguard:
    """The first such block; a second one that says otherwise makes it untold."""
    showing: set[bytes] = set()
    secure: set[bytes] = set()
    for block in _BLOCK.finditer(printed):
        for field in _FIELD.finditer(block["body"]):
            (showing if field[1] == b"showing" else secure).add(field[2])
    credential = Credential.UNKNOWN
    if len(secure) == 1:
        credential = Credential.SET if secure == {b"true"} else Credential.NONE
    return Keyguard(is_showing=showing == {b"true"} if len(showing) == 1 else None, credential=credential)
