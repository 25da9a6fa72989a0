"""What a phone's program said, in a few words that hold for all of them. Pure; total on any bytes.

`Unknown command: x`, `Error: unknown command 'x'` and exit 255 (BasicShellCommandHandler), `cmd: Can't find service: x`
and exit 20 (cmd), `No shell command implementation.` (Binder.shellCommand), `x: not found` and exit 127 (mksh).
"""

import re
from enum import StrEnum
from typing import Final

from ..shell_batch import Section

_REFUSED: Final = re.compile(
    rb"SecurityException|INJECT_EVENTS|Permission Denial|WRITE_SECURE_SETTINGS|not allowed|is forbidden", re.IGNORECASE
)
_UNKNOWN: Final = re.compile(
    rb"unknown command|can't find service|no shell command implementation|inaccessible or not found|: not found$"
    rb"|unknown option|does not exist\r?$|no service specified",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_FOUND_STATUS: Final = 127
_NO_SERVICE_STATUS: Final = 20


class Said(StrEnum):
    """Coarse: only a read-back tells whether something happened."""

    NOTHING_BAD = "nothing_bad"
    REFUSED = "refused"
    """A permission or a switch is missing."""
    UNKNOWN_COMMAND = "unknown_command"
    FAILED = "failed"
    """Another status than 0, for another reason."""
    NOTHING = "nothing"
    """No answer came."""


def said_by(section: Section) -> Said:
    """Judge one answer."""
    if section.status < 0:
        return Said.NOTHING
    if _REFUSED.search(section.output):
        return Said.REFUSED
    if section.status in {_NOT_FOUND_STATUS, _NO_SERVICE_STATUS} or _UNKNOWN.search(section.output):
        return Said.UNKNOWN_COMMAND
    return Said.NOTHING_BAD if section.status == 0 else Said.FAILED
