"""What is done to phones: each names its target and effect; how much is asked is in `phone_acts.LADDER`."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, assert_never

from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.wire import Command, Device, DeviceAvailability, Verb

from ...safe_text import SafeContent, lines, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..dialogs.ladder import LadderDialog, Rung
from ..dialogs.menu import Choice, MenuDialog
from ..dialogs.page import PageDialog
from ..glyphs import device_state
from ..run_log import Outcome
from ..shop import Part
from ..work import LongWork
from .base import FlowBase
from .phone_acts import EXPIRES_S, FOR_ONE, RIGHT, VERB, WITHOUT_PHONE, PhoneAct
from .phone_calls import CommandReport, command_each
from .reaching import ReachFlows

FEW: Final = 10
"""Commands that are queued in a blink; more show how far they are."""
DEVICES_NAMED: Final = 12
_UNSUPPORTED: Final = "adb.unsupported_system"


class PhoneFlows(FlowBase):
    """Actions on phones."""

    def __init__(self, app: CallingApp, desk: Desk, changed: Callable[[Part], None]) -> None:
        super().__init__(app, desk, changed)
        self._reach = ReachFlows(app, desk, changed)

    def why_not(self, act: PhoneAct, devices: Sequence[Device]) -> str | None:
        """The reason why this cannot be done with these phones; None when it can."""
        reason = self._desk.refusal(RIGHT[act])
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
        reasons = [self._desk.refusal(right) for right in set(RIGHT.values())]
        return reasons[0] if all(reason is not None for reason in reasons) else None

    def menu(self, devices: Sequence[Device]) -> None:
        """Everything that can be done with these phones, and why the rest cannot."""
        if self.explained(self.why_not_menu()):
            return
        choices = [
            Choice(
                key=act.value,
                label=self._desk.line(f"phone_act.{act}.label"),
                about=self._about(act, devices),
                reason=self.why_not(act, devices),
            )
            for act in PhoneAct
        ]
        chosen = partial(self._menu_chosen, tuple(devices))
        self._app.push_screen(MenuDialog(self._desk, title=self._target(devices), choices=choices), chosen)

    def run(self, act: PhoneAct, devices: Sequence[Device]) -> None:
        """Ask what the ladder asks for, then do it."""
        if self.explained(self.why_not(act, devices)):
            return
        match act:
            case PhoneAct.LOCK:
                self._lock(devices)
            case PhoneAct.REFETCH | PhoneAct.NOTICE:
                self._issue(VERB[act], _serials(devices), self._desk.say(f"phone_act.{act}.reason"))
            case PhoneAct.ENROL:
                self._reach.enrol(devices[0])
            case PhoneAct.UNENROL:
                self._reach.unenrol(devices[0], self._facts(devices[0]))
            case PhoneAct.CONNECT:
                self._reach.connect()
            case PhoneAct.PAIR:
                self._reach.pair()
            case _:
                assert_never(act)

    def why_not_again(self, command: Command) -> str | None:
        """Why the same cannot be asked of its phone once more."""
        device = self._desk.shop.devices.get(command.device)
        act = next((act for act, verb in VERB.items() if verb is command.verb), None)
        return self._desk.say("refusal.no_device") if act is None else self.why_not(act, (device,) if device else ())

    def issue_again(self, command: Command) -> None:
        """The same verb and reason as a new command; where a confirmation is asked for, it is asked for again."""
        device = self._desk.shop.devices.get(command.device)
        if device is None or self.explained(self.why_not_again(command)):
            return
        if command.verb is Verb.LOCK:
            self._lock((device,), command.reason)
        else:
            self._issue(command.verb, (device.serial,), command.reason)

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
        verb = VERB.get(act)
        if verb is not None:
            pending = self._desk.shop.last_command(device.serial, verb)
            if pending is not None and not pending.state.is_terminal:
                return say("refusal.pending", device=name, verb=say(f"verb.{verb}"))
        return None

    def _about(self, act: PhoneAct, devices: Sequence[Device]) -> str:
        """What it does; of a command to a phone that is away also that it waits, and for how long."""
        about = self._desk.say(f"phone_act.{act}.about")
        verb = VERB.get(act)
        away = [device for device in devices if device.availability is not DeviceAvailability.ONLINE]
        if verb is None or not away:
            return about
        return f"{about} {self._desk.say('phone_act.waits', age=self._desk.times.span(EXPIRES_S[verb]))}"

    def _menu_chosen(self, devices: Sequence[Device], chosen: str | None) -> None:
        if chosen is not None:
            self.run(PhoneAct(chosen), devices)

    def _target(self, devices: Sequence[Device]) -> SafeContent:
        if not devices:
            return self._desk.line("phone_act.no_phone")
        if len(devices) > 1:
            return self._desk.line("phone_act.phones", n=len(devices))
        return safe_text(f"{self._desk.shop.name_of(devices[0].serial)} · {devices[0].serial}")

    def _lock(self, devices: Sequence[Device], reason: str = "") -> None:
        """Confirm ladder, level 1: names target, owner and effect, asks for a reason, starts on Cancel."""
        desk = self._desk
        is_online = all(device.availability is DeviceAvailability.ONLINE for device in devices)
        effect = [
            ("effect", desk.line("lock.effect_now" if is_online else "lock.effect_later", "bold")),
            ("cancellable", desk.line("lock.cancellable")),
            ("expiry", desk.line("lock.expiry", age=desk.times.span(EXPIRES_S[Verb.LOCK]))),
        ]
        one = len(devices) == 1
        rows = [*(self._facts(devices[0]) if one else []), *effect]
        dialog = LadderDialog(
            desk,
            rung=Rung.CONFIRM,
            title=safe_text(desk.say("lock.title" if one else "lock.title_many", n=len(devices))),
            targets=[] if one else self._named(devices),
            effect=lines(labelled(desk, rows)),
            confirm="lock",
            reason=reason,
        )
        self._app.push_screen(dialog, partial(self._issue, Verb.LOCK, _serials(devices)))

    def _facts(self, device: Device) -> list[tuple[str, SafeContent]]:
        desk = self._desk
        seen = desk.times.both(device.last_seen_at) if device.last_seen_at else desk.say("device.never_seen")
        return [
            ("device", safe_text(f"{device.serial} · {device.profile}")),
            ("owner", safe_text(device.employee or "–")),
            ("ownership", desk.line("lock.ownership")),
            ("last_seen", safe_text(seen)),
            ("state", device_state(device, desk.texts)),
        ]

    def _named(self, devices: Sequence[Device]) -> list[SafeContent]:
        texts = self._desk.texts
        named = [
            safe_text(f"{device.employee} · {device.serial} · {device_state(device, texts).plain}")
            for device in devices[:DEVICES_NAMED]
        ]
        if len(devices) > DEVICES_NAMED:
            named.append(self._desk.line("lock.and_more", n=len(devices) - DEVICES_NAMED))
        return named

    def _issue(self, verb: Verb, serials: tuple[str, ...], reason: str | None) -> None:
        if reason is None:
            return
        what = self._desk.line("phone_act.ran", verb=self._desk.say(f"verb.{verb}"), n=len(serials))
        client = self._desk.client
        if len(serials) <= FEW:
            each = command_each(client, serials, verb, reason, done=self._queued)
            self._app.call(each, partial(self._issued, what), partial(self._not_issued, what))
            return

        async def job(work: LongWork) -> CommandReport:
            asked = 0

            def step(command: Command) -> None:
                nonlocal asked
                asked += 1
                self._queued(command)
                work.step(asked, len(serials))

            return await command_each(client, serials, verb, reason, done=step)

        self._app.long_work(what, job, partial(self._tell_issued, what))

    def _queued(self, command: Command) -> None:
        self._changed(self._desk.shop.put_commands((command,)))

    def _issued(self, what: SafeContent, report: CommandReport) -> None:
        outcome = Outcome.PARTLY if report.queued and report.refused else Outcome.DONE
        self._app.log_run(what, outcome if report.queued else Outcome.REFUSED)
        self._tell_issued(what, report)

    def _tell_issued(self, what: SafeContent, report: CommandReport) -> None:
        desk, shop = self._desk, self._desk.shop
        if report.refused:
            n, refused = len(report.queued), len(report.refused)
            head = desk.line("phone_act.partly", "bold", n=n, refused=refused)
            told = [safe_text(f"{shop.name_of(serial)} · {serial}: {words}") for serial, words in report.refused]
            page = PageDialog(desk, title=what, text=lines([head, safe_text(""), *told]))
            self._app.push_screen(page)
        elif len(report.queued) > 1:
            self._app.notify(desk.say("phone_act.queued_many", n=len(report.queued)))
        elif report.queued:
            command = report.queued[0]
            device = shop.devices.get(command.device)
            name, verb = shop.name_of(command.device), desk.say(f"verb.{command.verb}")
            if device is None or device.availability is not DeviceAvailability.ONLINE:
                self._app.notify(desk.say("phone_act.queued", device=name, verb=verb))
            elif command.verb is not Verb.LOCK:
                self._app.notify(desk.say("phone_act.asked", device=name, verb=verb))

    def _not_issued(self, what: SafeContent, error: ApiClientError) -> None:
        self._app.log_run(what, Outcome.REFUSED if isinstance(error, ApiRefusedError) else Outcome.FAILED)
        self._app.tell_error(error)


def _serials(devices: Sequence[Device]) -> tuple[str, ...]:
    return tuple(device.serial for device in devices)
