"""What a phone lets shell read: one line of the capability table for each source, found by reading it.

Row ids only, no content. The one notification whose words are read is this system's own standing notice, which tells
whether the phone prints words at all.
"""

import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Final

from .advice import Advice, Menu, advice_for
from .collectors.notification_dump import HEAD
from .collectors.recording_look import look, part_of
from .content_query import ContentQuery, is_storage_locked, read_rows
from .errors import (
    BridgeErrorCode,
    DeviceUnavailableError,
    ParseError,
    ShellCommandError,
    UnsupportedSystemError,
)
from .evidence import Evidence
from .recordings.folders import Folder, FolderUse
from .records import Availability, Capability, CapabilityName, Vendor
from .session import Session, quote
from .shell_batch import Section, run_batch

_TIMEOUT_S: Final = 30.0
_LAST_SDK_WITHOUT_CALL_LOG: Final = 30
_OWN_KEY: Final = re.compile(
    rb"^(-?[0-9]{1,9}\|com\.android\.shell\|-?[0-9]{1,10}\|[A-Za-z0-9._-]{1,64}\|2000)\r?$", re.M
)
_REDACTED: Final = re.compile(
    rb"^ *android\.(?:title|text)=(?:String|SpannableString)(?: \[length=[0-9]+\])?\r?$", re.M
)
_WHOLE: Final = re.compile(rb"^ *android\.(?:title|text)=(?:String|SpannableString) \(", re.MULTILINE)
_DENIED: Final = re.compile(rb"SecurityException|Permission Denial")
_MISSING: Final = re.compile(rb"not found|No such file")
_NOT_FOUND_STATUS: Final = 127
_OWN_DUMP: Final = "dumpsys notification --noredact --package 'com.android.shell'"
LINK_CODES: Final = frozenset({BridgeErrorCode.DEVICE_OFFLINE, BridgeErrorCode.DEVICE_UNAUTHORIZED})


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What decides which advice helps."""

    vendor: Vendor
    sdk: int
    """0 when not told."""


def line(name: CapabilityName, availability: Availability, evidence: Evidence, advice: str | None = None) -> Capability:
    """One line of the table."""
    return Capability(name=name, availability=availability, evidence=evidence.value, advice=advice)


def is_missing(section: Section) -> bool:
    """The phone does not have the program."""
    return section.status == _NOT_FOUND_STATUS or (section.status != 0 and _MISSING.search(section.output) is not None)


def is_refused(section: Section) -> bool:
    """The phone has it and does not let shell use it."""
    return _DENIED.search(section.output) is not None


async def probe_sources(session: Session, system: System, folders: Sequence[Folder]) -> tuple[Capability, ...]:
    """SMS, MMS, call log, contacts, notifications, recordings. A source that fails is a line, not an error.

    Raises:
        DeviceUnavailableError: the connection is gone, or nothing was answered in time more than once.
        ServerUnavailableError: as `Session.shell`.
        UnsupportedSystemError: there is no `content`.
    """
    denied = advice_for(Menu.DATA_ACCESS, system.vendor)
    calls_denied = Advice.CALL_LOG_NEEDS_ANDROID_12 if 0 < system.sdk <= _LAST_SDK_WITHOUT_CALL_LOG else denied
    queries = (
        (CapabilityName.SMS, ContentQuery(uri="content://sms", projection=("_id",), sort="_id DESC LIMIT 1"), denied),
        (CapabilityName.MMS, ContentQuery(uri="content://mms", projection=("_id",), sort="_id DESC LIMIT 1"), denied),
        (
            CapabilityName.CALL_LOG,
            ContentQuery(uri="content://call_log/calls?limit=1", projection=("_id",)),
            calls_denied,
        ),
        (
            CapabilityName.CONTACTS,
            ContentQuery(uri="content://com.android.contacts/contacts?limit=1", projection=("_id",)),
            denied,
        ),
    )
    patience = _Patience()
    found = [await patience.bear(name, _source(session, name, query, advice)) for name, query, advice in queries]
    found.append(await patience.bear(CapabilityName.NOTIFICATIONS, _notifications(session)))
    found.append(await patience.bear(CapabilityName.RECORDINGS, _recordings(session, system, folders)))
    return tuple(found)


class _Patience:
    """One source may be silent; a phone that is silent twice is not asked on."""

    def __init__(self) -> None:
        self._silences = 0

    async def bear(self, name: CapabilityName, answer: Awaitable[Capability]) -> Capability:
        try:
            return await answer
        except DeviceUnavailableError as error:
            self._silences += 1
            if error.code in LINK_CODES or self._silences > 1:
                raise
            return line(name, Availability.UNKNOWN, Evidence.NO_ANSWER)


async def _source(session: Session, name: CapabilityName, query: ContentQuery, denied: str) -> Capability:
    try:
        rows = await _rows_of(session, query)
    except ShellCommandError as error:
        if error.exit_code == _NOT_FOUND_STATUS:
            raise UnsupportedSystemError("no content") from error
        return _failed(name, error, denied)
    except ParseError:
        return line(name, Availability.UNKNOWN, Evidence.PROVIDER_FAILED)
    if rows:
        return line(name, Availability.YES, Evidence.ROWS_READABLE)
    if await is_storage_locked(session):
        return line(name, Availability.UNKNOWN, Evidence.STORAGE_LOCKED, Advice.UNLOCK_ONCE)
    return line(name, Availability.YES, Evidence.READABLE_BUT_EMPTY)


async def _rows_of(session: Session, query: ContentQuery) -> bytes:
    """Some call log providers refuse `?limit`: then all ids are asked for."""
    try:
        return await read_rows(session, query, timeout_s=_TIMEOUT_S)
    except ShellCommandError as error:
        bare = query.uri.partition("?")[0]
        if error.code is not BridgeErrorCode.SHELL_FAILED or bare == query.uri:
            raise
        return await read_rows(session, ContentQuery(uri=bare, projection=query.projection), timeout_s=_TIMEOUT_S)


def _failed(name: CapabilityName, error: ShellCommandError, denied: str) -> Capability:
    if error.code is BridgeErrorCode.PERMISSION_DENIED:
        return line(name, Availability.NO, Evidence.PERMISSION_DENIED, denied)
    if error.code is BridgeErrorCode.STORAGE_LOCKED:
        return line(name, Availability.UNKNOWN, Evidence.STORAGE_LOCKED, Advice.UNLOCK_ONCE)
    return line(name, Availability.UNKNOWN, Evidence.PROVIDER_FAILED)


async def _notifications(session: Session) -> Capability:
    name = CapabilityName.NOTIFICATIONS
    try:
        async with session.polls:
            (listing,) = await run_batch(session, ["cmd notification list"], timeout_s=_TIMEOUT_S)
            own = _OWN_KEY.search(listing.output) if listing.status == 0 else None
            if listing.status == 0 and own is None and not is_refused(listing):
                return line(name, Availability.YES, Evidence.NOTIFICATIONS_LISTED)
            command = _OWN_DUMP if own is None else f"cmd notification get {quote(own[1].decode('ascii'))}"
            (printed,) = await run_batch(session, [command], timeout_s=_TIMEOUT_S)
    except (ParseError, ShellCommandError):
        return line(name, Availability.UNKNOWN, Evidence.PROVIDER_FAILED)
    return read_own_notice(printed, is_dump=own is None)


def read_own_notice(printed: Section, *, is_dump: bool) -> Capability:
    """What the print of our own notice, or a dump filtered to the shell, says of everybody's notifications. Pure."""
    name = CapabilityName.NOTIFICATIONS
    if _WHOLE.search(printed.output):
        return line(name, Availability.YES, Evidence.TEXTS_READABLE)
    if _REDACTED.search(printed.output):
        return line(name, Availability.NO, Evidence.TEXTS_REDACTED, Advice.NOTIFICATION_TEXTS)
    if is_refused(printed) or is_missing(printed):
        return line(name, Availability.NO, Evidence.NOTIFICATIONS_REFUSED)
    if not is_dump:
        return line(name, Availability.YES, Evidence.NOTIFICATIONS_LISTED)  # our notice went between the two calls
    if HEAD in printed.output:
        return line(name, Availability.YES, Evidence.NOTIFICATIONS_DUMPED)
    return line(name, Availability.UNKNOWN, Evidence.NOT_TOLD)


async def _recordings(session: Session, system: System, folders: Sequence[Folder]) -> Capability:
    name = CapabilityName.RECORDINGS
    try:
        found = await look(session, folders)
    except ShellCommandError as error:
        return _failed(name, error, advice_for(Menu.DATA_ACCESS, system.vendor))
    except ParseError:
        return line(name, Availability.UNKNOWN, Evidence.PROVIDER_FAILED)
    of_calls = {part_of(folder) for folder in folders if folder.use is FolderUse.CALLS}
    if found.files or of_calls & found.entries.keys():
        return line(name, Availability.YES, Evidence.FOLDER_FOUND)
    return line(name, Availability.UNKNOWN, Evidence.NO_FOLDER, advice_for(Menu.RECORD_CALLS, system.vendor))
