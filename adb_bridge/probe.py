"""What a phone is and what it permits, found by trying, with the reason and the advice for each line.

Sources: Shell's permissions per Android version and vendors' switches are listed in docs; here only behaviour counts.
"""

import re
from enum import StrEnum

from .content_query import ContentQuery, is_storage_locked, read_rows
from .errors import BridgeErrorCode, ParseError, ShellCommandError
from .readings import Credential, read_credential, read_device_locked
from .records import Availability, Capability, CapabilityName, DeviceProfile, DeviceSerial, Untrusted
from .samples import sample_hash
from .session import Session
from .shell_batch import Section, run_batch

_TIMEOUT_S = 30.0
_SERIAL = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_LONGEST_PROPERTY = 200
_LAST_SDK_WITHOUT_CALL_LOG = 30
_FAILED = re.compile(
    rb"SecurityException|Permission Denial|Unknown command|Can't find service|not found|Unable to open"
)


class Evidence(StrEnum):
    """What a probe saw."""

    ROWS_READABLE = "rows_readable"
    READABLE_BUT_EMPTY = "readable_but_empty"
    PERMISSION_DENIED = "permission_denied"
    STORAGE_LOCKED = "storage_locked"
    PROVIDER_FAILED = "provider_failed"
    LOG_READABLE = "log_readable"
    LOG_REFUSED = "log_refused"
    READ_BACK_WORKS = "read_back_works"
    NO_READ_BACK = "no_read_back"
    KEY_EVENTS_REFUSED = "key_events_refused"
    CREDENTIAL_SET = "credential_set"
    NO_CREDENTIAL = "no_credential"
    NOT_TOLD = "not_told"
    NOTIFICATIONS_LISTED = "notifications_listed"
    NOTIFICATIONS_REFUSED = "notifications_refused"


class Advice(StrEnum):
    """Keys of texts that say what to tap."""

    UNLOCK_ONCE = "advice.unlock_once"
    CALL_LOG_NEEDS_ANDROID_12 = "advice.call_log_needs_android_12"
    VENDOR_DEBUG_SWITCH = "advice.vendor_debug_switch"
    SET_SCREEN_LOCK = "advice.set_screen_lock"
    NOTICE_NEEDS_ANDROID_11 = "advice.notice_needs_android_11"


async def identify(session: Session) -> DeviceSerial:
    """The phone's own serial number; the only thing read from a phone that is not enrolled.

    Raises:
        ParseError: it tells none, or not `[A-Za-z0-9._:-]{1,64}`.
        DeviceUnavailableError, ServerUnavailableError: as `Session.shell`.
    """
    output = await session.shell("getprop ro.serialno", timeout_s=_TIMEOUT_S)
    serial = output.stdout.decode(errors="replace").strip()
    if not _SERIAL.fullmatch(serial):
        raise ParseError("ro.serialno", sample_sha256=sample_hash(output.stdout[:4096]))
    return DeviceSerial(serial)


async def profile_of(session: Session) -> DeviceProfile:
    """Maker, model and version; `capabilities` is empty. Reads no content. Raises as `identify`."""
    names = (
        "ro.serialno", "ro.product.manufacturer", "ro.product.model",
        "ro.build.version.release", "ro.build.version.sdk", "ro.build.version.security_patch",
    )  # fmt: skip
    sections = await run_batch(session, [f"getprop {name}" for name in names], timeout_s=_TIMEOUT_S)
    serial, manufacturer, model, release, sdk, patch = (_property(section) for section in sections)
    if not _SERIAL.fullmatch(serial):
        raise ParseError("ro.serialno", sample_sha256=sample_hash(sections[0].output[:4096]))
    return DeviceProfile(
        serial=DeviceSerial(serial),
        manufacturer=Untrusted(manufacturer),
        model=Untrusted(model),
        android_release=Untrusted(release),
        sdk=int(sdk) if re.fullmatch(r"[0-9]{1,3}", sdk) else 0,
        security_patch=Untrusted(patch),
        capabilities=(),
    )


async def probe(session: Session) -> DeviceProfile:
    """The profile with the capability table. Only for enrolled phones: it touches the sources.

    Reads row ids, no content; sends one key event without a meaning (KEYCODE_UNKNOWN).

    Raises:
        As `identify`. A source that fails is a line of the table, not an error.
    """
    profile = await profile_of(session)
    sms = ContentQuery(uri="content://sms", projection=("_id",), sort="_id DESC LIMIT 1")
    calls = ContentQuery(uri="content://call_log/calls?limit=1", projection=("_id",))
    contacts = ContentQuery(uri="content://com.android.contacts/contacts?limit=1", projection=("_id",))
    call_log_advice = (
        Advice.CALL_LOG_NEEDS_ANDROID_12 if profile.sdk <= _LAST_SDK_WITHOUT_CALL_LOG else Advice.VENDOR_DEBUG_SWITCH
    )
    capabilities = (
        await _source(session, CapabilityName.SMS, sms, Advice.VENDOR_DEBUG_SWITCH),
        await _source(session, CapabilityName.CALL_LOG, calls, call_log_advice),
        await _source(session, CapabilityName.CONTACTS, contacts, Advice.VENDOR_DEBUG_SWITCH),
        *await _services(session),
    )
    return DeviceProfile(
        serial=profile.serial,
        manufacturer=profile.manufacturer,
        model=profile.model,
        android_release=profile.android_release,
        sdk=profile.sdk,
        security_patch=profile.security_patch,
        capabilities=capabilities,
    )


async def _source(session: Session, name: CapabilityName, query: ContentQuery, denied: Advice) -> Capability:
    try:
        rows = await read_rows(session, query)
    except ShellCommandError as error:
        if error.code is BridgeErrorCode.PERMISSION_DENIED:
            return _line(name, Availability.NO, Evidence.PERMISSION_DENIED, denied)
        if error.code is BridgeErrorCode.STORAGE_LOCKED:
            return _line(name, Availability.UNKNOWN, Evidence.STORAGE_LOCKED, Advice.UNLOCK_ONCE)
        return _line(name, Availability.UNKNOWN, Evidence.PROVIDER_FAILED)
    except ParseError:
        return _line(name, Availability.UNKNOWN, Evidence.PROVIDER_FAILED)
    if rows:
        return _line(name, Availability.YES, Evidence.ROWS_READABLE)
    if await is_storage_locked(session):
        return _line(name, Availability.UNKNOWN, Evidence.STORAGE_LOCKED, Advice.UNLOCK_ONCE)
    return _line(name, Availability.YES, Evidence.READABLE_BUT_EMPTY)


async def _services(session: Session) -> tuple[Capability, ...]:
    commands = (
        "logcat -b events -d -t 1", "dumpsys trust", "input keyevent 0",
        "dumpsys lock_settings", "cmd notification list",
    )  # fmt: skip
    async with session.polls:
        log, trust, key_event, lock_settings, notifications = await run_batch(session, commands, timeout_s=_TIMEOUT_S)
    return (
        _line(CapabilityName.CHANGE_SIGNALS, Availability.YES, Evidence.LOG_READABLE)
        if _worked(log)
        else _line(CapabilityName.CHANGE_SIGNALS, Availability.NO, Evidence.LOG_REFUSED),
        _lock_line(trust, key_event),
        _credential_line(lock_settings),
        _line(CapabilityName.NOTICE, Availability.YES, Evidence.NOTIFICATIONS_LISTED)
        if notifications.status == 0
        else _line(
            CapabilityName.NOTICE, Availability.NO, Evidence.NOTIFICATIONS_REFUSED, Advice.NOTICE_NEEDS_ANDROID_11
        ),
    )


def _lock_line(trust: Section, key_event: Section) -> Capability:
    if not _worked(key_event):
        return _line(CapabilityName.LOCK, Availability.NO, Evidence.KEY_EVENTS_REFUSED, Advice.VENDOR_DEBUG_SWITCH)
    if read_device_locked(trust.output) is None:
        return _line(CapabilityName.LOCK, Availability.UNKNOWN, Evidence.NO_READ_BACK)
    return _line(CapabilityName.LOCK, Availability.YES, Evidence.READ_BACK_WORKS)


def _credential_line(lock_settings: Section) -> Capability:
    name = CapabilityName.LOCK_CREDENTIAL_SET
    match read_credential(lock_settings.output):
        case Credential.SET:
            return _line(name, Availability.YES, Evidence.CREDENTIAL_SET)
        case Credential.NONE:
            return _line(name, Availability.NO, Evidence.NO_CREDENTIAL, Advice.SET_SCREEN_LOCK)
        case Credential.UNKNOWN:
            return _line(name, Availability.UNKNOWN, Evidence.NOT_TOLD)


def _worked(section: Section) -> bool:
    return section.status == 0 and _FAILED.search(section.output) is None


def _line(
    name: CapabilityName, availability: Availability, evidence: Evidence, advice: Advice | None = None
) -> Capability:
    return Capability(name=name, availability=availability, evidence=evidence, advice=advice)


def _property(section: Section) -> str:
    return section.output.decode(errors="replace").strip()[:_LONGEST_PROPERTY]
