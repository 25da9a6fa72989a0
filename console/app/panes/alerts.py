"""Screen 2: findings for review, newest first, settled ones last."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import msgspec
from textual.binding import BindingType

from daemon.api.wire import Alert, AlertStatus, Evidence, Severity

from ...plain_text import ELLIPSIS
from ...safe_text import SafeContent, joined, lines, safe_marked, safe_page, safe_text
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..dialogs.page import PageDialog
from ..glyphs import severity_cell, severity_rank, status_cell
from ..keys import key, quiet
from ..shop import Part
from ..widgets.columns import Column
from .item_pane import ItemPane

EVIDENCE_LEAD: Final = 4
"""Code points shown before the hit, so that the hit itself is seen in a narrow column."""
_SETTLED = frozenset({AlertStatus.RESOLVED, AlertStatus.SUPPRESSED})


class AlertsPane(ItemPane[Alert]):
    """Every alert loaded. `space` marks several for one acknowledgement."""

    NAME = "alerts"
    PARTS = Part.ALERTS
    OWN = Part.ALERTS
    COLUMNS = (
        Column(key="mark", title="", width=1),
        Column(key="severity", title="app.column.severity", width=10),
        Column(key="raised", title="app.column.raised", width=14, most=17, weight=1),
        Column(key="who", title="app.column.who", width=8, weight=1, most=18),
        Column(key="title", title="app.column.title", width=14, weight=3, most=44),
        Column(key="evidence", title="app.column.evidence", width=14, weight=5),
        Column(key="status", title="app.column.status", width=9, most=12, weight=1, drop=1),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("a,f7", "acknowledge", "alerts.acknowledge"),
        key("x,f8", "resolve", "alerts.resolve"),
        key("v,f9", "reveal", "reveal"),
        key("t,f6", "timeline", "timeline"),
        quiet("space", "mark", "mark"),
    ]

    def items(self) -> Sequence[Alert]:
        alerts = self.desk.shop.alerts.values()
        return sorted(alerts, key=lambda one: (one.status in _SETTLED, -one.raised_at.timestamp(), one.alert_id))

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
        }

    def haystack_of(self, item: Alert) -> str:
        surfaces = (evidence.surface for evidence in item.evidence)
        who = item.employee or ""
        return " ".join((item.title, item.category, item.rule_id, item.device, who, item.alert_id, *surfaces))

    def facets_of(self, item: Alert) -> Mapping[str, Sequence[str]]:
        word = self.desk.say(f"severity.{item.severity}")
        return {
            "device": (item.device, item.employee or ""),
            "employee": (item.employee or "",),
            "state": (item.status.value, self.desk.say(f"status.{item.status}")),
            "sev": (item.severity.value, word, *_at_least(item.severity)),
            "kind": (item.source, item.category),
        }

    def detail_of(self, item: Alert) -> SafeContent:
        desk = self.desk
        who = item.employee or desk.shop.name_of(item.device)
        head = joined((severity_cell(item.severity, desk.texts), safe_text("  "), safe_text(item.title, "bold")))
        rows = [
            ("status", joined((status_cell(item.status, desk.texts), safe_text(self._handled(item), "$muted")))),
            ("device", safe_text(f"{who} · {item.device}")),
            ("when", safe_text(desk.times.both(item.occurred_at))),
            ("raised", safe_text(desk.times.both(item.raised_at))),
            ("rule", safe_text(f"{item.rule_id} · {item.category}")),
        ]
        if item.note:
            rows.append(("note", safe_text(item.note)))
        advice = [safe_page(f"{desk.say('label.advice')} {item.advice}")] if item.advice else []
        found = [_evidence_block(evidence, desk) for evidence in item.evidence]
        if not found:
            found = [desk.line("alert.no_evidence", "$muted")]
        review = safe_page(desk.say("alert.for_review"), "$muted")
        return lines([head, *found, *advice, *labelled(desk, rows), review])

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.alerts"))

    def why_not(self, action: str) -> str | None:
        match action:
            case "acknowledge":
                return self.flows.alerts.why_not_handle(self.chosen(), AlertStatus.ACKNOWLEDGED)
            case "resolve":
                return self.flows.alerts.why_not_handle(self.chosen(), AlertStatus.RESOLVED)
            case "reveal":
                return self.flows.records.why_not_reveal(self._event_id())
            case "timeline":
                return None if self._event_id() is not None else self.desk.say("refusal.no_alert")
            case _:
                return None

    def action_acknowledge(self) -> None:
        self.flows.alerts.acknowledge(self.chosen())
        self.marked.clear()

    def action_resolve(self) -> None:
        self.flows.alerts.resolve(self.chosen())
        self.marked.clear()

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
            self.app.push_screen(PageDialog(self.desk, title=safe_text(alert.title), text=self.detail_of(alert)))

    def _event_id(self) -> str | None:
        alert = self.current()
        return alert.event_id if alert is not None else None

    def _handled(self, item: Alert) -> str:
        if not item.handled_by:
            return ""
        when = f" · {self.desk.times.both(item.handled_at)}" if item.handled_at else ""
        return f" · {item.handled_by}{when}"


def evidence_line(evidence: Sequence[Evidence]) -> SafeContent:
    """The first piece of evidence with its hit marked, and how many more there are."""
    if not evidence:
        return safe_text("–", "$muted")
    first = evidence[0]
    lead = max(first.start - EVIDENCE_LEAD, 0)
    shown = msgspec.structs.replace(first, surface=first.surface[lead:], start=first.start - lead, end=first.end - lead)
    more = safe_text(f" +{len(evidence) - 1}", "$muted") if len(evidence) > 1 else safe_text("")
    ellipsis = safe_text(ELLIPSIS if lead else "", "$muted")
    return joined((ellipsis, safe_marked(shown.surface, (shown,), mark="bold underline $text-error"), more))


def _evidence_block(evidence: Evidence, desk: Desk) -> SafeContent:
    surface = safe_marked(evidence.surface, (evidence,), mark="bold underline $text-error", line_break="\n")
    how = desk.known(f"app.how.{evidence.how}", evidence.how)
    reason = safe_text(f"   ({evidence.word} · {desk.say('label.how')} {how})", "$muted")
    return joined((safe_text("“"), surface, safe_text("”"), reason))


def _at_least(severity: Severity) -> list[str]:
    """The values that make `sev:>=medium` find this one."""
    rank = severity_rank(severity)
    return [f">={one.value}" for one in Severity if severity_rank(one) <= rank]
