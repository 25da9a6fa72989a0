"""Lost mode: what a shop wants at once when a phone is gone, and back again when it is found.

Each part is a verb of its own with its own read-back; the order is done when all of them are. A part that fails does
not keep the others from being tried: the steps tell which worked (`lost:lock`, `lost:message`, …).
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from .codes import Code
from .endings import done, refused, unsure
from .facts import PhoneFacts
from .freezing import freeze, read_back_free, read_back_frozen, unfreeze
from .locking import lock, read_back_lock
from .notices import post, read_back_posted
from .orders import ClearPin, Freeze, Lock, LostOff, LostOn, Message, Ring, SetPin, StrongAuth, Unfreeze
from .pins import clear_pin, read_back_cleared, read_back_set, set_pin
from .result import Ending, VerbResult
from .ringing import ring
from .trail import Trail

_Part = tuple[str, Callable[[], Awaitable[VerbResult]]]
_NOTHING_TO_DO: Final = frozenset({Code.NOT_INSTALLED})
"""Ends of a part that leave nothing undone."""
_TEXTS_SDK: Final = 30
"""Android 11: older ones never showed a text of ours, so none has to be replaced."""


async def lost_on(order: LostOn, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """PIN, lock, text, apps, sound; the most important first."""
    parts: list[_Part] = []
    new_pin, old_pin = order.new_pin, order.old_pin
    if new_pin is not None:
        parts.append(("pin", lambda: set_pin(SetPin(new=new_pin, old=old_pin), trail, facts)))
    # Lockdown would hide the text from the lock screen, where the finder reads it.
    parts.append(("lock", lambda: lock(Lock(strong_auth=StrongAuth.NEVER), trail, facts)))
    message = Message(title=order.title, text=order.message, tag=order.tag)
    parts.append(("message", lambda: post(message, trail, style="-S bigtext")))
    if order.packages:
        parts.append(("freeze", lambda: freeze(Freeze(packages=order.packages), trail)))
    if order.ring_s > 0:
        sound = Ring(duration_s=order.ring_s, title=order.title or "Shopwarden", text=order.message)
        parts.append(("ring", lambda: ring(sound, trail)))
    return await _all(parts, Code.LOST_MODE_ON, trail)


async def lost_off(order: LostOff, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Apps, text, and the PIN where one is given."""
    parts: list[_Part] = []
    if order.packages:
        parts.append(("unfreeze", lambda: unfreeze(Unfreeze(packages=order.packages), trail)))
    if _shows_texts(facts):
        message = Message(title=order.title, text=order.message, tag=order.tag)
        parts.append(("message", lambda: post(message, trail)))
    if (old_pin := order.old_pin) is not None:
        parts.append(("unlock", lambda: clear_pin(ClearPin(old=old_pin), trail, facts)))
    return await _all(parts, Code.LOST_MODE_OFF, trail)


async def read_back_lost_on(order: LostOn, trail: Trail) -> VerbResult:
    """Whether all of it is in effect; of a ring that is over nothing can be told."""
    parts: list[_Part] = []
    if (new_pin := order.new_pin) is not None:
        parts.append(("pin", lambda: read_back_set(SetPin(new=new_pin, old=None), trail)))
    message = Message(title=order.title, text=order.message, tag=order.tag)
    parts += [("lock", lambda: read_back_lock(trail)), ("message", lambda: read_back_posted(message, trail))]
    if order.packages:
        parts.append(("freeze", lambda: read_back_frozen(Freeze(packages=order.packages), trail)))
    if order.ring_s > 0:
        parts.append(("ring", _untold))
    return await _all(parts, Code.LOST_MODE_ON, trail)


async def read_back_lost_off(order: LostOff, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Whether all of it is in effect."""
    parts: list[_Part] = []
    if _shows_texts(facts):
        message = Message(title=order.title, text=order.message, tag=order.tag)
        parts.append(("message", lambda: read_back_posted(message, trail)))
    if order.packages:
        parts.append(("unfreeze", lambda: read_back_free(Unfreeze(packages=order.packages), trail)))
    if order.old_pin is not None:
        parts.append(("unlock", lambda: read_back_cleared(trail)))
    return await _all(parts, Code.LOST_MODE_OFF, trail)


def _shows_texts(facts: PhoneFacts) -> bool:
    return facts.sdk == 0 or facts.sdk >= _TEXTS_SDK


async def _untold() -> VerbResult:
    return unsure(Code.NOT_VERIFIED)


async def _all(parts: list[_Part], code: Code, trail: Trail) -> VerbResult:
    ends: list[VerbResult] = []
    for name, part in parts:
        end = await part()
        if end.code in _NOTHING_TO_DO:
            end = replace(end, ending=Ending.DONE)
        trail.note(f"lost:{name}", end.code)
        ends.append(end)
    endings = {end.ending for end in ends}
    if endings <= {Ending.DONE}:
        return done(code)
    if Ending.UNSURE in endings:
        return unsure(next(end.code for end in ends if end.ending is Ending.UNSURE))
    if Ending.DONE in endings:
        return refused(Code.PARTLY)
    return next(end for end in ends if end.ending is not Ending.DONE)
