"""The programs a phone has, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..traits import FileSignals, Traits, Userland
from .am import am
from .call import Program
from .clock import date, uptime
from .cmd import cmd
from .content import content
from .dumpsys import dumpsys
from .echo import echo, false, printf, true
from .getprop import getprop
from .input import input_
from .locksettings import locksettings
from .logcat import logcat
from .machine import reboot, setprop, svc, wm
from .pm import pm
from .settings import settings
from .toybox import cat, grep, head, id_, ls, sleep, tail, test, wc, which, whoami

PROGRAMS: Final[Mapping[str, Program]] = MappingProxyType(
    {
        ":": true,
        "[": test,
        "am": am,
        "cat": cat,
        "cmd": cmd,
        "content": content,
        "date": date,
        "dumpsys": dumpsys,
        "echo": echo,
        "false": false,
        "getprop": getprop,
        "grep": grep,
        "head": head,
        "id": id_,
        "input": input_,
        "locksettings": locksettings,
        "logcat": logcat,
        "ls": ls,
        "pm": pm,
        "printf": printf,
        "reboot": reboot,
        "setprop": setprop,
        "settings": settings,
        "sleep": sleep,
        "svc": svc,
        "tail": tail,
        "test": test,
        "true": true,
        "uptime": uptime,
        "wc": wc,
        "which": which,
        "whoami": whoami,
        "wm": wm,
    }
)
"""Shell builtins that change the shell itself (`exit`, `export`, `read`, `exec`, `sh -c`) are in the interpreter."""

_BARE: Final = (
    ":", "[", "cat", "date", "echo", "false", "getprop", "grep", "head", "id", "ls", "printf", "sleep", "tail", "test",
    "true", "uptime", "wc", "which", "whoami",
)  # fmt: skip
_BARE_PROGRAMS: Final[Mapping[str, Program]] = MappingProxyType({name: PROGRAMS[name] for name in _BARE})


def programs_of(traits: Traits) -> Mapping[str, Program]:
    """The programs on a phone with this software."""
    if traits.userland is Userland.BARE:
        return _BARE_PROGRAMS
    if traits.file_signals is FileSignals.ABSENT:
        return MappingProxyType({name: program for name, program in PROGRAMS.items() if name != "inotifyd"})
    return PROGRAMS
