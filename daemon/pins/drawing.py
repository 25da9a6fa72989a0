"""What a PIN is, and drawing one."""

import secrets
from typing import Final

from adb_bridge.secret import Secret

DRAWN_DIGITS: Final = 6
FEWEST: Final = 4
MOST: Final = 16
"""As Android has it: 4 to 16 digits."""
_RUN: Final = 4
"""As many equal digits or steps in a row as Android's password quality "complex" refuses."""


def draw() -> Secret:
    """A random PIN that Android's quality checks take: without runs such as 4444 or 1234."""
    while True:
        digits = "".join(str(secrets.randbelow(10)) for _ in range(DRAWN_DIGITS))
        if not _has_run(digits):
            return Secret(digits)


def typed(text: str) -> Secret | None:
    """What a person typed as a PIN: ASCII digits, full-width ones of an input method count; None when it is none."""
    digits = "".join(str(int(one)) if one.isdecimal() else one for one in text.strip())
    if not FEWEST <= len(digits) <= MOST or not (digits.isascii() and digits.isdigit()):
        return None
    return Secret(digits)


def _has_run(digits: str) -> bool:
    steps = [ord(after) - ord(before) for before, after in zip(digits, digits[1:], strict=False)]
    windows = (steps[at : at + _RUN - 1] for at in range(len(steps) - _RUN + 2))
    return any(len(set(window)) == 1 and window[0] in {-1, 0, 1} for window in windows)
