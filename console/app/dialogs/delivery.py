"""Where alerts go: each channel with what waits and what was given up."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from daemon.api.delivery import ChannelState, DeadLetter, DeliveryChannel, DeliveryStatus
from daemon.api.delivery_client import dead_letters, delivery_status

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..desk import Desk
from ..flows.services import ServiceFlows
from ..keys import key
from ..widgets.columns import Column
from .dialog import labelled
from .table_screen import TableScreen

LETTERS_NAMED: Final = 12
_STATES: Final = {
    ChannelState.OK: ("●", "$text-success"),
    ChannelState.UNUSED: ("○", "$muted"),
    ChannelState.FAILING: ("×", "bold $text-error"),
    ChannelState.MUTED: ("◌", "$text-warning"),
    ChannelState.STOPPED: ("■", "bold $text-warning"),
    ChannelState.OFF: ("–", "$muted"),
}


class DeliveryScreen(TableScreen[DeliveryChannel]):
    """Its address is never told."""

    NAME = "delivery"
    LOOK_EVERY_S = 2.0
    COLUMNS = (
        Column(key="state", title="app.column.state", width=12, weight=1, most=18),
        Column(key="name", title="app.column.channel", width=14, weight=2, most=30),
        Column(key="waiting", title="app.column.waiting", width=8),
        Column(key="dead", title="app.column.dead", width=8),
        Column(key="sent", title="app.column.sent", width=12, weight=1, most=18, drop=1),
        Column(key="problem", title="app.column.problem", width=14, weight=5, drop=2),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("t,f6", "test", "delivery.test"),
        key("m,f7", "mute", "delivery.mute"),
        key("s,f8", "switch", "delivery.switch"),
        key("R,alt+r", "retry_dead", "delivery.retry"),
    ]

    def __init__(self, desk: Desk, flows: ServiceFlows) -> None:
        super().__init__(desk)
        self._flows = flows
        self._status: DeliveryStatus | None = None
        self._dead: tuple[DeadLetter, ...] = ()

    async def load(self) -> Sequence[DeliveryChannel]:
        client = self.desk.client
        self._status = await delivery_status(client)
        self._dead = await dead_letters(client) if any(one.dead for one in self._status.channels) else ()
        return self._status.channels

    def heading(self) -> SafeContent:
        status = self._status
        if status is not None and status.stopped_by is not None:
            return self.desk.line("delivery.is_stopped", "bold $text-warning", name=status.stopped_by)
        if status is not None and not status.is_on:
            return self.desk.line("delivery.is_off", "bold $text-warning")
        return super().heading()

    def key_of(self, item: DeliveryChannel) -> str:
        return item.name

    def cells_of(self, item: DeliveryChannel) -> Mapping[str, SafeContent]:
        sign, style = _STATES[item.state]
        return {
            "state": safe_text(f"{sign} {self.desk.say(f'channel.{item.state}')}", style),
            "name": safe_text(f"{item.name} · {item.kind}"),
            "waiting": safe_text(str(item.waiting), "$text-warning" if item.waiting else ""),
            "dead": safe_text(str(item.dead), "bold $text-error" if item.dead else ""),
            "sent": safe_text("–" if item.last_sent_at is None else self.desk.times.ago(item.last_sent_at)),
            "problem": safe_text(item.problem or item.code or "–"),
        }

    def detail_of(self, item: DeliveryChannel) -> SafeContent:
        desk, times = self.desk, self.desk.times
        rows = [("least", safe_text(desk.known(f"app.severity.{item.least}", item.least)))]
        if item.escalate_to is not None:
            rows.append(("escalates", safe_text(item.escalate_to)))
        if item.muted_until is not None:
            rows.append(("muted", safe_text(f"{times.full(item.muted_until)} · {item.muted_by or '–'}")))
        if item.next_try_at is not None:
            rows.append(("next_try", safe_text(times.full(item.next_try_at))))
        parts = labelled(desk, rows)
        if item.problem:
            parts.append(safe_page(item.problem, "$text-warning"))
        mine = self._letters(item)
        if mine:
            parts += [safe_text(""), desk.line("delivery.dead", "$muted", n=len(mine))]
        for letter in mine[:LETTERS_NAMED]:
            told = desk.say("delivery.letter", n=letter.alerts, tries=letter.tries, why=letter.problem or "–")
            parts.append(safe_text(f"{times.full(letter.made_at)}  {told}"))
        return lines(parts)

    def why_not(self, action: str) -> str | None:
        match action:
            case "test" | "mute" | "switch":
                return self._flows.why_not_deliver(self.current)
            case "retry_dead":
                reason = self._flows.why_not_deliver(self.current)
                return reason or (None if self._mine() else self.desk.say("delivery.no_dead"))
            case _:
                return None

    def action_test(self) -> None:
        self._flows.test(self.current)

    def action_mute(self) -> None:
        self._flows.mute(self.current)

    def action_switch(self) -> None:
        self._flows.switch_delivery(self._status)

    def action_retry_dead(self) -> None:
        if not self._flows.explained(self.why_not("retry_dead")):
            self._flows.retry_dead(self._mine())

    def _mine(self) -> tuple[DeadLetter, ...]:
        return () if self.current is None else self._letters(self.current)

    def _letters(self, item: DeliveryChannel) -> tuple[DeadLetter, ...]:
        return tuple(letter for letter in self._dead if letter.channel == item.name)
