"""What can be asked of a phone: one frozen dataclass for each verb.

What cannot be sent to any phone (an odd package name, a text without end) is refused here with `ValueError`, so that
`carry_out` never has to.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..secret import Secret

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 2000
MOST_PACKAGES: Final = 64
LONGEST_RING_S: Final = 120.0
_TAG: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*){1,15}")
_LONGEST_PACKAGE: Final = 200
_NUMBER: Final = re.compile(r"\+?[0-9]{3,20}")
_PIN: Final = re.compile(r"[0-9]{4,16}")
_PASSWORD: Final = re.compile(r"[\x20-\x7e]{1,64}")


class OrderKind(StrEnum):
    """The verbs, for tables."""

    LOCK = "lock"
    SET_PIN = "set_pin"
    CLEAR_PIN = "clear_pin"
    LOST_ON = "lost_on"
    LOST_OFF = "lost_off"
    RING = "ring"
    MESSAGE = "message"
    NOTICE = "notice"
    REBOOT = "reboot"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    KEEP_ALIVE = "keep_alive"
    CALL = "call"
    OWNER_LOCK = "owner_lock"
    WIPE = "wipe"
    """Carried out by `wipe` and the daemon's wiping desk, not by `carry_out`; here for `feasibility.judge`."""


class StrongAuth(StrEnum):
    """Whether fingerprints and faces are switched off until the PIN is entered (Android 14+).

    It is Android's lockdown: the lock screen then shows no notifications either.
    """

    WHERE_SAFE = "where_safe"
    """Not where it cuts the cable's data line, and so our own link: Android 15+ over USB."""
    NEVER = "never"


class KeepAliveSetting(StrEnum):
    """What keeps the link to a phone alive."""

    KEY_EXPIRY = "key_expiry"
    """`adb_allowed_connection_time` 0: this computer's key does not lapse after 7 days without use. Android 11+."""
    WIRELESS_DEBUGGING = "wireless_debugging"
    """`adb_wifi_enabled` 1. Android 11+; stays on only in a Wi-Fi that was trusted for ever on the screen."""
    WIFI_SLEEP = "wifi_sleep"
    """`wifi_sleep_policy` 2: Wi-Fi stays on while the screen is off. Old phones and some vendors still read it."""
    STAY_AWAKE = "stay_awake"
    """`stay_on_while_plugged_in` 7: the screen stays on at the charger. Not for phones that lie about unlocked."""


DEFAULT_KEEP_ALIVE: Final = (KeepAliveSetting.KEY_EXPIRY, KeepAliveSetting.WIFI_SLEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Screen off and locked. Unlocks nothing; wakes only a phone that sleeps unlocked, to put it to sleep again."""

    strong_auth: StrongAuth = StrongAuth.WHERE_SAFE


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPin:
    """Set the screen lock to `new`, 4 to 16 digits. `old` is the PIN or password the phone has, None for none."""

    new: Secret
    old: Secret | None

    def __post_init__(self) -> None:
        _check_pin(self.new)
        _check_old(self.old)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearPin:
    """Take the screen lock away and wake the phone: this is how a phone is unlocked from afar."""

    old: Secret

    def __post_init__(self) -> None:
        _check_old(self.old)


@dataclass(frozen=True, slots=True, kw_only=True)
class LostOn:
    """Lost mode: lock, show a text, suspend apps, ring. `new_pin` sets a screen lock first."""

    title: str
    message: str
    ring_s: float
    """0 for no ringing, up to 120."""
    packages: tuple[str, ...]
    new_pin: Secret | None = None
    old_pin: Secret | None = None
    tag: str = "shopwarden.lost"

    def __post_init__(self) -> None:
        _check_text(self.tag, self.title, self.message)
        _check_packages(self.packages)
        if not 0 <= self.ring_s <= LONGEST_RING_S:
            raise ValueError("a ring lasts 0 to 120 seconds")
        if self.new_pin is not None:
            _check_pin(self.new_pin)
        _check_old(self.old_pin)


@dataclass(frozen=True, slots=True, kw_only=True)
class LostOff:
    """The phone was found: apps run again and the text says so. `old_pin` also takes the screen lock away."""

    title: str
    message: str
    packages: tuple[str, ...]
    old_pin: Secret | None = None
    tag: str = "shopwarden.lost"

    def __post_init__(self) -> None:
        _check_text(self.tag, self.title, self.message)
        _check_packages(self.packages)
        _check_old(self.old_pin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Sound for so long, also when it was silenced, so that somebody finds it."""

    duration_s: float = 20.0
    title: str = "Shopwarden"
    text: str = "\u8bf7\u8054\u7cfb\u5e97\u957f / Please contact the shop"
    tag: str = "shopwarden.ring"

    def __post_init__(self) -> None:
        if not 0 < self.duration_s <= LONGEST_RING_S:
            raise ValueError("a ring lasts up to 120 seconds")
        _check_text(self.tag, self.title, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Show a text on the phone. An own tag for each message lets the read-back tell it from an earlier one."""

    title: str
    text: str
    tag: str

    def __post_init__(self) -> None:
        _check_text(self.tag, self.title, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The standing notice; the same tag replaces the earlier one."""

    tag: str
    title: str
    text: str

    def __post_init__(self) -> None:
        _check_text(self.tag, self.title, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reboot:
    """Restart. `boot_id_before` is `PhoneFacts.boot_id` before it was sent; without it no read-back can prove it."""

    boot_id_before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Suspend apps, for every user of the phone that has them (app clones too)."""

    packages: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_packages(self.packages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfreeze:
    """Let them run again, whichever way they were frozen."""

    packages: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_packages(self.packages)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAlive:
    """Write the settings that keep the link alive."""

    settings: tuple[KeepAliveSetting, ...] = DEFAULT_KEEP_ALIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Have the phone call a number that the desk does not show: digits, with or without a leading +."""

    number: Secret

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.number.reveal()):
            raise ValueError("a number has 3 to 20 digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerLock:
    """Lock by the device-owner app that `PhoneFacts.owner` names. `key` is OwnDroid's API key."""

    key: Secret | None = None


Order = (
    Lock | SetPin | ClearPin | LostOn | LostOff | Ring | Message | Notice | Reboot | Freeze | Unfreeze | KeepAlive
    | Call | OwnerLock
)  # fmt: skip

KINDS: Final[dict[type[Order], OrderKind]] = {
    Lock: OrderKind.LOCK, SetPin: OrderKind.SET_PIN, ClearPin: OrderKind.CLEAR_PIN, LostOn: OrderKind.LOST_ON,
    LostOff: OrderKind.LOST_OFF, Ring: OrderKind.RING, Message: OrderKind.MESSAGE, Notice: OrderKind.NOTICE,
    Reboot: OrderKind.REBOOT, Freeze: OrderKind.FREEZE, Unfreeze: OrderKind.UNFREEZE,
    KeepAlive: OrderKind.KEEP_ALIVE, Call: OrderKind.CALL, OwnerLock: OrderKind.OWNER_LOCK,
}  # fmt: skip


def kind_of(order: Order) -> OrderKind:
    """Which verb an order is."""
    return KINDS[type(order)]


def _check_text(tag: str, title: str, text: str) -> None:
    if not _TAG.fullmatch(tag):
        raise ValueError("a tag is made of letters, digits, dot, underscore and hyphen")
    if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
        raise ValueError("a title has up to 200 characters, a text up to 2000")
    if "\0" in title or "\0" in text or not text.strip():
        raise ValueError("a text is not empty and holds no NUL")


def _check_packages(packages: tuple[str, ...]) -> None:
    if len(packages) > MOST_PACKAGES:
        raise ValueError("at most 64 packages")
    if any(len(one) > _LONGEST_PACKAGE or not _PACKAGE.fullmatch(one) for one in packages):
        raise ValueError("not the name of a package")


def _check_pin(pin: Secret) -> None:
    if not _PIN.fullmatch(pin.reveal()):
        raise ValueError("a PIN has 4 to 16 digits")


def _check_old(old: Secret | None) -> None:
    """Also a password or a pattern that a person had set and told the shop."""
    if old is not None and not _PASSWORD.fullmatch(old.reveal()):
        raise ValueError("not a screen lock that can be typed: 1 to 64 ASCII characters")
