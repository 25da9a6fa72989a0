"""Screen off and locked.

KEYCODE_SLEEP (5+) locks at once, or after the user's "lock after" delay. Android 14+ can first switch off fingerprints
and faces until the PIN is entered, without knowing it (`require-strong-auth`, LockSettingsShellCommand); 15+ is said to
cut USB data in that state, which would cut our own link, so it is left out there over a cable.

Locked is what `dumpsys trust` calls deviceLocked=1; where it prints another form, the keyguard showing on a phone that
certainly has a PIN. A phone without one sleeps and is open: that is no lock.
"""

from typing import Final

from ..carrier import Carrier
from ..readings import Credential, Wakefulness, read_credential, read_device_locked, read_wakefulness
from ..shell_batch import Section
from .answers import Said, said_by
from .codes import Code
from .endings import done, refused, unsure, unverified
from .facts import PhoneFacts
from .keyguard import read_keyguard
from .orders import Lock, StrongAuth
from .result import VerbResult
from .trail import Trail

_STRONG_AUTH_SDK: Final = 34
_CUTS_CABLE_SDK: Final = 35
_STRONG_AUTH: Final = "cmd lock_settings require-strong-auth STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN"
_SLEEP: Final = "input keyevent 223"
LOCK_STATE: Final = ("dumpsys trust", "dumpsys power", "dumpsys lock_settings", "dumpsys window policy")


def wants_strong_auth(order: Lock, facts: PhoneFacts) -> bool:
    """Whether biometrics are switched off first."""
    if order.strong_auth is StrongAuth.NEVER or facts.sdk < _STRONG_AUTH_SDK:
        return False
    return facts.sdk < _CUTS_CABLE_SDK or facts.carrier is not Carrier.CABLE


async def lock(order: Lock, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Key event and first read-back in one call, then read-backs until it says locked."""
    first = [_STRONG_AUTH] if wants_strong_auth(order, facts) else []
    sections = await trail.act("sleep", *first, _SLEEP, then_look=LOCK_STATE)
    key_event = sections[len(first)]
    found = read_lock(sections[len(first) + 1 :])

    async def is_settled() -> bool:
        nonlocal found
        if found is None:
            found = await look_at_lock(trail)
        return found is not None

    is_denied = said_by(key_event) in {Said.REFUSED, Said.UNKNOWN_COMMAND}
    if not is_denied:
        await trail.settle(is_settled)
    elif found is None:
        found = await look_at_lock(trail)
    return found or unverified(said_by(key_event))


async def look_at_lock(trail: Trail) -> VerbResult | None:
    """Read only; None when the phone does not say that it is locked."""
    return read_lock(await trail.look(*LOCK_STATE))


def read_lock(sections: tuple[Section, ...]) -> VerbResult | None:
    """Answers to `LOCK_STATE`."""
    trust, power, lock_settings, window = sections
    credential = read_credential(lock_settings.output)
    is_locked = read_device_locked(trust.output)
    keyguard = read_keyguard(window.output)
    if is_locked and credential is not Credential.NONE:
        return done(Code.LOCKED)
    if is_locked is None and keyguard.is_showing and credential is Credential.SET:
        return done(Code.LOCKED)
    is_asleep = read_wakefulness(power.output) in {Wakefulness.ASLEEP, Wakefulness.DOZING}
    if is_asleep and credential is Credential.NONE:
        return refused(Code.NO_SCREEN_LOCK)
    return None


async def read_back_lock(trail: Trail) -> VerbResult:
    """Whether it is locked now. Awake and unlocked is not proof that the order did not reach it."""
    return await look_at_lock(trail) or unsure(Code.NOT_VERIFIED)
