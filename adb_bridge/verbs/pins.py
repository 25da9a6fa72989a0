"""The screen lock: set a PIN, take it away, ask whether one is right.

`locksettings` (LockSettingsShellCommand, 8-16; read on 10, 11, 14, 15) wants `--old` for each of these once there is a
credential. A wrong one counts as a failed attempt, and after some the phone refuses even the right one for a while: so
a PIN is tried once for an order, and never again by itself. It prints the PIN it was given: no output of these steps is
kept, not even as a hash.
"""

from typing import Final, assert_never

from ..readings import Credential, read_credential, read_device_locked
from ..secret import Secret
from ..session import quote
from .codes import Code
from .endings import done, impossible, not_now, refused, unsure
from .facts import PhoneFacts
from .lock_words import VERIFY_NONE, LockWord, credential_by_verify, lock_word
from .orders import ClearPin, SetPin
from .result import Ending, VerbResult
from .trail import Trace, Trail

THROTTLE_S: Final = 60.0
"""Android's first pauses are 30 s, later ones longer; asking in the pause costs nothing."""
_OPEN: Final = ("input keyevent 224", "wm dismiss-keyguard")
_CREDENTIAL: Final = ("dumpsys lock_settings", "dumpsys trust")


async def set_pin(order: SetPin, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Set it, then let the phone itself say that this is its PIN."""
    if order.old is None and facts.has_credential is Credential.SET:
        return refused(Code.PIN_UNKNOWN)
    old = order.old if facts.has_credential is not Credential.NONE else None
    said = await _tell(trail, "set_pin", "set-pin", old=old, new=order.new)
    if said is LockWord.NONE_SET:
        said = await _tell(trail, "set_pin", "set-pin", old=None, new=order.new)
    elif said is LockWord.OLD_MISSING and order.old is not None and old is None:
        said = await _tell(trail, "set_pin", "set-pin", old=order.old, new=order.new)
    match said:
        case LockWord.SET | LockWord.UNTOLD | LockWord.CLEARED | LockWord.VERIFIED | LockWord.REFUSED:
            # A refusal too: who takes a PIN for refused that is on the phone locks the shop out.
            return await _confirm_set(order.new, trail)
        case LockWord.OLD_MISSING | LockWord.NONE_SET:
            return refused(Code.PIN_UNKNOWN)
        case LockWord.UNKNOWN_COMMAND:
            found = await _confirm_set(order.new, trail)
            is_unknown = found.ending is Ending.REFUSED or trail.steps[-1].code == Code.NOT_SUPPORTED
            return impossible(Code.NOT_SUPPORTED) if is_unknown else found
        case LockWord.WRONG | LockWord.THROTTLED | LockWord.POLICY:
            return _final(said)
        case _:
            assert_never(said)


async def clear_pin(order: ClearPin, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Take it away, see that it is gone, wake the phone and open the keyguard."""
    said = LockWord.CLEARED
    if facts.has_credential is not Credential.NONE:
        said = await _tell(trail, "clear_pin", "clear", old=order.old)
    if said in {LockWord.CLEARED, LockWord.NONE_SET, LockWord.UNTOLD}:
        await trail.act("wake", *_OPEN)
    found = await _confirm_cleared(trail)
    if found.ending is not Ending.REFUSED:
        return found
    if said is LockWord.OLD_MISSING:
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
    if said is LockWord.VERIFIED:
        return done(Code.PIN_SET)
    return refused(Code.NO_SCREEN_LOCK) if said is LockWord.NONE_SET else _final(said)


async def _confirm_set(pin: Secret, trail: Trail) -> VerbResult:
    """A phone that says that the PIN is right and that it has none contradicts itself."""
    said = await _tell(trail, "verify_pin", "verify", old=pin)
    match said:
        case LockWord.VERIFIED:
            is_there = read_credential((await trail.look("dumpsys lock_settings"))[0].output) is not Credential.NONE
            return done(Code.PIN_SET) if is_there else unsure(Code.NOT_VERIFIED)
        case LockWord.WRONG | LockWord.NONE_SET:
            return refused(Code.NOT_IN_EFFECT)
        case LockWord.THROTTLED:
            return unsure(Code.THROTTLED)
        case _:
            return unsure(Code.NOT_VERIFIED)


async def _confirm_cleared(trail: Trail) -> VerbResult:
    lock_settings, trust = await trail.look(*_CREDENTIAL)
    credential = read_credential(lock_settings.output)
    if credential is Credential.UNKNOWN:
        (verified,) = await trail.look(VERIFY_NONE)
        credential = credential_by_verify(verified)
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


async def _tell(trail: Trail, step: str, verb: str, *, old: Secret | None, new: Secret | None = None) -> LockWord:
    words = ["locksettings", verb]
    if old is not None:
        words += ["--old", quote(old.reveal())]
    if new is not None:
        words.append(quote(new.reveal()))
    (section,) = await trail.act(step, " ".join(words), trace=Trace.WITHHELD)
    return lock_word(section)


def _final(said: LockWord) -> VerbResult:
    match said:
        case LockWord.WRONG:
            return refused(Code.WRONG_PIN)
        case LockWord.THROTTLED:
            return not_now(Code.THROTTLED, THROTTLE_S)
        case LockWord.POLICY:
            return refused(Code.PIN_POLICY)
        case LockWord.REFUSED:
            return refused(Code.REFUSED)
        case LockWord.UNKNOWN_COMMAND:
            return impossible(Code.NOT_SUPPORTED)
        case _:
            return unsure(Code.NOT_VERIFIED)
