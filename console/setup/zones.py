"""Time zones by their names."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOCALTIME: Final = Path("/etc/localtime")
_BASE: Final = "/zoneinfo/"


def is_zone(name: str) -> bool:
    """Whether this machine knows it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def own_zone(env: Mapping[str, str], localtime: Path = _LOCALTIME) -> str:
    """This machine's, such as `Asia/Shanghai`; empty when it cannot be told."""
    try:
        linked = os.fspath(localtime.resolve())
    except OSError:
        linked = ""
    for name in (env.get("TZ", "").removeprefix(":"), linked.partition(_BASE)[2]):
        if name and is_zone(name):
            return name
    return ""
