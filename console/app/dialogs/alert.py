"""An alert on a page of its own, with what was done with it, and the keys to do more."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from daemon.api.alert_life import AlertStep
from daemon.api.wire import Alert

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..desk import Desk
from ..flows.alert_steps import ALERT_ACTS, AlertAct
from ..keys import ALERT_KEYS, key
from ..panes.alert_detail import alert_detail, history_lines
from ..widgets.footer import KeyFooter
from ..widgets.note import Note
from .dialog import SafeButton
from .page import PageDialog

if TYPE_CHECKING:
    from ..flows import Flows

LOOK_EVERY_S = 0.5
"""How soon a step that somebody else took is seen here."""


class AlertDialog(PageDialog):
    """Follows its alert while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "cancel", "dialog.close"), *ALERT_KEYS]

    def __init__(self, desk: Desk, flows: "Flows", alert: Alert) -> None:
        super().__init__(desk, title=safe_text(alert.title), text=safe_text(""))
        self._flows = flows
        self._alert = alert
        self._steps: tuple[AlertStep, ...] | None = None
        self._trouble: str | None = None

    def body(self) -> SafeContent:
        desk = self.desk
        if self._steps is not None:
            history = history_lines(self._steps, desk)
        elif self._trouble is not None:
            history = safe_page(self._trouble, "$text-warning")
        else:
            history = desk.line("list.loading", "$muted")
        return lines([alert_detail(self._alert, desk), safe_text(""), desk.line("label.history", "bold"), history])

    def buttons(self) -> Iterable[SafeButton]:
        return ()

    def asked(self) -> Iterable[Widget]:
        yield KeyFooter(self.desk)

    def on_mount(self) -> None:
        self._load()
        self.set_interval(LOOK_EVERY_S, self._look)

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        if action == "reveal":
            return self._flows.records.why_not_reveal(self._alert.event_id)
        if action in ALERT_ACTS:
            return self._flows.alerts.why_not(AlertAct(action), (self._alert,))
        return None

    def action_acknowledge(self) -> None:
        self._flows.alerts.acknowledge((self._alert,))

    def action_resolve(self) -> None:
        self._flows.alerts.resolve((self._alert,))

    def action_note(self) -> None:
        self._flows.alerts.note((self._alert,))

    def action_assign(self) -> None:
        self._flows.alerts.assign((self._alert,))

    def action_reopen(self) -> None:
        self._flows.alerts.reopen((self._alert,))

    def action_suppress(self) -> None:
        self._flows.alerts.suppress((self._alert,))

    def action_reveal(self) -> None:
        self._flows.records.reveal(self._alert.event_id, self._alert.device)

    def action_timeline(self) -> None:
        self._flows.records.show_timeline(self._alert.event_id)

    def _look(self) -> None:
        now = self.desk.shop.alerts.get(self._alert.alert_id, self._alert)
        if now is not self._alert and now != self._alert:
            self._alert = now
            self._load()
            self._show()

    def _load(self) -> None:
        self._flows.alerts.load_history(self._alert.alert_id, self._loaded, self._failed)

    def _loaded(self, steps: tuple[AlertStep, ...]) -> None:
        self._steps, self._trouble = steps, None
        self._show()

    def _failed(self, trouble: str) -> None:
        self._trouble = trouble
        self._show()

    def _show(self) -> None:
        if self.is_attached:
            self.query_one("#dialog-text", Note).show(self.body())
            self.refresh_bindings()
