"""What a phone says of its lock. Pure but for `look_at_lock`; total on any bytes.

Locked is what `dumpsys trust` calls deviceLocked=1; where it prints another form, the keyguard showing on a phone that
certainly has a PIN. A phone without one sleeps and is open: that is no lock.
"""

from typing import Final

from ..readings import Credential, Wakefulness, read_credential, read_device_locked, read_wakefulness
from ..shell_batch import Section
from .codes import Code
from .endings import done, refused
from .keyguard import read_keyguard
from .result import VerbResult
from .trail import Trail

LOCK_STATE: Final = ("dumpsys trust", "dumpsys power", "dumpsys lock_settings", "dumpsys window policy")


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
