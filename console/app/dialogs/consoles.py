"""Consoles of other machines: who is paired, who is connected, and the end of it."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from daemon.api.consoles import PairedConsole
from daemon.api.consoles_client import consoles

from ...safe_text import SafeContent, lines, safe_text
from ..desk import Desk
from ..flows.services import ServiceFlows
from ..keys import key
from ..widgets.columns import Column
from .dialog import labelled
from .table_screen import TableScreen


class ConsolesScreen(TableScreen[PairedConsole]):
    """Those in force first."""

    NAME = "consoles"
    LOOK_EVERY_S = 3.0
    COLUMNS = (
        Column(key="state", title="app.column.state", width=14, weight=1, most=20),
        Column(key="name", title="app.column.console", width=14, weight=2, most=40),
        Column(key="role", title="app.column.role", width=10, weight=1, most=18),
        Column(key="seen", title="app.column.seen", width=10, weight=1, most=16, drop=1),
        Column(key="expires", title="app.column.expires", width=12, weight=1, most=20, drop=2),
    )
    BINDINGS: ClassVar[list[BindingType]] = [key("x,f8", "revoke", "consoles.revoke")]

    def __init__(self, desk: Desk, flows: ServiceFlows) -> None:
        super().__init__(desk)
        self._flows = flows

    def load(self) -> Awaitable[Sequence[PairedConsole]]:
        return consoles(self.desk.client)

    def key_of(self, item: PairedConsole) -> str:
        return item.console_id

    def cells_of(self, item: PairedConsole) -> Mapping[str, SafeContent]:
        times = self.desk.times
        seen = "–" if item.last_seen_at is None else times.ago(item.last_seen_at)
        return {
            "state": self._state(item),
            "name": safe_text(item.name if item.employee is None else f"{item.name} · {item.employee}"),
            "role": self.desk.line(f"role.{item.role}"),
            "seen": safe_text(seen),
            "expires": safe_text(times.short(item.expires_at)),
        }

    def detail_of(self, item: PairedConsole) -> SafeContent:
        desk, times = self.desk, self.desk.times
        rows = [
            ("paired", safe_text(f"{times.both(item.paired_at)} · {item.paired_by}")),
            ("certificate", safe_text(times.full(item.expires_at))),
        ]
        if item.revoked_at is not None:
            rows.append(("revoked", safe_text(f"{times.both(item.revoked_at)} · {item.revoked_by or '–'}")))
        hint = safe_text(desk.say("consoles.invite"), "$muted")
        return lines([*labelled(desk, rows), hint])

    def why_not(self, action: str) -> str | None:
        return self._flows.why_not_revoke(self.current) if action == "revoke" else None

    def action_revoke(self) -> None:
        self._flows.revoke(self.current)

    def _state(self, item: PairedConsole) -> SafeContent:
        if item.revoked_at is not None:
            return self.desk.line("consoles.revoked", "$muted")
        if item.is_connected:
            return self.desk.line("consoles.connected", "$text-success")
        is_over = item.expires_at <= self.desk.times.now()
        return self.desk.line("consoles.expired" if is_over else "consoles.away", "$text-warning" if is_over else "")
