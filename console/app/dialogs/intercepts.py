"""Actions that followed a finding by themselves, and the switch that ends them all."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from daemon.api.intercept import Intercept, InterceptQuery, InterceptState, InterceptStatus
from daemon.api.intercept_client import intercept_status, intercepts

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..access import Act
from ..desk import Desk
from ..flows.services import ServiceFlows
from ..keys import key
from ..widgets.columns import Column
from .dialog import labelled
from .table_screen import TableScreen

_STATES: Final = {
    InterceptState.ASKED: ("○", "$text-primary"),
    InterceptState.IN_FORCE: ("■", "bold $text-warning"),
    InterceptState.UNDOING: ("◐", "bold $text-warning"),
    InterceptState.UNDONE: ("●", "$text-success"),
    InterceptState.DONE: ("●", "$text-success"),
    InterceptState.NOT_DONE: ("×", "$text-error"),
    InterceptState.KEPT: ("◌", "$text-warning"),
}


class InterceptsScreen(TableScreen[Intercept]):
    """Newest first."""

    NAME = "intercept"
    LOOK_EVERY_S = 2.0
    COLUMNS = (
        Column(key="state", title="app.column.state", width=14, weight=1, most=20),
        Column(key="who", title="app.column.who", width=12, weight=1, most=24),
        Column(key="text", title="app.column.done_by_rule", width=20, weight=5),
        Column(key="begun", title="app.column.asked", width=12, most=17, weight=1, drop=1),
        Column(key="due", title="app.column.undone_at", width=12, most=17, weight=1, drop=2),
    )
    BINDINGS: ClassVar[list[BindingType]] = [key("s,f8", "switch", "intercept.switch")]

    def __init__(self, desk: Desk, flows: ServiceFlows) -> None:
        super().__init__(desk)
        self._flows = flows
        self._status: InterceptStatus | None = None

    async def load(self) -> Sequence[Intercept]:
        client = self.desk.client
        self._status = await intercept_status(client)
        return await intercepts(client, InterceptQuery())

    def heading(self) -> SafeContent:
        status, desk = self._status, self.desk
        if status is None:
            return super().heading()
        if not status.is_configured:
            return desk.line("intercept.not_configured", "bold")
        if status.is_switched_off:
            return desk.line("intercept.is_off", "bold $text-warning", name=status.switched_by or "–")
        return desk.line("intercept.is_on", "bold", n=status.in_force, undoing=status.undoing)

    def key_of(self, item: Intercept) -> str:
        return item.intercept_id

    def cells_of(self, item: Intercept) -> Mapping[str, SafeContent]:
        sign, style = _STATES[item.state]
        times = self.desk.times
        return {
            "state": safe_text(f"{sign} {self.desk.say(f'intercept_state.{item.state}')}", style),
            "who": safe_text(item.employee or item.device),
            "text": safe_text(item.text),
            "begun": safe_text(f"{times.short(item.begun_at)} {times.age(item.begun_at)}"),
            "due": safe_text("–" if item.due_at is None else times.short(item.due_at)),
        }

    def detail_of(self, item: Intercept) -> SafeContent:
        rows = [
            ("device", safe_text(item.device)),
            ("rule", safe_text(item.rule_id)),
            ("alert", safe_text(item.alert_id)),
        ]
        return lines([safe_page(item.text), *labelled(self.desk, rows)])

    def why_not(self, action: str) -> str | None:
        return self.desk.refusal(Act.SWITCH_INTERCEPT) if action == "switch" else None

    def action_switch(self) -> None:
        self._flows.switch_intercept(self._status)
