"""What an operator may do to a phone, with a read-back: nothing is reported as done because it was sent."""

import asyncio
import re
from enum import StrEnum

from .errors import AdbBridgeError
from .readings import Credential, Wakefulness, read_credential, read_device_locked, read_wakefulness
from .session import Session, quote
from .shell_batch import run_batch

_TIMEOUT_S = 20.0
_READ_BACKS = 12
_READ_BACK_PAUSE_S = 0.5
_STRONG_AUTH_SDK = 34
_KEYCODE_SLEEP = 223
_REFUSED = re.compile(rb"SecurityException|INJECT_EVENTS|Permission Denial", re.IGNORECASE)
_UNKNOWN_COMMAND = re.compile(rb"unknown command|can't find service|not found", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z0-9._-]{1,64}")


class LockResult(StrEnum):
    """What is known about the lock after a read-back."""

    LOCKED = "locked"
    """`dumpsys trust` says deviceLocked=1 for the current user."""
    NO_SCREEN_LOCK = "no_screen_lock"
    """The phone sleeps, but no PIN, pattern or password is set: a press of a button opens it."""
    NOT_VERIFIED = "not_verified"
    """The phone did not say within about 6 s that it is locked. It may lock later, or be open."""
    REFUSED = "refused"
    """The phone does not take key events from adb (Xiaomi: USB debugging (Security settings) is off)."""


class NoticeResult(StrEnum):
    """What became of a notice."""

    POSTED = "posted"
    """It is in the phone's list of notifications."""
    NOT_SUPPORTED = "not_supported"
    """This Android cannot post from the shell (before 11)."""
    REFUSED = "refused"
    """Taken, but not shown: notifications of the shell are switched off, or a permission is missing."""


async def lock(session: Session) -> LockResult:
    """Lock the phone now. May be repeated: it never wakes or unlocks anything.

    On API 34+ biometrics and trust agents are switched off first until the credential is entered (needs no old
    credential). Then KEYCODE_SLEEP, which locks at once or after the user's "lock after" delay.

    Raises:
        DeviceUnavailableError, ServerUnavailableError: the command may or may not have reached the phone; use
            `probe_lock` when it is back.
    """
    (version,) = await run_batch(session, ["getprop ro.build.version.sdk"], timeout_s=_TIMEOUT_S)
    commands = [f"input keyevent {_KEYCODE_SLEEP}"]
    if version.output.strip().isdigit() and int(version.output) >= _STRONG_AUTH_SDK:
        commands.insert(0, "cmd lock_settings require-strong-auth STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN")
    *_, key_event = await run_batch(session, commands, timeout_s=_TIMEOUT_S)
    is_refused = _REFUSED.search(key_event.output) is not None
    for attempt in range(1 if is_refused else _READ_BACKS):
        if attempt:
            await asyncio.sleep(_READ_BACK_PAUSE_S)
        try:
            result = await probe_lock(session)
        except AdbBridgeError:
            # Lockdown may cut the USB data line (15+): the key event was taken, its effect is not known.
            return LockResult.NOT_VERIFIED
        if result is not LockResult.NOT_VERIFIED:
            return result
    return LockResult.REFUSED if is_refused else LockResult.NOT_VERIFIED


async def probe_lock(session: Session) -> LockResult:
    """Read only: what the phone says about its lock now. Never REFUSED.

    Raises:
        DeviceUnavailableError, ServerUnavailableError, ParseError: as `run_batch`.
    """
    trust, power, lock_settings = await run_batch(
        session, ["dumpsys trust", "dumpsys power", "dumpsys lock_settings"], timeout_s=_TIMEOUT_S
    )
    if read_device_locked(trust.output):
        return LockResult.LOCKED
    is_asleep = read_wakefulness(power.output) in {Wakefulness.ASLEEP, Wakefulness.DOZING}
    if is_asleep and read_credential(lock_settings.output) is Credential.NONE:
        return LockResult.NO_SCREEN_LOCK
    return LockResult.NOT_VERIFIED


async def post_notice(session: Session, *, tag: str, title: str, text: str) -> NoticeResult:
    """Post a standing notice on the phone and look whether it is there. The same tag replaces the earlier notice.

    Raises:
        ValueError: the tag is not `[A-Za-z0-9._-]{1,64}`.
        DeviceUnavailableError, ServerUnavailableError: it may or may not be posted; `is_notice_posted` tells.
    """
    line = f"cmd notification post -t {quote(title)} {quote(_checked_tag(tag))} {quote(text)}"
    (posted,) = await run_batch(session, [line], timeout_s=_TIMEOUT_S)
    if await is_notice_posted(session, tag):
        return NoticeResult.POSTED
    if _REFUSED.search(posted.output):
        return NoticeResult.REFUSED
    return NoticeResult.NOT_SUPPORTED if _UNKNOWN_COMMAND.search(posted.output) else NoticeResult.REFUSED


async def is_notice_posted(session: Session, tag: str) -> bool:
    """Whether a notification of the shell with this tag is in `cmd notification list` (11+).

    Lines are `userId|package|id|tag|uid`; other apps choose their tags, but not their package and uid.

    Raises:
        ValueError: as `post_notice`.
        ParseError: the phone cannot list notifications.
    """
    line = re.compile(rb"^-?[0-9]+\|com\.android\.shell\|[0-9]+\|%s\|2000\r?$" % re.escape(_checked_tag(tag)).encode())
    (listing,) = await run_batch(session, ["cmd notification list"], timeout_s=_TIMEOUT_S)
    return any(line.match(entry) for entry in listing.output.split(b"\n"))


def _checked_tag(tag: str) -> str:
    if not _TAG.fullmatch(tag):
        raise ValueError("a notice tag is made of letters, digits, dot, underscore and hyphen")
    return tag
