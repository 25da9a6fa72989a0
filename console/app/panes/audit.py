"""Screen 7: who looked at what and did what, and why; pages over the API, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

import msgspec
from textual.binding import BindingType

from daemon.api.audit_client import find_audit
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.requests import AuditQuery
from daemon.api.wire import AuditEntry, Page

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..dialogs.jump import JumpDialog
from ..dialogs.page import PageDialog
from ..filter_line import RowFilter
from ..flows import Flows
from ..keys import key, quiet
from ..shop import Part
from ..shown_table import MOST_ROWS, ShownTable
from ..widgets.columns import Column
from ..widgets.live_list import LiveList
from ..work import LongWork
from .audit_query import action_word, audit_query, outcome_cell
from .events import EventList
from .figures_block import NO_ROUTE
from .item_pane import ItemPane

PAGE: Final = 200
LOOK_AHEAD: Final = 40
"""Rows below the visible ones that are asked for already."""
ENOUGH_ROWS: Final = 60
MOST_UNSEEN_PAGES: Final = 10
"""Pages asked for by themselves while a filter lets too few of their entries pass."""
FRESH: Final = timedelta(seconds=30)
"""Reading the audit is in the audit: the newest are asked for again only when the screen is come back to."""


class AuditPane(ItemPane[AuditEntry]):
    """The entries of the audit."""

    NAME = "audit"
    PARTS = Part.HEADER
    OWN = Part.NOTHING
    LIST = EventList
    FILTERS_LIVE = False
    COLUMNS = (
        Column(key="at", title="app.column.when", width=11),
        Column(key="actor", title="app.column.audit_actor", width=10, weight=1, most=20),
        Column(key="action", title="app.column.audit_action", width=16, weight=2, most=34),
        Column(key="target", title="app.column.audit_target", width=14, weight=3, most=60),
        Column(key="outcome", title="app.column.audit_outcome", width=8, most=14, weight=1, drop=1),
        Column(key="reason", title="app.column.audit_reason", width=10, weight=3, drop=2),
        Column(key="role", title="app.column.audit_role", width=8, drop=3, is_shown=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("v,f9", "verify", "audit.verify"),
        quiet("J,ctrl+g", "jump", "jump"),
    ]

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__(desk, flows)
        self._entries: list[AuditEntry] = []
        self._drawn: list[AuditEntry] | None = None
        self._query = AuditQuery(limit=PAGE)
        self._from: datetime | None = None
        self._number = 0
        self._is_asked = False
        self._is_started = False
        self._is_complete = False
        self._pages = 0
        self._loaded_at: datetime | None = None
        self._error: ApiClientError | None = None

    def items(self) -> Sequence[AuditEntry]:
        return self._entries

    def key_of(self, item: AuditEntry) -> str:
        return str(item.audit_id)

    def cells_of(self, item: AuditEntry) -> Mapping[str, SafeContent]:
        desk = self.desk
        return {
            "at": safe_text(desk.times.short(item.at)),
            "actor": safe_text(item.actor),
            "action": safe_text(action_word(item.action, desk)),
            "target": safe_text(item.target or "–"),
            "outcome": outcome_cell(item.outcome, desk),
            "reason": safe_text(item.reason or "–", "" if item.reason else "$muted"),
            "role": safe_text(desk.known(f"app.role.{item.role}", item.role)),
        }

    def moment_of(self, item: AuditEntry) -> datetime | None:
        return item.at

    def haystack_of(self, item: AuditEntry) -> str:
        words = action_word(item.action, self.desk)
        return " ".join((item.actor, item.action, words, item.target, item.outcome, item.reason or ""))

    def facets_of(self, item: AuditEntry) -> Mapping[str, Sequence[str]]:
        return {
            "actor": (item.actor,),
            "action": (item.action, action_word(item.action, self.desk)),
            "target": (item.target,),
            "outcome": (item.outcome, outcome_cell(item.outcome, self.desk).plain),
        }

    def detail_of(self, item: AuditEntry) -> SafeContent:
        desk = self.desk
        role = desk.known(f"app.role.{item.role}", item.role)
        head = joined((safe_text(action_word(item.action, desk), "bold"), safe_text(f"  {item.action}", "$muted")))
        rows = [
            ("audit_at", safe_text(desk.times.both(item.at))),
            ("audit_actor", safe_text(f"{item.actor} ({role})")),
            ("audit_outcome", outcome_cell(item.outcome, desk)),
            ("audit_entry", safe_text(f"audit:{item.audit_id} · #{item.ledger_index}")),
        ]
        reason = safe_page(item.reason or desk.say("audit.no_reason"), "" if item.reason else "$muted")
        target = safe_page(item.target or "–")
        parts = [head, *labelled(desk, rows), desk.line("audit.target", "$muted"), target]
        return lines([*parts, desk.line("audit.reason", "$muted"), reason])

    def counts(self) -> str:
        more = "" if self._is_complete else "+"
        loaded = len(self._entries)
        shown = len(self._rows)
        if self.filter.is_empty:
            text = self.desk.say("audit.count", n=f"{loaded}{more}")
        else:
            text = self.desk.say("audit.count_filtered", shown=shown, n=f"{loaded}{more}")
        if self._from is not None:
            text += "  " + self.desk.say("list.from_time", when=self.desk.times.full(self._from))
        return text

    def empty(self) -> SafeContent:
        if isinstance(self._error, ApiRefusedError):
            if self._error.code == NO_ROUTE:
                return safe_page(self.desk.say("refusal.old_daemon"))
            return self.denied(self._error)
        if self._error is not None:
            return safe_page(f"{self._error.message}\n{self._error.hint}".strip(), "bold $text-error")
        if not self._is_started or self._is_asked:
            return safe_page(self.desk.say("empty.waiting"), "$muted")
        return self.no_match() if not self.filter.is_empty else self.empty_of_all()

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.audit"))

    def refresh_rows(self) -> None:
        if self.desk.shop.is_online and not self._is_started and not self._is_asked and self._error is None:
            self._load(self._query)
        if self._drawn is self._entries:
            self.show_state()  # the header changed, not the audit: thousands of rows stay as they are
            return
        self._drawn = self._entries
        super().refresh_rows()

    def on_show(self, event: object = None) -> None:
        now = self.desk.times.now()
        is_old = self._loaded_at is not None and now - self._loaded_at >= FRESH
        if self._error is not None or (is_old and self.table.is_at_top and self._from is None):
            self._error = None
            self._is_started = False
            self.refresh_rows()
        else:
            self.show_state()

    def invalidate(self) -> None:
        """Another archive may answer now: load anew."""
        self._is_started, self._error = False, None

    def apply_filter(self, row_filter: RowFilter) -> None:
        actors = {entry.actor for entry in self._entries}
        query = audit_query(row_filter, actors, self.desk)
        if self._from is not None and (query.until is None or query.until > self._from):
            query = msgspec.structs.replace(query, until=self._from)
        self._load(query)

    def jump_to(self, moment: datetime | None) -> None:
        """Begin with what was before a moment; None for the newest."""
        self._from = moment
        self.apply_filter(self.filter)

    def why_not(self, action: str) -> str | None:
        return self.flows.oversight.why_not_verify() if action == "verify" else super().why_not(action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "pause":
            return False
        if action == "clear_filter" and self._from is not None:
            return True
        return super().check_action(action, parameters)

    def action_verify(self) -> None:
        """Whether the record is whole."""
        self.flows.oversight.verify()

    def action_jump(self) -> None:
        """A day or a moment; the list begins there."""
        self.app.push_screen(JumpDialog(self.desk), self._jump_asked)

    def action_clear_filter(self) -> None:
        if self._from is not None and self.filter.is_empty:
            self.jump_to(None)
        else:
            super().action_clear_filter()

    def open_detail(self) -> None:
        entry = self.current()
        if entry is not None:
            title = self.desk.line("audit.title", n=entry.audit_id)
            self.app.push_screen(PageDialog(self.desk, title=title, text=self.detail_of(entry)))

    async def shown(self, work: LongWork) -> ShownTable:
        """Page after page from the daemon, so that it is all of the list and not what was scrolled to."""
        entries: list[AuditEntry] = []
        query: AuditQuery | None = msgspec.structs.replace(self._query, limit=1000, before=None)
        while query is not None and len(entries) < MOST_ROWS:
            page = await find_audit(self.desk.client, query)
            entries += [entry for entry in page.items if self._passes(entry)]
            work.step(len(entries))
            is_last = len(page.items) < query.limit
            query = None if is_last else msgspec.structs.replace(query, before=page.items[-1].audit_id)
        titles = tuple(self.desk.texts.get(column.title) for column in self.listing.chosen if column.title)
        return ShownTable(titles=titles, rows=self._plain_rows(entries), items=entries)

    def on_event_list_top_asked(self, event: EventList.TopAsked) -> None:
        event.stop()
        self.jump_to(None)

    def on_live_list_seen(self, event: LiveList.Seen) -> None:
        event.stop()
        if event.last + LOOK_AHEAD >= len(self._rows):
            self._load_more()

    def _jump_asked(self, moment: datetime | None) -> None:
        if moment is not None:
            self.jump_to(moment)

    def _passes(self, entry: AuditEntry) -> bool:
        age = self.desk.times.now() - entry.at
        facets = {**self.facets_of(entry), "age": (f"{max(age.total_seconds(), 0.0)}",)}
        return self.filter.without("since", "until").admits(self.haystack_of(entry), facets)

    def _load(self, query: AuditQuery) -> None:
        self._query = msgspec.structs.replace(query, limit=PAGE, before=None)
        self._is_started = self._is_complete = False
        self._pages = 0
        self._error = None
        self._ask(self._query)

    def _load_more(self) -> None:
        is_possible = self._is_started and not self._is_complete and not self._is_asked and self._error is None
        if is_possible and self._entries and len(self._entries) < MOST_ROWS and self.desk.shop.is_online:
            self._ask(msgspec.structs.replace(self._query, before=self._entries[-1].audit_id))

    def _ask(self, query: AuditQuery) -> None:
        self._number += 1
        number = self._number
        self._is_asked = True
        self.flows.oversight.load_audit(
            query, lambda page: self._loaded(number, query, page), lambda error: self._failed(number, error)
        )

    def _loaded(self, number: int, query: AuditQuery, page: Page[AuditEntry]) -> None:
        if number != self._number or not self.is_attached:
            return
        self._is_asked, self._is_started = False, True
        self._is_complete = len(page.items) < query.limit
        self._loaded_at = self.desk.times.now()
        self._pages += 1
        self._entries = list(page.items) if query.before is None else [*self._entries, *page.items]
        super().refresh_rows()
        if len(self._rows) < ENOUGH_ROWS and self._pages < MOST_UNSEEN_PAGES:
            self._load_more()

    def _failed(self, number: int, error: ApiClientError) -> None:
        if number != self._number or not self.is_attached:
            return
        self._is_asked = False
        if isinstance(error, ApiRefusedError):
            self._entries = []
            self._error = error
        super().refresh_rows()
