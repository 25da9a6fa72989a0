"""What a phone's services permit beside its records: signals, lock, notice, settings, and the life of the connection.

Sources: AOSP `logcat`, `dumpsys trust|lock_settings|telephony.registry`, `cmd notification`, `settings` (10-15; the
readers name theirs). `adb_allowed_connection_time` (ms, absent: 7 days, 0: never) is AdbDebuggingManager's, 11+.
"""

import re
from typing import Final

from .advice import Advice, Menu, advice_for
from .errors import DeviceUnavailableError, ParseError, ShellCommandError
from .evidence import Evidence
from .probe_sources import LINK_CODES, System, is_missing, is_refused, line
from .readings import Credential, read_credential, read_device_locked
from .records import Availability, Capability, CapabilityName
from .session import MIB, Session
from .shell_batch import Section, run_batch
from .telephony_registry import read_lines

_TIMEOUT_S: Final = 30.0
_MAX_BYTES: Final = 6 * MIB
_ANDROID_11: Final = 30
_OLDEST_SDK: Final = 29
_FAILED: Final = re.compile(
    rb"SecurityException|Permission Denial|Unknown command|Can't find service|not found|Unable to open|INJECT_EVENTS"
)
_OWN_SETTING: Final = "global shopwarden_probe"
"""A setting of our own, put and deleted at once: only writing tells whether a vendor allows it."""
SERVICES: Final = (
    "logcat -b events -d -t 1", "dumpsys trust", "input keyevent 0", "dumpsys lock_settings",
    "dumpsys telephony.registry",
)  # fmt: skip
SWITCHES: Final = (
    "cmd notification list", f"settings put {_OWN_SETTING} 1", f"settings get {_OWN_SETTING}",
    f"settings delete {_OWN_SETTING}", "settings get global adb_wifi_enabled",
    "settings get global adb_allowed_connection_time", "getprop ro.adb.secure", "inotifyd",
)  # fmt: skip
_OF_SERVICES: Final = (
    CapabilityName.CHANGE_SIGNALS, CapabilityName.LOCK, CapabilityName.LOCK_CREDENTIAL_SET, CapabilityName.CALL_STATE,
)  # fmt: skip
_OF_SWITCHES: Final = (
    CapabilityName.NOTICE, CapabilityName.SETTINGS, CapabilityName.WIRELESS_DEBUGGING, CapabilityName.KEY_EXPIRY,
    CapabilityName.ADB_AUTHENTICATION, CapabilityName.FILE_SIGNALS,
)  # fmt: skip


async def probe_services(session: Session, system: System) -> tuple[Capability, ...]:
    """Everything that is no source. Sends one key event without a meaning (KEYCODE_UNKNOWN, which wakes nothing).

    Raises:
        DeviceUnavailableError: the connection is gone, or the phone is silent.
        ServerUnavailableError: as `Session.shell`.
    """
    services = await _batch(session, SERVICES)
    switches = await _batch(session, SWITCHES)
    return (
        *(read_services(services, system) if services is not None else _untold(_OF_SERVICES)),
        *(read_switches(switches, system) if switches is not None else _untold(_OF_SWITCHES)),
        _android(system),
    )


async def _batch(session: Session, commands: tuple[str, ...]) -> tuple[Section, ...] | None:
    """None: what came back cannot be told apart."""
    try:
        async with session.polls:
            return await run_batch(session, commands, timeout_s=_TIMEOUT_S, max_bytes=_MAX_BYTES)
    except (ParseError, ShellCommandError):
        return None
    except DeviceUnavailableError as error:
        if error.code in LINK_CODES:
            raise
        return None


def _untold(names: tuple[CapabilityName, ...]) -> tuple[Capability, ...]:
    return tuple(line(name, Availability.UNKNOWN, Evidence.NO_ANSWER) for name in names)


def read_services(sections: tuple[Section, ...], system: System) -> tuple[Capability, ...]:
    """Lines of `SERVICES` in their order. Pure; total on any bytes."""
    log, trust, key_event, lock_settings, telephony = sections
    return (
        line(CapabilityName.CHANGE_SIGNALS, Availability.YES, Evidence.LOG_READABLE)
        if _worked(log)
        else line(CapabilityName.CHANGE_SIGNALS, Availability.NO, Evidence.LOG_REFUSED),
        _lock(trust, key_event, system),
        _credential(lock_settings),
        _call_state(telephony),
    )


def read_switches(sections: tuple[Section, ...], system: System) -> tuple[Capability, ...]:
    """Lines of `SWITCHES` in their order. Pure; total on any bytes."""
    notices, put, got, _, wireless, expiry, secure, inotifyd = sections
    return (
        _notice(notices, system),
        _settings(put, got, system),
        _wireless(wireless, system),
        _key_expiry(expiry, system),
        _authentication(secure),
        line(CapabilityName.FILE_SIGNALS, Availability.NO, Evidence.INOTIFYD_MISSING)
        if is_missing(inotifyd)
        else line(CapabilityName.FILE_SIGNALS, Availability.YES, Evidence.INOTIFYD_FOUND),
    )


def _lock(trust: Section, key_event: Section, system: System) -> Capability:
    if not _worked(key_event):
        advice = advice_for(Menu.KEY_EVENTS, system.vendor)
        return line(CapabilityName.LOCK, Availability.NO, Evidence.KEY_EVENTS_REFUSED, advice)
    if read_device_locked(trust.output) is None:
        return line(CapabilityName.LOCK, Availability.UNKNOWN, Evidence.NO_READ_BACK)
    return line(CapabilityName.LOCK, Availability.YES, Evidence.READ_BACK_WORKS)


def _credential(lock_settings: Section) -> Capability:
    name = CapabilityName.LOCK_CREDENTIAL_SET
    match read_credential(lock_settings.output):
        case Credential.SET:
            return line(name, Availability.YES, Evidence.CREDENTIAL_SET)
        case Credential.NONE:
            return line(name, Availability.NO, Evidence.NO_CREDENTIAL, Advice.SET_SCREEN_LOCK)
        case Credential.UNKNOWN:
            return line(name, Availability.UNKNOWN, Evidence.NOT_TOLD)


def _call_state(telephony: Section) -> Capability:
    if read_lines(telephony.output):
        return line(CapabilityName.CALL_STATE, Availability.YES, Evidence.CALL_STATE_TOLD)
    if _worked(telephony):
        return line(CapabilityName.CALL_STATE, Availability.UNKNOWN, Evidence.NOT_TOLD)
    return line(CapabilityName.CALL_STATE, Availability.NO, Evidence.CALL_STATE_REFUSED)


def _notice(notices: Section, system: System) -> Capability:
    if notices.status == 0 and not is_refused(notices):
        return line(CapabilityName.NOTICE, Availability.YES, Evidence.NOTIFICATIONS_LISTED)
    advice = Advice.NOTICE_NEEDS_ANDROID_11 if system.sdk < _ANDROID_11 else None
    return line(CapabilityName.NOTICE, Availability.NO, Evidence.NOTIFICATIONS_REFUSED, advice)


def _settings(put: Section, got: Section, system: System) -> Capability:
    if got.output.strip() == b"1" and _worked(put):
        return line(CapabilityName.SETTINGS, Availability.YES, Evidence.SETTING_WRITTEN)
    advice = advice_for(Menu.WRITE_SETTINGS, system.vendor)
    return line(CapabilityName.SETTINGS, Availability.NO, Evidence.SETTING_REFUSED, advice)


def _wireless(wireless: Section, system: System) -> Capability:
    name = CapabilityName.WIRELESS_DEBUGGING
    if 0 < system.sdk < _ANDROID_11:
        return line(name, Availability.NO, Evidence.BEFORE_ANDROID_11)
    match wireless.output.strip():
        case b"1":
            return line(name, Availability.YES, Evidence.WIRELESS_ON)
        case b"0" | b"null":
            return line(name, Availability.NO, Evidence.WIRELESS_OFF, advice_for(Menu.WIRELESS, system.vendor))
        case _:
            return line(name, Availability.UNKNOWN, Evidence.NOT_TOLD)


def _key_expiry(expiry: Section, system: System) -> Capability:
    name = CapabilityName.KEY_EXPIRY
    if 0 < system.sdk < _ANDROID_11:
        return line(name, Availability.YES, Evidence.BEFORE_ANDROID_11)
    told = expiry.output.strip()
    if told == b"0":
        return line(name, Availability.YES, Evidence.KEY_KEPT)
    if told == b"null" or (told.isdigit() and expiry.status == 0):
        return line(name, Availability.NO, Evidence.KEY_LAPSES, Advice.KEY_EXPIRY)
    return line(name, Availability.UNKNOWN, Evidence.NOT_TOLD)


def _authentication(secure: Section) -> Capability:
    name = CapabilityName.ADB_AUTHENTICATION
    match secure.output.strip():
        case b"1":
            return line(name, Availability.YES, Evidence.ASKS_FIRST)
        case b"0":
            return line(name, Availability.NO, Evidence.ASKS_NOBODY, Advice.OPEN_TO_ALL)
        case _:
            return line(name, Availability.UNKNOWN, Evidence.NOT_TOLD)


def _android(system: System) -> Capability:
    if system.sdk >= _OLDEST_SDK:
        return line(CapabilityName.SUPPORTED_SYSTEM, Availability.YES, Evidence.ANDROID)
    return line(CapabilityName.SUPPORTED_SYSTEM, Availability.UNKNOWN, Evidence.ANDROID_TOO_OLD, Advice.OLD_ANDROID)


def _worked(section: Section) -> bool:
    return section.status == 0 and _FAILED.search(section.output) is None
