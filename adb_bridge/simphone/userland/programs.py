"""The programs a phone has, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .call import Program
from .content import content
from .echo import echo, false, printf, true
from .getprop import getprop

PROGRAMS: Final[Mapping[str, Program]] = MappingProxyType(
    {
        ":": true,
        "content": content,
        "echo": echo,
        "false": false,
        "getprop": getprop,
        "printf": printf,
        "true": true,
    }
)
