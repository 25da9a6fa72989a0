"""Settings that provisioning may write, and writing them with a read-back.

The allow list is short on purpose: nothing that watches (accessibility services, notification listeners, keyboards,
location), nothing that reroutes (proxies, DNS), nothing that could shut us out (`adb_enabled`, developer options).

Source of names and values: AOSP `android.provider.Settings` (Android 10-15). A setting that a version does not know is
kept by the phone and has no effect.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..session import Session, quote
from ..shell_batch import Section, run_batch

_TIMEOUT_S: Final = 30.0
_AT_ONCE: Final = 20
"""Settings of one call: each starts a program on the phone."""
_FAILED: Final = re.compile(rb"Exception|Permission Denial|Unknown command|Invalid namespace|not found|inaccessible")
_SWITCH: Final = r"[01]"
_ANDROID_11: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRule:
    """A setting that may be written."""

    name: str
    """`namespace.key`."""
    form: str
    """A regular expression that the whole value fits."""
    first_sdk: int = 0
    """Not before this API level."""


class SettingFault(StrEnum):
    """Why a wish is refused before any phone is asked."""

    NOT_ALLOWED = "setting_not_allowed"
    BAD_VALUE = "setting_bad_value"


class WriteOutcome(StrEnum):
    """What reading back showed."""

    WRITTEN = "written"
    REFUSED = "refused"
    """The phone said no."""
    NOT_KEPT = "not_kept"
    """It took the value and has another one."""


RULES: Final[Mapping[str, SettingRule]] = {
    rule.name: rule
    for rule in (
        SettingRule(name="global.adb_allowed_connection_time", form=r"[0-9]{1,13}", first_sdk=_ANDROID_11),
        SettingRule(name="global.stay_on_while_plugged_in", form=r"[0-9]|1[0-5]"),
        SettingRule(name="global.wifi_sleep_policy", form=r"[012]"),
        SettingRule(name="global.wifi_scan_always_enabled", form=_SWITCH),
        SettingRule(name="global.auto_time", form=_SWITCH),
        SettingRule(name="global.auto_time_zone", form=_SWITCH),
        SettingRule(name="global.device_name", form=r"[^\x00-\x1f\x7f]{1,100}"),
        SettingRule(name="global.low_power", form=_SWITCH),
        SettingRule(name="global.adaptive_battery_management_enabled", form=_SWITCH),
        SettingRule(name="global.app_standby_enabled", form=_SWITCH),
        SettingRule(name="global.heads_up_notifications_enabled", form=_SWITCH),
        SettingRule(name="global.package_verifier_enable", form=_SWITCH),
        SettingRule(name="secure.lock_screen_lock_after_timeout", form=r"[0-9]{1,7}"),
        SettingRule(name="secure.lock_screen_show_notifications", form=_SWITCH),
        SettingRule(name="secure.lock_screen_allow_private_notifications", form=_SWITCH),
        SettingRule(name="system.screen_off_timeout", form=r"[1-9][0-9]{3,6}"),
        SettingRule(name="system.time_12_24", form=r"12|24"),
        SettingRule(name="system.screen_brightness_mode", form=_SWITCH),
    )
}
"""All of them, by name."""

_KEEP_ALIVE: Final = (
    ("global.adb_allowed_connection_time", "0"),
    ("global.wifi_sleep_policy", "2"),
)
LABEL: Final = "global.device_name"


def keep_alive(sdk: int) -> Mapping[str, str]:
    """What keeps a phone's link alive, as far as its Android knows it: this computer's key does not lapse (11+), Wi-Fi
    stays on with the screen off."""
    return {name: value for name, value in _KEEP_ALIVE if RULES[name].first_sdk <= sdk}


def fault_of(name: str, value: str) -> SettingFault | None:
    """None: it may be written."""
    rule = RULES.get(name)
    if rule is None:
        return SettingFault.NOT_ALLOWED
    return None if re.fullmatch(rule.form, value) else SettingFault.BAD_VALUE


async def read_settings(session: Session, names: Sequence[str]) -> Mapping[str, str | None]:
    """Values by name; None: there is none, or the phone does not tell. `names` are of the allow list.

    Raises:
        ValueError: a name that is not on the list.
        As `run_batch`.
    """
    found: dict[str, str | None] = {}
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        sections = await run_batch(session, [f"settings get {_place(name)}" for name in some], timeout_s=_TIMEOUT_S)
        found |= {name: _value(section) for name, section in zip(some, sections, strict=True)}
    return found


async def write_settings(session: Session, values: Mapping[str, str]) -> Mapping[str, WriteOutcome]:
    """Write and read back. May be repeated.

    Raises:
        ValueError: something that is not on the list, or has not the form.
        As `run_batch`: some may be written.
    """
    for name, value in values.items():
        if (fault := fault_of(name, value)) is not None:
            raise ValueError(f"{fault.value}: {name}")
    outcomes: dict[str, WriteOutcome] = {}
    names = tuple(values)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        puts = [f"settings put {_place(name)} {quote(values[name])}" for name in some]
        gets = [f"settings get {_place(name)}" for name in some]
        sections = await run_batch(session, [*puts, *gets], timeout_s=_TIMEOUT_S)
        for at, name in enumerate(some):
            put, got = sections[at], sections[len(some) + at]
            if _value(got) == values[name]:
                outcomes[name] = WriteOutcome.WRITTEN
            elif put.status != 0 or _FAILED.search(put.output):
                outcomes[name] = WriteOutcome.REFUSED
            else:
                outcomes[name] = WriteOutcome.NOT_KEPT
    return outcomes


def _place(name: str) -> str:
    if name not in RULES:
        raise ValueError(f"{SettingFault.NOT_ALLOWED.value}: {name}")
    namespace, _, key = name.partition(".")
    return f"{namespace} {key}"


def _value(section: Section) -> str | None:
    """`settings get` prints the value and a newline, `null` for none. Total on any bytes."""
    if section.status != 0 or _FAILED.search(section.output):
        return None
    text = section.output.decode("utf-8", "replace")
    line = text.removesuffix("\n").removesuffix("\r")
    return None if line == "null" or not line.isprintable() else line[:200]
