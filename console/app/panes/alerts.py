"""Screen 2: findings for review, newest first, settled ones last."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType

from daemon.api.wire import Alert, AlertStatus

from ...safe_text import SafeContent, safe_page, safe_text
from ..dialogs.alert import AlertDialog
from ..flows.alert_steps import ALERT_ACTS, SETTLED, AlertAct
from ..glyphs import severity_cell, severity_rank, status_cell
from ..keys import ALERT_KEYS, quiet
from ..ordering import SortKey
from ..shop import Part
from ..widgets.columns import Column
from .alert_detail import alert_detail, evidence_line
from .item_pane import ItemPane


class AlertsPane(ItemPane[Alert]):
    """Every alert loaded. `space` marks several for one acknowledgement."""

    NAME = "alerts"
    PARTS = Part.ALERTS
    OWN = Part.ALERTS
    COLUMNS = (
        Column(key="mark", title="", width=1),
        Column(key="severity", title="app.column.severity", width=10, sort_letter="S", sorts_down=True),
        Column(key="raised", title="app.column.raised", width=14, most=17, weight=1, sort_letter="R", sorts_down=True),
        Column(key="who", title="app.column.who", width=8, weight=1, most=18, sort_letter="N"),
        Column(key="title", title="app.column.title", width=14, weight=3, most=44, sort_letter="T"),
        Column(key="evidence", title="app.column.evidence", width=14, weight=5),
        Column(key="status", title="app.column.status", width=9, most=12, weight=1, drop=1, sort_letter="P"),
        Column(key="assignee", title="app.column.assignee", width=12, most=16, weight=1, drop=2, sort_letter="A"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*ALERT_KEYS, quiet("space", "mark", "mark")]

    def items(self) -> Sequence[Alert]:
        alerts = self.desk.shop.alerts.values()
        return sorted(alerts, key=lambda one: (one.status in SETTLED, -one.raised_at.timestamp(), one.alert_id))

    def key_of(self, item: Alert) -> str:
        return item.alert_id

    def cells_of(self, item: Alert) -> Mapping[str, SafeContent]:
        times = self.desk.times
        return {
            "mark": self.mark_cell(item),
            "severity": severity_cell(item.severity, self.desk.texts),
            "raised": safe_text(f"{times.short(item.raised_at)} {times.age(item.raised_at)}"),
            "who": safe_text(item.employee or self.desk.shop.name_of(item.device)),
            "title": safe_text(item.title, "bold" if item.status is AlertStatus.OPEN else ""),
            "evidence": evidence_line(item.evidence),
            "status": status_cell(item.status, self.desk.texts),
            "assignee": safe_text(item.assignee or "–", "" if item.assignee else "$muted"),
        }

    def sort_value(self, item: Alert, column: str) -> SortKey:
        match column:
            case "severity":
                return (severity_rank(item.severity),)
            case "raised":
                return (item.raised_at.timestamp(),)
            case "who":
                return ((item.employee or self.desk.shop.name_of(item.device)).casefold(),)
            case "title":
                return (item.title.casefold(),)
            case "status":
                return (list(AlertStatus).index(item.status),)
            case "assignee":
                return (item.assignee.casefold(),) if item.assignee else ()
            case _:
                return super().sort_value(item, column)

    def moment_of(self, item: Alert) -> datetime | None:
        return item.raised_at

    def haystack_of(self, item: Alert) -> str:
        surfaces = (evidence.surface for evidence in item.evidence)
        who = item.employee or ""
        names = (who, item.assignee or "")
        return " ".join((item.title, item.category, item.rule_id, item.device, item.alert_id, *names, *surfaces))

    def facets_of(self, item: Alert) -> Mapping[str, Sequence[str]]:
        word = self.desk.say(f"severity.{item.severity}")
        return {
            "device": (item.device, item.employee or ""),
            "employee": (item.employee or "",),
            "state": (item.status.value, self.desk.say(f"status.{item.status}")),
            "sev": (item.severity.value, word),
            "kind": (item.source, item.category),
            "rule": (item.rule_id,),
            "assignee": (item.assignee or "",),
        }

    def detail_of(self, item: Alert) -> SafeContent:
        return alert_detail(item, self.desk)

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.alerts"))

    def why_not(self, action: str) -> str | None:
        match action:
            case "reveal":
                return self.flows.records.why_not_reveal(self._event_id())
            case "timeline":
                return None if self._event_id() is not None else self.desk.say("refusal.no_alert")
            case _ if action in ALERT_ACTS:
                return self.flows.alerts.why_not(AlertAct(action), self.chosen())
            case _:
                return None

    def action_acknowledge(self) -> None:
        self.flows.alerts.acknowledge(self.chosen(), self._unmark)

    def action_resolve(self) -> None:
        self.flows.alerts.resolve(self.chosen(), self._unmark)

    def action_note(self) -> None:
        self.flows.alerts.note(self.chosen(), self._unmark)

    def action_assign(self) -> None:
        self.flows.alerts.assign(self.chosen(), self._unmark)

    def action_reopen(self) -> None:
        self.flows.alerts.reopen(self.chosen(), self._unmark)

    def action_suppress(self) -> None:
        self.flows.alerts.suppress(self.chosen(), self._unmark)

    def action_reveal(self) -> None:
        alert = self.current()
        self.flows.records.reveal(self._event_id(), alert.device if alert is not None else "")

    def action_timeline(self) -> None:
        """What was said around the event of the current alert, on every phone."""
        if (event_id := self._event_id()) is not None:
            self.flows.records.show_timeline(event_id)

    def open_detail(self) -> None:
        alert = self.current()
        if alert is not None:
            self.app.push_screen(AlertDialog(self.desk, self.flows, alert))

    def _event_id(self) -> str | None:
        alert = self.current()
        return alert.event_id if alert is not None else None

    def _unmark(self, alert_ids: Iterable[str]) -> None:
        self.marked.difference_update(alert_ids)
        if self.is_attached:
            self.table.refresh()
            self.show_state()
