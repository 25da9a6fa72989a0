"""How toybox prints what a file is: modes, owners, times."""

import stat as modes
from datetime import UTC, datetime, tzinfo
from typing import Final

from ..file_entries import Entry

DEVICE: Final = 66_306
USER: Final = (10_100, "u0_a100")
GROUP: Final = (1_015, "sdcard_rw")
ROOT: Final = (0, "root")
CONTEXT: Final = "u:object_r:fuse:s0"
BLOCK: Final = 4096


def mode_text(entry: Entry) -> str:
    """`-rw-rw----`."""
    return modes.filemode(entry.mode)


def links_of(entry: Entry) -> int:
    """Hard links."""
    return 2 if entry.children is not None else 1


def blocks_of(entry: Entry) -> int:
    """Blocks of 512 bytes."""
    return 0 if modes.S_ISLNK(entry.mode) else -(-entry.size // BLOCK) * (BLOCK // 512)


def kind_text(entry: Entry) -> str:
    """`regular file`, `directory` …"""
    if modes.S_ISLNK(entry.mode):
        return "symbolic link"
    if entry.children is not None:
        return "directory"
    return "regular file" if entry.size else "regular empty file"


def kind_letter(entry: Entry) -> str:
    """As `find -type` takes it."""
    return "l" if modes.S_ISLNK(entry.mode) else "f" if entry.children is None else "d"


def long_time(time_ns: int, zone: tzinfo) -> str:
    """`2024-03-15 16:00:00.123456789 +0800`."""
    seconds, nanos = divmod(time_ns, 1_000_000_000)
    at = moment(seconds, zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{nanos:09d} {at:%z}"


def moment(seconds: int, zone: tzinfo) -> datetime:
    """The time in a zone; times no calendar has become 1970."""
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC).astimezone(zone)
