"""The programs a phone has, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..traits import FileSignals, Traits, Userland
from .am import am
from .appops import appops
from .call import Program
from .clock import date, uptime
from .cmd import cmd
from .content import content
from .copying import dd, digest, mkdir, mv, rm, touch
from .dpm import dpm
from .dumpsys import dumpsys
from .echo import echo, false, printf, true
from .find import find
from .getprop import getprop
from .inotifyd import inotifyd
from .input import input_
from .listing import ls, stat
from .locksettings import locksettings
from .logcat import logcat
from .machine import reboot, setprop, svc, wm
from .media import media
from .options import toy
from .pm import pm
from .service import service
from .settings import settings
from .text_tools import cat, grep, head, tail, wc
from .toybox import id_, sleep, test, which, whoami

PROGRAMS: Final[Mapping[str, Program]] = MappingProxyType(
    {
        ":": true,
        "[": test,
        "am": am,
        "appops": appops,
        "cat": toy(cat),
        "cmd": cmd,
        "content": content,
        "date": date,
        "dd": toy(dd),
        "dpm": dpm,
        "dumpsys": dumpsys,
        "echo": echo,
        "false": false,
        "find": toy(find),
        "getprop": getprop,
        "grep": grep,
        "head": toy(head),
        "id": id_,
        "inotifyd": toy(inotifyd),
        "input": input_,
        "locksettings": locksettings,
        "logcat": logcat,
        "ls": toy(ls),
        "md5sum": toy(digest("md5")),
        "media": media,
        "mkdir": toy(mkdir),
        "mv": toy(mv),
        "pm": pm,
        "printf": printf,
        "reboot": reboot,
        "rm": toy(rm),
        "service": service,
        "setprop": setprop,
        "settings": settings,
        "sha1sum": toy(digest("sha1")),
        "sha224sum": toy(digest("sha224")),
        "sha256sum": toy(digest("sha256")),
        "sha384sum": toy(digest("sha384")),
        "sha512sum": toy(digest("sha512")),
        "sleep": sleep,
        "stat": toy(stat),
        "svc": svc,
        "tail": toy(tail),
        "test": test,
        "touch": toy(touch),
        "true": true,
        "uptime": uptime,
        "wc": toy(wc),
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
