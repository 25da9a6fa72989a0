"""Screen 5: the rules in force, with what each found lately. Explaining a text and trying a candidate start here."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

from textual.binding import BindingType

from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.policy import RuleInForce, RulesInForce
from daemon.api.rule_state import RuleFileStatus, RulesState
from daemon.api.wire import Severity

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..dialogs.page import PageDialog
from ..flows import Flows
from ..glyphs import severity_cell, severity_rank
from ..keys import key
from ..ordering import SortKey
from ..shop import Part
from ..widgets.columns import Column
from .figures_block import NO_ROUTE
from .item_pane import ItemPane
from .pane import Pane

FRESH: Final = timedelta(seconds=30)
"""While the list is so young it is not asked for again, whatever alerts come in."""
_FILE_SIGNS: Final = {
    RuleFileStatus.OK: ("●", "$text-success"),
    RuleFileStatus.REFUSED: ("×", "bold $text-error"),
    RuleFileStatus.IGNORED: ("○", "$text-warning"),
}


class RulesPane(ItemPane[RuleInForce]):
    """Those that found most lately first."""

    NAME = "rules"
    PARTS = Part.HEADER | Part.ALERTS
    OWN = Part.NOTHING
    COLUMNS = (
        Column(key="severity", title="app.column.severity", width=10, sort_letter="S", sorts_down=True),
        Column(key="hits", title="app.column.hits_7d", width=7, sort_letter="H", sorts_down=True),
        Column(key="title", title="app.column.rule_title", width=16, weight=4, most=44, sort_letter="T"),
        Column(key="category", title="app.column.category", width=14, weight=2, most=26, drop=2, sort_letter="C"),
        Column(key="rule", title="app.column.rule_id", width=14, weight=3, most=40, drop=1, sort_letter="R"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("e,f6", "explain", "rules.explain"),
        key("t,f7", "try_rules", "rules.try"),
        key("L,alt+l", "alerts", "rules.alerts"),
        key("s,f8", "sources", "rules.sources"),
        key("n,f9", "rescans", "rules.rescans"),
    ]

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__(desk, flows)
        self._known: RulesInForce | None = None
        self._asked_at: datetime | None = None
        self._error: ApiClientError | None = None
        self._state: RulesState | None = None

    def items(self) -> Sequence[RuleInForce]:
        known = self._known.items if self._known is not None else ()
        return sorted(known, key=lambda one: (-(one.hits_7d or 0), -_rank(one.severity), one.rule_id))

    def key_of(self, item: RuleInForce) -> str:
        return item.rule_id

    def cells_of(self, item: RuleInForce) -> Mapping[str, SafeContent]:
        hits = "–" if item.hits_7d is None else str(item.hits_7d)
        return {
            "severity": _severity_cell(item.severity, self.desk),
            "hits": safe_text(hits, "bold" if item.hits_7d else "$muted"),
            "title": safe_text(item.title),
            "category": safe_text(item.category),
            "rule": safe_text(item.rule_id, "$muted"),
        }

    def sort_value(self, item: RuleInForce, column: str) -> SortKey:
        match column:
            case "severity":
                return (_rank(item.severity),)
            case "hits":
                return () if item.hits_7d is None else (item.hits_7d,)
            case _:
                return super().sort_value(item, column)

    def haystack_of(self, item: RuleInForce) -> str:
        return " ".join((item.rule_id, item.title, item.category, item.advice))

    def facets_of(self, item: RuleInForce) -> Mapping[str, Sequence[str]]:
        at_least = [f">={one.value}" for one in Severity if severity_rank(one) <= _rank(item.severity)]
        word = self.desk.known(f"app.severity.{item.severity}", item.severity)
        return {
            "sev": (item.severity, word, *at_least),
            "kind": (item.category,),
            "rule": (item.rule_id, item.title),
        }

    def counts(self) -> str:
        """With how many of the shop's own files are not in force."""
        bad = sum(file.status is not RuleFileStatus.OK for file in self._state.files) if self._state is not None else 0
        return super().counts() + ("  " + self.desk.say("rules.files_bad", n=bad) if bad else "")

    def detail_of(self, item: RuleInForce) -> SafeContent:
        desk = self.desk
        head = joined((_severity_cell(item.severity, desk), safe_text("  "), safe_text(item.title, "bold")))
        rows = [("rule", safe_text(f"{item.rule_id} · {item.category}"))]
        if item.hits_7d is not None:
            rows.append(("hits_7d", safe_text(str(item.hits_7d))))
        if self._known is not None:
            rows.append(("rule_set", safe_text(self._known.version)))
        advice = safe_page(item.advice or desk.say("rules.no_advice"), "" if item.advice else "$muted")
        return lines([head, *labelled(desk, rows), safe_text(""), desk.line("rules.advice", "$muted"), advice])

    def empty(self) -> SafeContent:
        if isinstance(self._error, ApiRefusedError):
            return self.denied(self._error)
        if self._total:
            return self.no_match()
        if self._error is not None:
            return safe_page(f"{self._error.message}\n{self._error.hint}".strip(), "bold $text-error")
        return self.empty_of_all() if self._known is not None else safe_page(self.desk.say("empty.waiting"), "$muted")

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.rules"))

    def refresh_rows(self) -> None:
        now = self.desk.times.now()
        is_due = self._asked_at is None or now - self._asked_at >= FRESH
        if self.desk.shop.is_online and not self.is_paused and is_due:
            self._asked_at = now
            self.flows.rules.load_rules(self._loaded, self._failed)
            self.flows.rules.load_state(self._state_loaded, lambda error: None)
        super().refresh_rows()

    def why_not(self, action: str) -> str | None:
        match action:
            case "explain":
                return self.flows.rules.why_not_explain()
            case "try_rules":
                return self.flows.rules.why_not_try()
            case "alerts":
                return None if self.current() is not None else self.desk.say("refusal.no_rule")
            case "sources" | "rescans":
                return self.flows.rules.why_not_explain()
            case _:
                return None

    def action_explain(self) -> None:
        """Why the rules find a text, as it is typed."""
        self.flows.rules.explain()

    def action_try_rules(self) -> None:
        """What a candidate would find in the archive."""
        self.flows.rules.try_rules()

    async def action_alerts(self) -> None:
        """What the current rule found, on the screen of alerts."""
        rule = self.current()
        if rule is None:
            self.app.notify(self.desk.say("refusal.no_rule"), severity="warning")
            return
        await self.app.run_action("go('alerts')")
        pane = self.app.query_one("#alerts")
        if isinstance(pane, Pane):
            pane.set_filter(f"rule:{rule.rule_id}")

    def action_sources(self) -> None:
        """Packs, the shop's own files, and what is wrong with them."""
        if not self.flows.rules.explained(self.why_not("sources")):
            self.flows.rules.load_state(self._sources_loaded, self._sources_failed)

    def action_rescans(self) -> None:
        """The archive looked through again."""
        self.flows.rules.show_rescans()

    def open_detail(self) -> None:
        rule = self.current()
        if rule is not None:
            self.app.push_screen(PageDialog(self.desk, title=safe_text(rule.title), text=self.detail_of(rule)))

    def _loaded(self, found: RulesInForce) -> None:
        if self.is_attached:
            self._known, self._error = found, None
            super().refresh_rows()

    def _state_loaded(self, state: RulesState) -> None:
        if self.is_attached:
            self._state = state
            self.show_state()

    def _sources_loaded(self, state: RulesState) -> None:
        self._state_loaded(state)
        title = self.desk.line("rules.sources")
        self.app.push_screen(PageDialog(self.desk, title=title, text=state_page(state, self.desk)))

    def _sources_failed(self, error: ApiClientError) -> None:
        told = self.desk.say("refusal.old_daemon") if error.code == NO_ROUTE else f"{error.message}\n{error.hint}"
        self.app.notify(told.strip(), severity="warning")

    def _failed(self, error: ApiClientError) -> None:
        if self.is_attached:
            self._error = error
            self._asked_at = None if not isinstance(error, ApiRefusedError) else self._asked_at
            self.show_state()


def state_page(state: RulesState, desk: Desk) -> SafeContent:
    """Where the rules come from; what is wrong stands beside its file."""
    rows = [
        ("rule_set", safe_text(state.version)),
        ("rule_count", safe_text(str(state.rules))),
        ("rule_packs", safe_text(", ".join(state.packs) or "–")),
        ("rule_folder", safe_text(state.watched_dir or desk.say("rules.no_folder"))),
        ("rule_loaded", safe_text(desk.times.both(state.loaded_at))),
    ]
    parts = [*labelled(desk, rows)]
    if state.problem is not None:
        parts += [safe_text(""), safe_page(f"{desk.say('rules.kept')}\n{state.problem}", "bold $text-error")]
    for file in state.files:
        sign, style = _FILE_SIGNS[file.status]
        line = "" if file.line is None else f":{file.line}"
        word = desk.say(f"rule_file.{file.status}")
        parts += [safe_text(""), joined((safe_text(f"{sign} {word}", style), safe_text(f"  {file.name}{line}")))]
        if file.problem is not None:
            parts.append(safe_page(f"  {file.problem}"))
    return lines(parts)


def _rank(severity: str) -> int:
    return severity_rank(Severity(severity)) if severity in set(Severity) else -1


def _severity_cell(severity: str, desk: Desk) -> SafeContent:
    return severity_cell(Severity(severity), desk.texts) if severity in set(Severity) else safe_text(severity)
