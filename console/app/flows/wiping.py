"""Erasing a phone: what has to be known is asked first, the name is typed by hand, somebody else agrees."""

from collections.abc import Callable
from functools import partial
from typing import Final

from daemon.api.batches import Approval
from daemon.api.commands_client import approve_command
from daemon.api.wiping import WipeOutlook, WipeVerdict
from daemon.api.wiping_client import wipe_outlook
from daemon.api.wire import Command, Device, Verb, WipeParameters

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..dialogs.fields import ON, Field, FieldKind, span_s
from ..dialogs.ladder import LadderDialog, Rung
from ..dialogs.page import PageDialog
from ..shop import Part
from ..work import LongWork
from .base import FlowBase
from .orders import OrderFlows
from .phone_acts import TRAITS, PhoneAct, expiry_field

_STYLES: Final = {
    WipeVerdict.POSSIBLE: "$text-success",
    WipeVerdict.NOT_NOW: "bold $text-warning",
    WipeVerdict.UNKNOWN: "bold $text-warning",
    WipeVerdict.IMPOSSIBLE: "bold $text-error",
}


class WipeFlows(FlowBase):
    """Asking for a wipe, and agreeing to one."""

    def __init__(self, app: CallingApp, desk: Desk, changed: Callable[[Part], None], orders: OrderFlows) -> None:
        super().__init__(app, desk, changed)
        self._orders = orders

    def ask(self, device: Device, reason: str = "") -> None:
        """Ask for one. Nothing happens before somebody else has agreed."""
        self._look(device.serial, partial(self._asked, device, reason))

    def approve(self, command: Command, then: Callable[[Command], None]) -> None:
        """Agree to one that somebody else asked for; the name is typed here, too."""
        self._look(command.device, partial(self._approving, command, then))

    def _look(self, serial: str, then: Callable[[WipeOutlook], None]) -> None:
        """The phone itself is asked, which may take a while."""
        client = self._desk.client

        async def job(work: LongWork) -> WipeOutlook:
            return await wipe_outlook(client, serial)

        self._app.long_work(self._desk.line("wipe.looking", device=self._desk.shop.name_of(serial)), job, then)

    def _asked(self, device: Device, reason: str, outlook: WipeOutlook) -> None:
        desk = self._desk
        rows = [*self._rows(outlook), *self._orders.facts(device)]
        if outlook.verdict is WipeVerdict.IMPOSSIBLE:
            told = [*labelled(desk, rows), safe_text(""), *self._by_hand(outlook)]
            self._app.push_screen(PageDialog(desk, title=desk.line("wipe.impossible"), text=lines(told)))
            return
        dialog = LadderDialog(
            desk,
            rung=Rung.SECOND_PERSON,
            title=desk.line("wipe.title", device=desk.shop.name_of(device.serial)),
            targets=[],
            effect=lines([safe_page(desk.say("wipe.effect"), "bold $text-error"), *labelled(desk, rows)]),
            confirm="wipe",
            phrase=device.serial,
            reason=reason,
            fields=(
                Field(name="without_last_read", kind=FieldKind.SWITCH),
                expiry_field(TRAITS[PhoneAct.WIPE].expires_s),
            ),
        )
        self._app.push_screen(dialog, partial(self._confirmed, dialog, device.serial))

    def _confirmed(self, dialog: LadderDialog, serial: str, reason: str | None) -> None:
        if reason is None:
            return
        filled = dialog.filled
        parameters = WipeParameters(typed_name=dialog.phrase, without_last_read=filled["without_last_read"] == ON)
        expires_s = span_s(filled["expires"]) or TRAITS[PhoneAct.WIPE].expires_s
        self._orders.give(serial, Verb.WIPE, reason, parameters, expires_s)

    def _approving(self, command: Command, then: Callable[[Command], None], outlook: WipeOutlook) -> None:
        desk = self._desk
        device = desk.shop.devices.get(command.device)
        rows = [*self._rows(outlook), *(self._orders.facts(device) if device is not None else ())]
        asked = [
            ("asked_by", safe_text(f"{command.requested_by} · {desk.times.both(command.requested_at)}")),
            ("reason", safe_text(command.reason)),
        ]
        parameters = command.parameters
        if isinstance(parameters, WipeParameters) and parameters.without_last_read:
            asked.append(("last_read", desk.line("wipe.without_last_read", "bold $text-warning")))
        dialog = LadderDialog(
            desk,
            rung=Rung.SECOND_PERSON,
            title=desk.line("wipe.approve_title", device=desk.shop.name_of(command.device)),
            targets=[],
            effect=lines(
                [safe_page(desk.say("wipe.effect"), "bold $text-error"), *labelled(desk, [*asked, *rows]),
                 *self._by_hand(outlook)]
            ),
            confirm="approve",
            phrase=command.device,
            is_request=False,
        )  # fmt: skip

        def agreed(reason: str | None) -> None:
            if reason is not None:
                approval = Approval(typed_name=command.device, reason=reason)
                self._app.call(approve_command(desk.client, command.command_id, approval), then)

        self._app.push_screen(dialog, agreed)

    def _rows(self, outlook: WipeOutlook) -> list[tuple[str, SafeContent]]:
        desk, style = self._desk, _STYLES[outlook.verdict]
        read = desk.times.both(outlook.last_read_at) if outlook.last_read_at is not None else desk.say("wipe.never")
        whole = desk.say("wipe.read_whole" if outlook.is_read_whole else "wipe.not_whole")
        pin = desk.say("wipe.pin_held" if outlook.holds_pin else "wipe.no_pin")
        rows = [
            ("cancellable", desk.line("wipe.undo", "bold")),
            ("possible", safe_text(f"{desk.say(f'chance.{outlook.verdict}')} · {outlook.because}", style)),
        ]
        if outlook.is_by_network:
            rows.append(("transport", safe_page(desk.say("wipe.by_network"), "$text-warning")))
        if outlook.holds:
            rows.append(("holds", safe_page("; ".join(outlook.holds), "bold $text-warning")))
        rows += [
            ("last_read", safe_text(f"{read} · {whole}", "" if outlook.is_read_whole else "$text-warning")),
            ("pin", safe_text(pin)),
        ]
        return rows

    def _by_hand(self, outlook: WipeOutlook) -> list[SafeContent]:
        if not outlook.by_hand:
            return []
        return [self._desk.line("feasible.by_hand", "$muted"), safe_page(outlook.by_hand)]
