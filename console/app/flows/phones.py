"""What is done to phones: the menu, why something cannot be done, and which dialog asks for it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from daemon.api.batches import DeviceVerbs, Possibility, VerbChance
from daemon.api.commands_client import device_verbs
from daemon.api.wire import Command, Device, DeviceAvailability

from ...safe_text import SafeContent, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..dialogs.menu import Choice, MenuDialog
from ..shop import Part
from .base import FlowBase
from .orders import OrderFlows
from .phone_acts import FOR_ONE, TRAITS, WAIT_TWICE, WITHOUT_PHONE, PhoneAct, act_of
from .pins import PinFlows
from .reaching import ReachFlows
from .wiping import WipeFlows

_UNSUPPORTED: Final = "adb.unsupported_system"


class PhoneFlows(FlowBase):
    """Actions on phones."""

    def __init__(self, app: CallingApp, desk: Desk, changed: Callable[[Part], None]) -> None:
        super().__init__(app, desk, changed)
        self._reach = ReachFlows(app, desk, changed)
        self._orders = OrderFlows(app, desk, changed)
        self._pins = PinFlows(app, desk, changed)
        self.wipes = WipeFlows(app, desk, changed, self._orders)

    def why_not(self, act: PhoneAct, devices: Sequence[Device]) -> str | None:
        """The reason why this cannot be done with these phones; None when it can."""
        reason = self._desk.refusal(TRAITS[act].right)
        if reason is not None:
            return reason
        if act in WITHOUT_PHONE:
            return None if self._desk.shop.is_online else self._desk.say("refusal.offline")
        if not devices:
            return self._desk.say("refusal.no_device")
        if act in FOR_ONE and len(devices) > 1:
            return self._desk.say("refusal.one_device")
        for device in devices:
            reason = self._why_not_one(act, device)
            if reason is not None:
                return reason
        return None

    def why_not_menu(self) -> str | None:
        """A menu that only says why not is of use, too; a console that only looks has none."""
        reasons = [self._desk.refusal(traits.right) for traits in TRAITS.values()]
        return reasons[0] if all(reason is not None for reason in reasons) else None

    def menu(self, devices: Sequence[Device]) -> None:
        """Everything that can be done with these phones, and why the rest cannot; one phone is asked itself."""
        if self.explained(self.why_not_menu()):
            return
        dialog = MenuDialog(self._desk, title=self._target(devices), choices=self._choices(devices, None))
        self._app.push_screen(dialog, partial(self._menu_chosen, tuple(devices)))
        if len(devices) == 1 and devices[0].employee is not None and self._desk.shop.is_online:
            asked = device_verbs(self._desk.client, devices[0].serial)
            self._app.call(asked, partial(self._told, dialog, tuple(devices)), lambda error: None)

    def run(self, act: PhoneAct, devices: Sequence[Device]) -> None:
        """Ask what the ladder asks for, then do it."""
        if self.explained(self.why_not(act, devices)):
            return
        match act:
            case PhoneAct.ENROL:
                self._reach.enrol(devices[0])
            case PhoneAct.UNENROL:
                self._reach.unenrol(devices[0], self._orders.facts(devices[0]))
            case PhoneAct.CONNECT:
                self._reach.connect()
            case PhoneAct.PAIR:
                self._reach.pair()
            case PhoneAct.SHOW_PIN:
                self._pins.show(devices[0])
            case PhoneAct.WIPE:
                self.wipes.ask(devices[0])
            case _:
                self._orders.ask(act, devices)

    def why_not_again(self, command: Command) -> str | None:
        """Why the same cannot be asked of its phone once more."""
        device = self._desk.shop.devices.get(command.device)
        act = act_of(command.verb)
        if act is None:
            return self._desk.say("refusal.call_again")
        return self.why_not(act, (device,) if device else ())

    def issue_again(self, command: Command) -> None:
        """The same verb, reason and parameters as a new command; what is confirmed first is confirmed again."""
        device, act = self._desk.shop.devices.get(command.device), act_of(command.verb)
        if device is None or act is None or self.explained(self.why_not_again(command)):
            return
        if act is PhoneAct.WIPE:
            self.wipes.ask(device, command.reason)
        else:
            self._orders.ask(act, (device,), command)

    def _why_not_one(self, act: PhoneAct, device: Device) -> str | None:
        say, name = self._desk.say, self._desk.shop.name_of(device.serial)
        if act is PhoneAct.ENROL:
            if device.employee is not None:
                return say("refusal.enrolled", device=name)
            if device.last_error == _UNSUPPORTED:
                return self._desk.known(f"error.{_UNSUPPORTED}.message", _UNSUPPORTED)
            return None
        if device.employee is None:
            return say("refusal.not_enrolled", device=device.serial)
        verb = TRAITS[act].verb
        if verb is not None and verb not in WAIT_TWICE:
            pending = self._desk.shop.last_command(device.serial, verb)
            if pending is not None and not pending.state.is_terminal:
                return say("refusal.pending", device=name, verb=say(f"verb.{verb}"))
        return None

    def _choices(self, devices: Sequence[Device], known: DeviceVerbs | None) -> list[Choice]:
        chances = {} if known is None else {chance.verb: chance for chance in known.verbs}
        choices: list[Choice] = []
        for act, traits in TRAITS.items():
            chance = None if traits.verb is None else chances.get(traits.verb)
            reason = self.why_not(act, devices)
            is_asked = known is not None and known.asked_at is not None
            if reason is None and chance is not None and chance.verdict is Possibility.IMPOSSIBLE and is_asked:
                reason = self._chance(chance)
            about = self._about(act, devices, chance)
            label = self._desk.line(f"phone_act.{act}.label")
            choices.append(Choice(key=act.value, label=label, about=about, reason=reason))
        return choices

    def _told(self, dialog: MenuDialog, devices: tuple[Device, ...], known: DeviceVerbs) -> None:
        """The phone answered: what it cannot do is said where it is chosen."""
        if dialog.is_attached:
            dialog.renew(self._choices(devices, known))

    def _chance(self, chance: VerbChance) -> str:
        """`not possible: because. By hand: …`"""
        desk = self._desk
        told = desk.say(f"chance.{chance.verdict}")
        if chance.because_text:
            told = desk.say("feasible.because", told=told, because=chance.because_text)
        return f"{told} {desk.say('feasible.by_hand')} {chance.by_hand}" if chance.by_hand else told

    def _about(self, act: PhoneAct, devices: Sequence[Device], chance: VerbChance | None) -> str:
        """What it does; what the phone says of it; of a command to a phone that is away also how long it waits."""
        told = [self._desk.say(f"phone_act.{act}.about")]
        if chance is not None and chance.verdict is not Possibility.POSSIBLE:
            told.insert(0, self._chance(chance))
        away = [device for device in devices if device.availability is not DeviceAvailability.ONLINE]
        if TRAITS[act].verb is not None and away:
            told.append(self._desk.say("phone_act.waits", age=self._desk.times.span(TRAITS[act].expires_s)))
        return " ".join(told)

    def _menu_chosen(self, devices: Sequence[Device], chosen: str | None) -> None:
        if chosen is not None:
            self.run(PhoneAct(chosen), devices)

    def _target(self, devices: Sequence[Device]) -> SafeContent:
        if not devices:
            return self._desk.line("phone_act.no_phone")
        if len(devices) > 1:
            return self._desk.line("phone_act.phones", n=len(devices))
        return safe_text(f"{self._desk.shop.name_of(devices[0].serial)} · {devices[0].serial}")
