"""A wipe and the phone's PIN: which one it is, taking it away, putting it back, and a new one for the empty phone."""

import asyncio
from dataclasses import dataclass
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError
from adb_bridge.readings import Credential
from adb_bridge.records import DeviceSerial
from adb_bridge.session import Session
from adb_bridge.verbs.carry import bounded, carry_out
from adb_bridge.verbs.codes import Code
from adb_bridge.verbs.facts import PhoneFacts, probe_facts
from adb_bridge.verbs.orders import ClearPin, Lock, SetPin
from adb_bridge.verbs.pins import verify_pin
from adb_bridge.verbs.result import Ending, VerbResult
from adb_bridge.verbs.trail import Patience, Trail

from ..archive.pins import PinState
from ..pins.vault import HeldPin, ShopPins
from .story import NO_PIN

LEFT_OPEN: Final = "left_open"
"""It was not erased, and its PIN could not be set again: it is open."""
_MOST_TRIED: Final = 2
"""Wrong PINs are failed attempts; a phone refuses even the right one after some."""
_TRIES: Final = 3
_PAUSE_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LockKey:
    """Whether the phone's PIN is known: DONE with its `pin_id`, NO_PIN for a phone without one; else why not."""

    result: VerbResult
    pin_id: int = NO_PIN


class ScreenLock:
    """Of every phone. Never raises but CancelledError and errors of the archive; each call is bounded."""

    def __init__(self, pins: ShopPins, clock: Clock, patience: Patience) -> None:
        self._pins = pins
        self._clock = clock
        self._patience = patience

    async def known(self, device: DeviceSerial, session: Session, facts: PhoneFacts) -> LockKey:
        """Have the phone say that a kept PIN is its own. At most two are tried."""
        if facts.has_credential is Credential.NONE:
            return LockKey(result=VerbResult(ending=Ending.DONE, code=Code.NO_SCREEN_LOCK))
        result = VerbResult(ending=Ending.IMPOSSIBLE, code=Code.PIN_UNKNOWN)
        for held in (await self._pins.candidates(device))[:_MOST_TRIED]:
            result = await self._verified(held, session)
            if result.ending is Ending.DONE:
                await self._pins.verified(held)
                return LockKey(result=result, pin_id=held.kept.pin.pin_id)
            if result.code == Code.NO_SCREEN_LOCK:
                return LockKey(result=VerbResult(ending=Ending.DONE, code=Code.NO_SCREEN_LOCK, steps=result.steps))
            if result.code != Code.WRONG_PIN:
                break
        return LockKey(result=result)

    async def clear(self, device: DeviceSerial, pin_id: int, session: Session, facts: PhoneFacts) -> VerbResult:
        """Take the PIN away that the phone said is its own. The vault keeps it: it may have to be put back."""
        held = await self._held(device, pin_id)
        if facts.has_credential is Credential.NONE or pin_id == NO_PIN:
            return VerbResult(ending=Ending.DONE, code=Code.UNLOCKED)
        if held is None:
            return VerbResult(ending=Ending.IMPOSSIBLE, code=Code.PIN_UNKNOWN)
        return await carry_out(ClearPin(old=held.pin), session, facts, self._clock, patience=self._patience)

    async def put_back(self, device: DeviceSerial, pin_id: int, session: Session) -> VerbResult:
        """Set it again on a phone that was not erased: DONE when the phone says so, also when it never went."""
        if pin_id == NO_PIN:
            return VerbResult(ending=Ending.DONE, code=Code.NO_SCREEN_LOCK)
        held = await self._held(device, pin_id)
        if held is None:
            return VerbResult(ending=Ending.REFUSED, code=LEFT_OPEN)
        result = VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST)
        for number in range(_TRIES):
            if number:
                await asyncio.sleep(_PAUSE_S)
            result = await self._set(held, session)
            if result.ending is Ending.DONE:
                await self._pins.verified(held)
                break
        return result

    async def emptied(self, device: DeviceSerial) -> None:
        """The PIN that it had went with everything else."""
        await self._pins.cleared(device)

    async def lock_anew(self, device: DeviceSerial, session: Session) -> VerbResult:
        """A new PIN for the empty phone, and the screen off. REFUSED and UNSURE leave it open."""
        new = await self._pins.propose(device)
        held = next(one for one in await self._pins.candidates(device) if one.kept.state is PinState.PROPOSED)
        result = VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST)
        for number in range(_TRIES):
            if number:
                await asyncio.sleep(_PAUSE_S)
            result = await self._set(held, session)
            if result.ending is Ending.DONE:
                await self._pins.settle(device, "took")
                facts = await _facts(session)
                if facts is not None:
                    await carry_out(Lock(), session, facts, self._clock, patience=self._patience)
                return result
        assert held.pin == new
        await self._pins.settle(device, "unsure")
        return result

    async def _set(self, held: HeldPin, session: Session) -> VerbResult:
        facts = await _facts(session)
        if facts is None:
            return VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST)
        if facts.has_credential is Credential.SET:
            return await self._verified(held, session)
        return await carry_out(SetPin(new=held.pin, old=None), session, facts, self._clock, patience=self._patience)

    async def _verified(self, held: HeldPin, session: Session) -> VerbResult:
        trail = Trail(session, self._clock, self._patience)
        return await bounded(trail, lambda: verify_pin(held.pin, trail))

    async def _held(self, device: DeviceSerial, pin_id: int) -> HeldPin | None:
        return next((one for one in await self._pins.candidates(device) if one.kept.pin.pin_id == pin_id), None)


async def _facts(session: Session) -> PhoneFacts | None:
    try:
        return await probe_facts(session)
    except AdbBridgeError:
        return None
