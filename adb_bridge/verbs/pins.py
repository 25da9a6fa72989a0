"""The screen lock: set a PIN, take it away, ask whether one is right.

`locksettings` (LockSettingsShellCommand, 8-16; read on 10, 11, 14, 15) wants `--old` for each of these once there is a
credential. A wrong one counts as a failed attempt, and after some the phone refuses even the right one for a while: so
a PIN is tried once for an order, and never again by itself. It prints the PIN it was given: no output of these steps is
kept, not even as a hash.
"""

import re
from enum import StrEnum
from typing import Final, assert_never

from ..readings import Credential, read_credential, read_device_locked
from ..secret import Secret
from ..session import quote
from ..shell_batch import Section
from .answers import Said, said_by
from .codes import Code
from .endings import done, impossible, not_now, refused, unsure
from .facts import PhoneFacts
from .keyguard import read_keyguard
from .orders import ClearPin, SetPin
from .result import Ending, VerbResult
from .trail import Trace, Trail

THROTTLE_S: Final = 60.0
"""Android's first pauses are 30 s, later ones longer; asking in the pause costs nothing."""
_OPEN: Final = ("input keyevent 224", "wm dismiss-keyguard")
_CREDENTIAL: Final = ("dumpsys lock_settings", "dumpsys window policy", "dumpsys trust")


class _Pin(StrEnum):
    """What `locksettings` said."""

    SET = "set"
    CLEARED = "cleared"
    VERIFIED = "verified"
    WRONG = "wrong"
    THROTTLED = "throttled"
    POLICY = "policy"
    NONE_SET = "none_set"
    """An old credential was given and there is none."""
    OLD_MISSING = "old_missing"
    """None was given and there is one; counts as no attempt from 14 on."""
    REFUSED = "refused"
    UNKNOWN_COMMAND = "unknown_command"
    UNTOLD = "untold"


_SAYS: Final = (
    (re.compile(rb"^Request throttled", re.MULTILINE), _Pin.THROTTLED),
    (re.compile(rb"^Old password provided but user has no password", re.MULTILINE), _Pin.NONE_SET),
    (
        re.compile(rb"old credential was not provided|Credential can't be null or empty", re.MULTILINE),
        _Pin.OLD_MISSING,
    ),
    (re.compile(rb"^Old password '.*' didn't match", re.MULTILINE), _Pin.WRONG),
    (re.compile(rb"doesn't satisfy admin policies|must not be null and at least of length"), _Pin.POLICY),
    (re.compile(rb"^(?:Pin|Password|Pattern) set to '", re.MULTILINE), _Pin.SET),
    (re.compile(rb"^Lock credential cleared", re.MULTILINE), _Pin.CLEARED),
    (re.compile(rb"^Lock credential verified successfully", re.MULTILINE), _Pin.VERIFIED),
)


async def set_pin(order: SetPin, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Set it, then let the phone itself say that this is its PIN."""
    if order.old is None and facts.has_credential is Credential.SET:
        return refused(Code.PIN_UNKNOWN)
    old = order.old if facts.has_credential is not Credential.NONE else None
    said = await _tell(trail, "set_pin", "set-pin", old=old, new=order.new)
    if said is _Pin.NONE_SET:
        said = await _tell(trail, "set_pin", "set-pin", old=None, new=order.new)
    elif said is _Pin.OLD_MISSING and order.old is not None and old is None:
        said = await _tell(trail, "set_pin", "set-pin", old=order.old, new=order.new)
    match said:
        case _Pin.SET | _Pin.UNTOLD | _Pin.CLEARED | _Pin.VERIFIED | _Pin.REFUSED:
            # A refusal too: who takes a PIN for refused that is on the phone locks the shop out.
            return await _confirm_set(order.new, trail)
        case _Pin.OLD_MISSING | _Pin.NONE_SET:
            return refused(Code.PIN_UNKNOWN)
        case _Pin.WRONG | _Pin.THROTTLED | _Pin.POLICY | _Pin.UNKNOWN_COMMAND:
            return _final(said)
        case _:
            assert_never(said)


async def clear_pin(order: ClearPin, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Take it away, see that it is gone, wake the phone and open the keyguard."""
    said = _Pin.CLEARED
    if facts.has_credential is not Credential.NONE:
        said = await _tell(trail, "clear_pin", "clear", old=order.old)
    if said in {_Pin.CLEARED, _Pin.NONE_SET, _Pin.UNTOLD}:
        await trail.act("wake", *_OPEN)
    found = await _confirm_cleared(trail)
    if found.ending is not Ending.REFUSED:
        return found
    if said is _Pin.OLD_MISSING:
        return refused(Code.PIN_UNKNOWN)
    return found if _final(said).ending is Ending.UNSURE else _final(said)


async def read_back_set(order: SetPin, trail: Trail) -> VerbResult:
    """Ask whether the phone has this PIN. One failed attempt when it has another."""
    return await _confirm_set(order.new, trail)


async def read_back_cleared(trail: Trail) -> VerbResult:
    """Whether there is no screen lock now. Costs no attempt."""
    return await _confirm_cleared(trail)


async def verify_pin(pin: Secret, trail: Trail) -> VerbResult:
    """Whether the phone has this PIN now: DONE `pin_set`, REFUSED `wrong_pin` or `no_screen_lock`, NOT_NOW throttled.
    One failed attempt when it has another."""
    said = await _tell(trail, "verify_pin", "verify", old=pin)
    if said is _Pin.VERIFIED:
        return done(Code.PIN_SET)
    return refused(Code.NO_SCREEN_LOCK) if said is _Pin.NONE_SET else _final(said)


async def _confirm_set(pin: Secret, trail: Trail) -> VerbResult:
    """A phone that says that the PIN is right and that it has none contradicts itself."""
    said = await _tell(trail, "verify_pin", "verify", old=pin)
    match said:
        case _Pin.VERIFIED:
            is_there = read_credential((await trail.look("dumpsys lock_settings"))[0].output) is not Credential.NONE
            return done(Code.PIN_SET) if is_there else unsure(Code.NOT_VERIFIED)
        case _Pin.WRONG | _Pin.NONE_SET:
            return refused(Code.NOT_IN_EFFECT)
        case _Pin.THROTTLED:
            return unsure(Code.THROTTLED)
        case _:
            return unsure(Code.NOT_VERIFIED)


async def _confirm_cleared(trail: Trail) -> VerbResult:
    lock_settings, window, trust = await trail.look(*_CREDENTIAL)
    credential = read_credential(lock_settings.output)
    if credential is Credential.UNKNOWN:
        credential = read_keyguard(window.output).credential
    match credential:
        case Credential.NONE:
            is_locked = read_device_locked(trust.output)
            return unsure(Code.NOT_VERIFIED) if is_locked else done(Code.UNLOCKED)
        case Credential.SET:
            return refused(Code.NOT_IN_EFFECT)
        case Credential.UNKNOWN:
            return unsure(Code.NOT_VERIFIED)
        case _:
            assert_never(credential)


async def _tell(trail: Trail, step: str, verb: str, *, old: Secret | None, new: Secret | None = None) -> _Pin:
    words = ["locksettings", verb]
    if old is not None:
        words += ["--old", quote(old.reveal())]
    if new is not None:
        words.append(quote(new.reveal()))
    (section,) = await trail.act(step, " ".join(words), trace=Trace.WITHHELD)
    return _said(section)


def _said(section: Section) -> _Pin:
    if section.status < 0:
        return _Pin.UNTOLD
    for pattern, meaning in _SAYS:
        if pattern.search(section.output):
            return meaning
    match said_by(section):
        case Said.REFUSED:
            return _Pin.REFUSED
        case Said.UNKNOWN_COMMAND:
            return _Pin.UNKNOWN_COMMAND
        case Said.NOTHING_BAD | Said.FAILED | Said.NOTHING:
            return _Pin.UNTOLD


def _final(said: _Pin) -> VerbResult:
    match said:
        case _Pin.WRONG:
            return refused(Code.WRONG_PIN)
        case _Pin.THROTTLED:
            return not_now(Code.THROTTLED, THROTTLE_S)
        case _Pin.POLICY:
            return refused(Code.PIN_POLICY)
        case _Pin.REFUSED:
            return refused(Code.REFUSED)
        case _Pin.UNKNOWN_COMMAND:
            return impossible(Code.NOT_SUPPORTED)
        case _:
            return unsure(Code.NOT_VERIFIED)
