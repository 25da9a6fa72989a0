"""Carries out a command on its phone: gathers what its order needs, sends it, and settles what became of a PIN.

Whatever is carried out in its own way (`wipe`) is registered here by the part of the daemon that does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.readings import Credential
from adb_bridge.records import DeviceSerial
from adb_bridge.secret import Secret
from adb_bridge.session import Session
from adb_bridge.verbs.carry import carry_out, read_back
from adb_bridge.verbs.codes import Code
from adb_bridge.verbs.facts import PhoneFacts
from adb_bridge.verbs.orders import OwnerLock, SetPin
from adb_bridge.verbs.result import Ending, StepTrace, VerbResult
from adb_bridge.verbs.trail import PATIENCE, Patience

from ..api.wire import CallParameters, FoundParameters, LostParameters, Verb
from ..archive.pins import ArchivedPin, PinOrigin, PinState
from ..archive.records import ArchivedCommand
from .making import NO_PIN_HELD, CannotMakeError, Ingredients, order_of
from .phone_words import PhoneWords
from .ports import Callees, Carrier, Held, PinOutcome, PinVault
from .verbs import parameters_of

BOOT_ID: Final = "boot_id"
"""The step that keeps, with a restart that is sent, what its read-back compares with."""
_MOST_PINS_TRIED: Final = 2
_NOT_REPEATABLE: Final = frozenset({Verb.SET_PIN, Verb.UNLOCK, Verb.REBOOT, Verb.CALL, Verb.WIPE})
_DENIED: Final = frozenset({Code.REFUSED.value, Code.NOT_SUPPORTED.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One visit at one phone."""

    command: ArchivedCommand
    session: Session
    facts: PhoneFacts
    boot_id: str | None = None
    """As it was before a restart was sent."""


class Carriers:
    """One per daemon."""

    def __init__(
        self,
        *,
        clock: Clock,
        words: PhoneWords,
        apps: tuple[str, ...],
        pins: PinVault,
        callees: Callees,
        patience: Patience = PATIENCE,
    ) -> None:
        self._clock = clock
        self._words = words
        self._apps = apps
        self._pins = pins
        self._callees = callees
        self._patience = patience
        self._own: dict[Verb, Carrier] = {}

    def register(self, verb: Verb, carrier: Carrier) -> None:
        """This verb is carried out by `carrier` from now on."""
        self._own[verb] = carrier

    def is_repeatable(self, command: ArchivedCommand) -> bool:
        """Whether doing it twice does no more than doing it once."""
        if (own := self._own.get(command.verb)) is not None:
            return own.is_repeatable(command)
        match parameters_of(command.parameters):
            case LostParameters(new_pin=True) | FoundParameters(clear_pin=True):
                return False
            case _:
                return command.verb not in _NOT_REPEATABLE

    async def carry_out(self, trip: Trip) -> VerbResult:
        """Do it and read it back. Raises ArchiveError when a PIN's end cannot be kept; it then stays in doubt."""
        if (own := self._own.get(trip.command.verb)) is not None:
            return await own.carry_out(trip.command, trip.session, trip.facts, self._clock)
        try:
            match trip.command.verb:
                case Verb.SET_PIN:
                    return await self._set_pin(trip)
                case Verb.UNLOCK:
                    return await self._unlock(trip)
                case Verb.LOST | Verb.FOUND:
                    return await self._lost(trip)
                case Verb.LOCK:
                    return await self._lock(trip)
                case _:
                    return await self._plain(trip, await self._ingredients(trip))
        except CannotMakeError as error:
            return VerbResult(ending=Ending.IMPOSSIBLE, code=error.code)

    async def read_back(self, trip: Trip) -> VerbResult:
        """Whether it happened; changes nothing on the phone. IMPOSSIBLE: there is nothing to ask."""
        command = trip.command
        if (own := self._own.get(command.verb)) is not None:
            return await own.read_back(command, trip.session, trip.facts, self._clock)
        try:
            order = order_of(command, self._words, self._apps, await self._ingredients(trip))
        except CannotMakeError as error:
            return VerbResult(ending=Ending.IMPOSSIBLE, code=error.code)
        found = await read_back(order, trip.session, trip.facts, self._clock, patience=self._patience)
        await self._settle(command, found)
        return found

    async def _plain(self, trip: Trip, needed: Ingredients) -> VerbResult:
        order = order_of(trip.command, self._words, self._apps, needed)
        return await carry_out(order, trip.session, trip.facts, self._clock, patience=self._patience)

    async def _lock(self, trip: Trip) -> VerbResult:
        """By key event; where the phone denies that and has a device-owner app, by the app."""
        result = await self._plain(trip, Ingredients())
        if result.ending is not Ending.REFUSED or result.code not in _DENIED or trip.facts.owner is None:
            return result
        by_owner = await carry_out(OwnerLock(), trip.session, trip.facts, self._clock, patience=self._patience)
        if by_owner.ending is Ending.IMPOSSIBLE:
            return result
        return replace(by_owner, steps=(*result.steps, *by_owner.steps))

    async def _set_pin(self, trip: Trip) -> VerbResult:
        if (taken := await self._took_before(trip)) is not None:
            return taken
        needed = await self._ingredients(trip)
        order = order_of(trip.command, self._words, self._apps, needed)
        result = await carry_out(order, trip.session, trip.facts, self._clock, patience=self._patience)
        await self._settle(trip.command, result)
        return result

    async def _unlock(self, trip: Trip) -> VerbResult:
        """With the PINs that the phone may have, likeliest first; no more than two, as a wrong one costs an attempt."""
        steps: tuple[StepTrace, ...] = ()
        result = VerbResult(ending=Ending.IMPOSSIBLE, code=NO_PIN_HELD)
        for held in (await self._held(trip))[:_MOST_PINS_TRIED]:
            result = await self._plain(trip, Ingredients(old_pin=held.pin))
            steps = (*steps, *result.steps)
            if result.code != Code.WRONG_PIN:
                break
        await self._settle(trip.command, result)
        return replace(result, steps=steps)

    async def _lost(self, trip: Trip) -> VerbResult:
        asked = parameters_of(trip.command.parameters)
        is_in_doubt = isinstance(asked, LostParameters) and asked.new_pin and await self._took_before(trip) is not None
        needed = Ingredients() if is_in_doubt else await self._ingredients(trip)
        result = await self._plain(trip, needed)
        if needed.new_pin is not None or needed.old_pin is not None:
            await self._settle(trip.command, result)
        return result

    async def _took_before(self, trip: Trip) -> VerbResult | None:
        """None unless it is in doubt whether the phone took a new PIN; then what it says, DONE when it did.

        To set it again would be to try a PIN that is none any more, and its refusal would have the shop forget the one
        that is. When the phone does not have it, the same is sent again: a person may have chosen it.
        """
        device = trip.command.device
        held = await self._pins.candidates(device)
        if not held or not _may_be_there(held[0].kept, trip.command):
            return None
        order = SetPin(new=held[0].pin, old=_first_other([one.pin for one in held], held[0].pin))
        found = await read_back(order, trip.session, trip.facts, self._clock, patience=self._patience)
        match found.ending:
            case Ending.DONE:
                await self._pins.settle(device, "took")
                return found
            case Ending.REFUSED:
                return None
            case _:
                return found

    async def _held(self, trip: Trip) -> Sequence[Held]:
        """Those that the phone may have. A phone that was read to have none, and has one now, has somebody else's:
        each that is tried there costs an attempt.
        """
        held = await self._pins.candidates(trip.command.device)
        is_any_in_use = any(one.kept.state is not PinState.PREVIOUS for one in held)
        return held if is_any_in_use or trip.facts.has_credential is Credential.NONE else ()

    async def _ingredients(self, trip: Trip) -> Ingredients:
        command = trip.command
        match command.verb, parameters_of(command.parameters):
            case (Verb.SET_PIN, _) | (Verb.LOST, LostParameters(new_pin=True)):
                return await self._old_and_new(trip)
            case (Verb.UNLOCK, _) | (Verb.FOUND, FoundParameters(clear_pin=True)):
                held = await self._held(trip)
                if not held:
                    raise CannotMakeError(NO_PIN_HELD)
                return Ingredients(old_pin=held[0].pin)
            case Verb.CALL, CallParameters() as named:
                return Ingredients(number=await self._callees.number(command.device, named))
            case Verb.REBOOT, _:
                return Ingredients(boot_id=trip.boot_id or trip.facts.boot_id)
            case _:
                return Ingredients()

    async def _old_and_new(self, trip: Trip) -> Ingredients:
        """The old one is what the phone has if the new one was never sent."""
        held = [one.pin for one in await self._held(trip) if one.kept.state is not PinState.PREVIOUS]
        new = await self._pins.propose(trip.command.device)
        return Ingredients(new_pin=new, old_pin=_first_other(held, new))

    async def _settle(self, command: ArchivedCommand, result: VerbResult) -> None:
        """What a PIN's keeper has to know."""
        match command.verb, parameters_of(command.parameters):
            case Verb.SET_PIN, _:
                await self._settle_new(command.device, result, when_refused="not")
            case Verb.LOST, LostParameters(new_pin=True):
                # One of several things that were asked: that another failed says nothing of the PIN.
                await self._settle_new(command.device, result, when_refused="unsure")
            case (Verb.UNLOCK, _) | (Verb.FOUND, FoundParameters(clear_pin=True)):
                if result.ending is Ending.DONE:
                    await self._pins.cleared(command.device)
            case _:
                return

    async def _settle_new(self, device: DeviceSerial, result: VerbResult, *, when_refused: PinOutcome) -> None:
        match result.ending:
            case Ending.DONE:
                await self._pins.settle(device, "took")
            case Ending.UNSURE:
                await self._pins.settle(device, "unsure")
            case Ending.NOT_NOW | Ending.NOT_SENT:
                return  # the same is proposed when it is sent again
            case Ending.REFUSED | Ending.IMPOSSIBLE:
                await self._pins.settle(device, when_refused)


def patience_of(timeout_s: float) -> Patience:
    """`timeout_s`: for one thing that is asked of a phone."""
    return replace(PATIENCE, look_s=min(PATIENCE.look_s, timeout_s), act_s=timeout_s)


def _may_be_there(pin: ArchivedPin, command: ArchivedCommand) -> bool:
    """Whether it may have been sent. One that was typed for this command is not, before the first try."""
    is_fresh = pin.origin is PinOrigin.TYPED and not pin.is_doubtful and command.tries <= 1
    return pin.state is PinState.PROPOSED and not is_fresh


def _first_other(held: Sequence[Secret], new: Secret) -> Secret | None:
    return next((one for one in held if one != new), None)
