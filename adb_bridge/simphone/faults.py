"""Trouble on demand: what a phone, its cable or its software can do to us.

`match` is a piece of the command line as the host sent it (`content query`, `content://sms`, `dumpsys`), or of the
service name for others (`sync:`); "" matches everything. Several faults may hit one command.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .command_faults import CommandFault, CommandFaults


class Repeat(StrEnum):
    """How often a fault strikes."""

    ONCE = "once"
    ALWAYS = "always"


class Right(StrEnum):
    """What a vendor's switch or a setting can take away from adb."""

    SMS = "sms"
    MMS = "mms"
    CALL_LOG = "call_log"
    CONTACTS = "contacts"
    INPUT = "input"
    """Key events (Xiaomi: USB debugging (Security settings))."""
    MEDIA = "media"
    """The media provider."""
    FILES = "files"
    """Shared storage: what is under /sdcard."""
    NOTIFICATIONS = "notifications"
    """Reading what apps show: `dumpsys notification`, `cmd notification list|get`."""
    CALL_STATE = "call_state"
    """`dumpsys telephony.registry`."""
    SECURE_SETTINGS = "secure_settings"
    """WRITE_SECURE_SETTINGS: `settings put` in `secure` and `global`."""
    SUSPEND = "suspend"
    """SUSPEND_APPS: `pm suspend`."""
    CALL = "call"
    """CALL_PHONE: `am start -a android.intent.action.CALL`."""
    DEVICE_ADMIN = "device_admin"
    """MANAGE_DEVICE_ADMINS: `dpm set-device-owner`."""
    CLEAR_DATA = "clear_data"
    """`pm clear`."""
    WIRELESS = "wireless"
    """Switching wireless debugging on (Samsung: Auto Blocker)."""
    NOTICES = "notices"
    """Posting notifications: taken silently, not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang:
    """Never answer, never end; the stream stays open until the host closes it."""

    after_bytes: int = 0
    """Let this much stdout through first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """Answer these bytes instead, with the command's own exit code."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate:
    """Pass only the first bytes of stdout: half a line, half a character. The exit code is the command's."""

    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversize:
    """Answer `size` bytes of filler text instead, in one endless line."""

    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Wait before running the command, seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitCode:
    """Run the command, then report another exit code (0..255)."""

    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorText:
    """Run the command, then write this to stderr."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Pull the cable after this much stdout."""

    after_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Do something on the phone once this much was read from a file by sync: change it, delete it, lock the phone."""

    after_bytes: int
    action: Callable[[], None]


Effect = Hang | Garbage | Truncate | Oversize | Delay | ExitCode | ErrorText | Drop | Meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An effect and where it strikes."""

    match: str
    effect: Effect
    repeat: Repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Cable:
    """What faults may do to the connection; given by the phone."""

    cut: Callable[[], None]
    unplug: Callable[[], None]
    plug: Callable[[], None]
    unauthorize: Callable[[], None]
    reboot: Callable[[], None]
    power_off: Callable[[], None]
    """Down until somebody switches it on."""
    wipe: Callable[[], None]
    """The phone erases itself, as test harness mode does it."""
    settle: Callable[[], Awaitable[None]]
    """Return when no dropped connection is left."""


class Faults:
    """The armed faults of one phone. Every method takes effect at once, for commands that start from now on."""

    def __init__(
        self,
        cable: Cable,
        standing: Callable[[], frozenset[Right]] = frozenset,
        plan: Sequence[CommandFault] = (),
    ) -> None:
        """`standing` tells what the system and its switches deny at the moment."""
        self.commands = CommandFaults(plan)
        """Trouble at single program calls (command_faults.py)."""
        self._cable = cable
        self._standing = standing
        self._armed: list[Fault] = []
        self._denied: set[Right] = set()
        self._settling: set[asyncio.Future[None]] = set()

    def hang(self, match: str, *, after_bytes: int = 0, repeat: Repeat = Repeat.ALWAYS) -> Fault:
        """Never answer; with `after_bytes` stop in the middle of the output."""
        return self.arm(match, Hang(after_bytes=after_bytes), repeat=repeat)

    def garbage(self, match: str, data: bytes, *, repeat: Repeat = Repeat.ALWAYS) -> Fault:
        """Answer `data` instead of the command's stdout; what the command does, it does."""
        return self.arm(match, Garbage(data=data), repeat=repeat)

    def truncate(self, match: str, size: int, *, repeat: Repeat = Repeat.ALWAYS) -> Fault:
        """Let `size` bytes of stdout through and lose the rest."""
        return self.arm(match, Truncate(size=size), repeat=repeat)

    def oversize(self, match: str, size: int, *, repeat: Repeat = Repeat.ALWAYS) -> Fault:
        """Answer `size` bytes without a newline."""
        return self.arm(match, Oversize(size=size), repeat=repeat)

    def delay(self, match: str, seconds: float, *, repeat: Repeat = Repeat.ALWAYS) -> Fault:
        """Answer late."""
        return self.arm(match, Delay(seconds=seconds), repeat=repeat)

    def exit_code(self, match: str, code: int, *, repeat: Repeat = Repeat.ALWAYS) -> Fault:
        """Report `code` (0..255) whatever the command did."""
        return self.arm(match, ExitCode(code=code), repeat=repeat)

    def error_text(self, match: str, data: bytes, *, repeat: Repeat = Repeat.ALWAYS) -> Fault:
        """Write `data` to stderr after the command."""
        return self.arm(match, ErrorText(data=data), repeat=repeat)

    def drop(self, match: str, *, after_bytes: int = 0, repeat: Repeat = Repeat.ONCE) -> Fault:
        """Pull the cable in the middle of the output; the host may connect again at once."""
        return self.arm(match, Drop(after_bytes=after_bytes), repeat=repeat)

    def meanwhile(
        self, match: str, action: Callable[[], None], *, after_bytes: int, repeat: Repeat = Repeat.ONCE
    ) -> Fault:
        """Call `action` in the middle of a pull (`match` names the file or `sync:RECV`)."""
        return self.arm(match, Meanwhile(after_bytes=after_bytes, action=action), repeat=repeat)

    def refuse_permission(self, right: Right) -> None:
        """Answer SecurityException, as vendors' switches do."""
        self._denied.add(right)

    def grant_permission(self, right: Right) -> None:
        """Undo `refuse_permission`. What the system or a switch denies stays denied."""
        self._denied.discard(right)

    def cut(self) -> "asyncio.Future[None]":
        """Drop all connections at once; the result is done when they are gone. Hosts may connect again."""
        self._cable.cut()
        return self._settled()

    def unplug(self) -> "asyncio.Future[None]":
        """As `cut`, and let nobody in until `plug`."""
        self._cable.unplug()
        return self._settled()

    def plug(self) -> None:
        """Let hosts in again."""
        self._cable.plug()

    def unauthorize(self) -> "asyncio.Future[None]":
        """As `cut`, and forget all trusted hosts; the phone then asks (AuthMode.PENDING)."""
        self._cable.unauthorize()
        return self._settled()

    def reboot(self) -> "asyncio.Future[None]":
        """As `cut`; adb is away for the boot time, storage locked until the first unlock when there is a PIN."""
        self._cable.reboot()
        return self._settled()

    def arm(self, match: str, effect: Effect, *, repeat: Repeat) -> Fault:
        """Add a fault."""
        fault = Fault(match=match, effect=effect, repeat=repeat)
        self._armed.append(fault)
        return fault

    def disarm(self, fault: Fault) -> None:
        """Remove a fault; silent when it has already struck or gone."""
        self._armed = [one for one in self._armed if one is not fault]

    def clear(self) -> None:
        """Remove all faults, those at program calls too, and refused permissions."""
        self._armed.clear()
        self.commands.clear()
        self._denied.clear()

    def strike(self, command: str) -> Sequence[Effect]:
        """The effects for a command that starts now; uses up those that strike once."""
        struck = [fault for fault in self._armed if fault.match in command]
        self._armed = [one for one in self._armed if one not in struck or one.repeat is Repeat.ALWAYS]
        return [fault.effect for fault in struck]

    def is_denied(self, right: Right) -> bool:
        """Whether the system, a switch or `refuse_permission` denies it now."""
        return right in self._denied or right in self._standing()

    def _settled(self) -> "asyncio.Future[None]":
        task = asyncio.ensure_future(self._cable.settle())
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        return task
