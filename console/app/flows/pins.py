"""A PIN that the shop holds, shown to one person who said why."""

from functools import partial

from daemon.api.pins import ShownPin
from daemon.api.pins_client import show_pin
from daemon.api.wire import Device

from ...safe_text import lines, safe_page, safe_text
from ..dialogs.ask import LEAST_REASON, AskDialog, Weight
from ..dialogs.pin import PinDialog
from ..run_log import Outcome
from .base import FlowBase


class PinFlows(FlowBase):
    """The PIN goes from the answer into one dialog and nowhere else."""

    def show(self, device: Device) -> None:
        """Ask why, then show it once."""
        desk = self._desk
        name = f"{desk.shop.name_of(device.serial)} · {device.serial}"
        dialog = AskDialog(
            desk,
            title=desk.line("pin.title"),
            text=lines([safe_text(name, "bold"), safe_page(desk.say("pin.effect"), "$muted")]),
            confirm="show_pin",
            field="reason",
            least=LEAST_REASON,
            weight=Weight.HARMLESS,
        )
        self._app.push_screen(dialog, partial(self._reasoned, device.serial))

    def _reasoned(self, serial: str, reason: str | None) -> None:
        if reason is not None:
            self._app.call(show_pin(self._desk.client, serial, reason), self._shown)

    def _shown(self, opened: ShownPin) -> None:
        self._app.log_run(self._desk.line("pin.ran", device=self._desk.shop.name_of(opened.device)), Outcome.DONE)
        self._app.push_screen(PinDialog(self._desk, opened))
