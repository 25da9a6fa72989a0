"""Pure readers of what Android's services print about battery, screen, lock and time. Total on any bytes."""

import re
from dataclasses import dataclass
from enum import StrEnum

_BATTERY_FIELD = re.compile(rb"^  (level|scale|status): ([0-9]{1,9})\r?$", re.MULTILINE)
_WAKEFULNESS = re.compile(rb"^  ?mWakefulness=([A-Za-z]{1,32})", re.MULTILINE)
_CURRENT_USER = re.compile(
    rb'^ User ".*" \(id=(?:[0-9]{1,9}), flags=(?:0x[0-9a-f]{1,16}|[0-9]{1,9})\) \(current\): '
    rb"(?:trusted=[01]|trustState=[A-Z_]{1,32}), trustManaged=[01], deviceLocked=([01])(?:,|\r?$)",
    re.MULTILINE,
)
_CREDENTIAL = re.compile(rb"^\s*CredentialType: ([A-Za-z_]{1,32})\r?$", re.MULTILINE)
_EPOCH = re.compile(rb"([0-9]{9,11})(?:\.([0-9]{1,9}|N))?\s*")
_ZONE = re.compile(rb"([+-])([0-9]{2})([0-5][0-9])\s*")
_LARGEST_UTC_OFFSET_MIN = 14 * 60

_CHARGING, _FULL = 2, 5


class Wakefulness(StrEnum):
    """`dumpsys power`, `mWakefulness=` (AOSP PowerManagerInternal, 5.0-16)."""

    AWAKE = "Awake"
    ASLEEP = "Asleep"
    DREAMING = "Dreaming"
    DOZING = "Dozing"


class Credential(StrEnum):
    """Whether the main user has a screen lock that asks for something."""

    SET = "set"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """`dumpsys battery`."""

    pct: int | None
    is_charging: bool | None


def read_battery(printed: bytes) -> Battery:
    """`level`, `scale` and `status` of `dumpsys battery` (AOSP BatteryService, Android 11; 4.x-15 print alike).

    status: 1 unknown, 2 charging, 3 discharging, 4 not charging, 5 full.
    """
    fields = {match[1]: int(match[2]) for match in _BATTERY_FIELD.finditer(printed)}
    level, scale, status = fields.get(b"level"), fields.get(b"scale", 100), fields.get(b"status")
    pct = round(level * 100 / scale) if level is not None and scale > 0 and level <= scale else None
    return Battery(pct=pct, is_charging=None if status in {None, 1} else status in {_CHARGING, _FULL})


def read_wakefulness(printed: bytes) -> Wakefulness | None:
    """The first `mWakefulness=` of `dumpsys power`; it comes before anything an app can write there."""
    match = _WAKEFULNESS.search(printed)
    if match is None:
        return None
    try:
        return Wakefulness(match[1].decode("ascii"))
    except ValueError:
        return None


def read_device_locked(printed: bytes) -> bool | None:
    """`deviceLocked` of the current user in `dumpsys trust` (AOSP TrustManagerService, 7-15).

    ` User "Owner" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=1, strongAuthRequired=0x0`;
    14 QPR and later print `trustState=UNTRUSTED` for `trusted=0`. The name is the user's own text: when it forges a
    second such line, the answer is None.
    """
    answers = {match[1] for match in _CURRENT_USER.finditer(printed)}
    return answers == {b"1"} if len(answers) == 1 else None


def read_credential(printed: bytes) -> Credential:
    """`CredentialType:` of the first user in `dumpsys lock_settings` (AOSP LockSettingsService, 11+).

    Printed as NONE, PATTERN, PIN, PASSWORD or, on 11, `None`, `Pattern`, `Pin`, `Password`.
    """
    match = _CREDENTIAL.search(printed)
    if match is None:
        return Credential.UNKNOWN
    word = match[1].upper()
    if word == b"NONE":
        return Credential.NONE
    return Credential.SET if word in {b"PATTERN", b"PIN", b"PASSWORD", b"PASSWORD_OR_PIN"} else Credential.UNKNOWN


def read_utc_offset_min(printed: bytes) -> int | None:
    """`date +%z`: `+0800`, minutes east of UTC. toybox prints it since Android 6 (not read in source)."""
    match = _ZONE.fullmatch(printed)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > _LARGEST_UTC_OFFSET_MIN:
        return None
    return -minutes if match[1] == b"-" else minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """A phone's clock when it was asked."""

    unix_ms: int
    precision_ms: int
    """1, or 1000 where it tells whole seconds: the true time lies up to this much later."""


def read_epoch(printed: bytes) -> Epoch | None:
    """`date +%s.%N`; toybox before Android 8 prints the N as it is, which leaves whole seconds."""
    match = _EPOCH.fullmatch(printed)
    if match is None:
        return None
    fraction = match[2]
    if not fraction or fraction == b"N":
        return Epoch(unix_ms=int(match[1]) * 1000, precision_ms=1000)
    return Epoch(unix_ms=int(match[1]) * 1000 + int(fraction.ljust(9, b"0")[:3]), precision_ms=1)
