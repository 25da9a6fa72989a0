"""Screen off and locked.

KEYCODE_SLEEP (5+) locks at once, or after the user's "lock after" delay. Android 14+ can first switch off fingerprints
and faces until the PIN is entered, without knowing it (`require-strong-auth`, LockSettingsShellCommand). That state is
lockdown: 15+ ends USB data in it (Pixel 15, reported), which would cut our own link, so it is left out there over a
cable.
"""

from typing import Final

from ..carrier import Carrier
from ..readings import Credential, Wakefulness, read_credential, read_device_locked, read_wakefulness
from .answers import Said, said_by
from .codes import Code
from .endings import unsure, unverified
from .facts import PhoneFacts
from .lock_state import LOCK_STATE, look_at_lock, read_lock
from .orders import Lock, OwnerLock, StrongAuth
from .owning import can_lock, owner_lock
from .result import VerbResult
from .trail import Trail

_STRONG_AUTH_SDK: Final = 34
_CUTS_CABLE_SDK: Final = 35
_STRONG_AUTH: Final = "cmd lock_settings require-strong-auth STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN"
_SLEEP: Final = "input keyevent 223"
_WAKE: Final = "input keyevent 224"


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
        if not await trail.settle(is_settled) and await _sleeps_open(trail):
            # It slept before, within the time until it locks by itself: only falling asleep locks at once.
            await trail.act("wake_and_sleep", _WAKE, _SLEEP)
            found = await look_at_lock(trail)
    elif can_lock(facts, None):
        return await owner_lock(OwnerLock(), trail, facts)
    elif found is None:
        found = await look_at_lock(trail)
    return found or unverified(said_by(key_event))


async def _sleeps_open(trail: Trail) -> bool:
    """A PIN is set, the screen is off, and the phone says that it is not locked."""
    trust, power, lock_settings, _ = await trail.look(*LOCK_STATE)
    is_asleep = read_wakefulness(power.output) in {Wakefulness.ASLEEP, Wakefulness.DOZING}
    has_pin = read_credential(lock_settings.output) is Credential.SET
    return is_asleep and has_pin and read_device_locked(trust.output) is False


async def read_back_lock(trail: Trail) -> VerbResult:
    """Whether it is locked now. Awake and unlocked is not proof that the order did not reach it."""
    return await look_at_lock(trail) or unsure(Code.NOT_VERIFIED)
