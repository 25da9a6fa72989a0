"""The door: carry out one order on one phone, or ask whether it is in effect."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Final, assert_never

from ..clock import Clock
from ..errors import DeviceUnavailableError, ParseError, ServerUnavailableError, ShellCommandError
from ..session import Session
from .calling import call, read_back_call
from .codes import Code
from .endings import not_now, unsure
from .facts import PhoneFacts
from .freezing import freeze, read_back_free, read_back_frozen, unfreeze
from .keeping import keep_alive, read_back_kept_alive
from .locking import lock, read_back_lock
from .losing import lost_off, lost_on, read_back_lost_off, read_back_lost_on
from .notices import post, read_back_posted
from .orders import (
    Call,
    ClearPin,
    Freeze,
    KeepAlive,
    Lock,
    LostOff,
    LostOn,
    Message,
    Notice,
    Order,
    OwnerLock,
    Reboot,
    Ring,
    SetPin,
    Unfreeze,
)
from .owning import owner_lock
from .pins import clear_pin, read_back_cleared, read_back_set, set_pin
from .rebooting import read_back_reboot, reboot
from .result import Ending, VerbResult
from .ringing import read_back_ring, ring
from .trail import PATIENCE, Patience, Trail, link_code

_ASK_AGAIN_S: Final = 30.0
_STARTING_S: Final = 10.0
_NOT_REPEATABLE: Final = (SetPin, ClearPin, Reboot, Call, LostOn, LostOff)


def is_repeatable(order: Order) -> bool:
    """Sending it twice does no more than sending it once.

    Not so: a PIN (a second try with a PIN that is wrong by now counts as a failed attempt), a restart, a call.
    """
    match order:
        case LostOn():
            return order.new_pin is None
        case LostOff():
            return order.old_pin is None
        case _:
            return not isinstance(order, _NOT_REPEATABLE)


async def carry_out(
    order: Order, session: Session, facts: PhoneFacts, clock: Clock, *, patience: Patience = PATIENCE
) -> VerbResult:
    """Do it and read it back. Never raises but CancelledError; never longer than `patience.at_most_s` and its ringing.

    Args:
        facts: As the phone is now; a lock goes by older ones as well.
    """
    trail = Trail(session, clock, replace(patience, at_most_s=patience.at_most_s + _rings_s(order)))
    return await bounded(trail, lambda: _carry_out(order, trail, facts))


async def read_back(
    order: Order, session: Session, facts: PhoneFacts, clock: Clock, *, patience: Patience = PATIENCE
) -> VerbResult:
    """Ask whether it is in effect, without doing anything: DONE, REFUSED (certainly not), or UNSURE.

    Of a PIN this costs one try where it is not in effect: Android counts a wrong PIN as a failed attempt.
    """
    trail = Trail(session, clock, patience)
    found = await bounded(trail, lambda: _read_back(order, trail, facts))
    if found.ending in {Ending.DONE, Ending.REFUSED, Ending.UNSURE}:
        return found
    return replace(found, ending=Ending.UNSURE, retry_after_s=None)


async def bounded(trail: Trail, work: Callable[[], Coroutine[None, None, VerbResult]]) -> VerbResult:
    """What `work` ends with, within the trail's patience; what it raises is an end too, with the trail's steps."""
    try:
        async with asyncio.timeout(trail.patience.at_most_s):
            result = await work()
    except TimeoutError:
        result = _broken_off(trail, Code.PHONE_TIMEOUT)
    except DeviceUnavailableError as error:
        result = _broken_off(trail, link_code(error))
    except ServerUnavailableError:
        result = _broken_off(trail, Code.LINK_LOST)
    except (ParseError, ShellCommandError):
        # The link holds and the phone answers something else: asking at once again would not help.
        result = unsure(Code.UNREADABLE) if trail.may_have_acted else not_now(Code.UNREADABLE, _ASK_AGAIN_S)
    return replace(result, steps=trail.steps)


def _rings_s(order: Order) -> float:
    match order:
        case Ring():
            return order.duration_s
        case LostOn():
            return order.ring_s
        case _:
            return 0.0


def _broken_off(trail: Trail, code: Code) -> VerbResult:
    return VerbResult(ending=Ending.UNSURE if trail.may_have_acted else Ending.NOT_SENT, code=code)


async def _carry_out(order: Order, trail: Trail, facts: PhoneFacts) -> VerbResult:
    if facts.is_booted is False:
        return not_now(Code.STARTING, _STARTING_S)
    match order:
        case Lock():
            return await lock(order, trail, facts)
        case Message() | Notice():
            return await post(order, trail)
        case Reboot():
            return await reboot(order, trail, facts)
        case Freeze():
            return await freeze(order, trail)
        case Unfreeze():
            return await unfreeze(order, trail)
        case SetPin():
            return await set_pin(order, trail, facts)
        case ClearPin():
            return await clear_pin(order, trail, facts)
        case LostOn():
            return await lost_on(order, trail, facts)
        case LostOff():
            return await lost_off(order, trail, facts)
        case Ring():
            return await ring(order, trail)
        case KeepAlive():
            return await keep_alive(order, trail, facts)
        case Call():
            return await call(order, trail, facts)
        case OwnerLock():
            return await owner_lock(order, trail, facts)
        case _:
            assert_never(order)


async def _read_back(order: Order, trail: Trail, facts: PhoneFacts) -> VerbResult:
    match order:
        case Lock() | OwnerLock():
            return await read_back_lock(trail)
        case Message() | Notice():
            return await read_back_posted(order, trail)
        case Reboot():
            return await read_back_reboot(order, trail)
        case Freeze():
            return await read_back_frozen(order, trail)
        case Unfreeze():
            return await read_back_free(order, trail)
        case SetPin():
            return await read_back_set(order, trail)
        case ClearPin():
            return await read_back_cleared(trail)
        case LostOn():
            return await read_back_lost_on(order, trail)
        case LostOff():
            return await read_back_lost_off(order, trail, facts)
        case Ring():
            return await read_back_ring(trail)
        case KeepAlive():
            return await read_back_kept_alive(order, trail, facts)
        case Call():
            return await read_back_call(trail)
        case _:
            assert_never(order)
