"""A pane over things that are all in memory: devices, alerts, commands. Rows are matched by key at every change."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Generic

from textual.binding import BindingType

from daemon.api.links import LinkRefused
from daemon.api.wire_base import Wire

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..clipboard import CopyForm, json_lines, tab_separated
from ..desk import Desk
from ..filter_line import Condition, RowFilter, checked
from ..filters import window_of
from ..flows import Flows
from ..keys import quiet
from ..ordering import OWN_ORDER, SortKey, in_order
from ..shop import Part
from ..shown_table import ShownTable
from ..trouble import is_not_let_in
from ..widgets.live_list import LiveList
from ..work import LongWork
from .item_rows import ItemRows, ItemT, Remembered
from .pane import Pane

MARK: Final = "mark"
"""Key of the column that shows marks; a pane without one has none."""
_TIMED: Final = ("age", "since", "until")


class ItemPane(Pane, Generic[ItemT]):
    """A pane whose items come whole from the shop. `space` marks rows; actions take the marked ones or the current."""

    OWN: ClassVar[Part]
    """The list that its items come from."""
    FILTERS_LIVE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        quiet("space", "mark", "mark"),
        quiet("asterisk,ctrl+a", "mark_all", "mark.all"),
        quiet("shift+down", "mark_range(1)", "mark.down"),
        quiet("shift+up", "mark_range(-1)", "mark.up"),
    ]

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__(desk, flows)
        self._rows: ItemRows[ItemT] = ItemRows(self.key_of, self.cells_of)
        self.marked: set[str] = set()
        self._total = 0
        self._waiting = 0
        self._chosen: tuple[tuple[ItemT, ...], frozenset[str], list[ItemT]] = ((), frozenset(), [])
        self._plain_filter = RowFilter()
        self._sorted_by = ""
        self._facets: Remembered[ItemT, Mapping[str, Sequence[str]]] = Remembered(self.facets_of)
        self._verdicts: Remembered[ItemT, bool] = Remembered(self._verdict)
        self._values: Remembered[ItemT, SortKey] = Remembered(self._value)

    @abstractmethod
    def items(self) -> Sequence[ItemT]:
        """All of them, in the order of the list."""

    @abstractmethod
    def key_of(self, item: ItemT) -> str:
        """What makes it the same row after a change: its id."""

    @abstractmethod
    def cells_of(self, item: ItemT) -> Mapping[str, SafeContent]:
        """Its cell in each column."""

    @abstractmethod
    def haystack_of(self, item: ItemT) -> str:
        """What words of the filter are looked for in."""

    @abstractmethod
    def facets_of(self, item: ItemT) -> Mapping[str, Sequence[str]]:
        """What `key:value` of the filter is compared with. `sev` begins with the value of the wire."""

    @abstractmethod
    def detail_of(self, item: ItemT) -> SafeContent:
        """What the panel and the page say of it."""

    @abstractmethod
    def empty_of_all(self) -> SafeContent:
        """The page for when there is nothing at all."""

    @abstractmethod
    def open_detail(self) -> None:
        """Show the current item on a page of its own."""

    def sort_value(self, item: ItemT, column: str) -> SortKey:
        """What its row is sorted by in a column; empty where nothing is known. Asked again only of a changed item."""
        return (self.cells_of(item)[column].plain.casefold(),)

    def moment_of(self, item: ItemT) -> datetime | None:
        """The moment that `age:`, `since:` and `until:` of the filter are about; None where there is none."""
        return None

    def copy_text(self, items: Sequence[ItemT], form: CopyForm) -> str:
        """What a copy of them holds: nothing that is not on the screen, masked as there."""
        match form:
            case CopyForm.CELL:
                column = next(column.key for column in self.COLUMNS if column.title)
                return "\n".join(self.cells_of(item)[column].plain for item in items)
            case CopyForm.ROW:
                return "\n".join(tab_separated(row) for row in self._plain_rows(items))
            case CopyForm.JSON:
                return json_lines([item for item in items if isinstance(item, Wire)])

    def rows(self) -> ItemRows[ItemT]:
        self._fill()
        return self._rows

    def current(self) -> ItemT | None:
        """The item under the cursor."""
        return self._rows.item(self.table.key)

    def chosen(self) -> list[ItemT]:
        """The marked items, also those that a filter hides, or the one under the cursor."""
        if not self.marked:
            current = self.current()
            return [current] if current is not None else []
        rows, marks, chosen = self._chosen
        if rows is not self._rows.items() or marks != self.marked:
            chosen = self._find_marked()
            self._chosen = (self._rows.items(), frozenset(self.marked), chosen)
        return list(chosen)

    def refresh_rows(self) -> None:
        if self.is_paused:
            shown = self._rows.keys()
            self._waiting = sum(self.key_of(item) not in shown for item in self._admitted(self.filter))
        else:
            self._waiting = 0
            self._fill()
            if any(self._rows.position_of(key) is None for key in self.marked):
                self.marked &= {self.key_of(item) for item in self.items()}
            self.table.reload()
        self.show_state()

    def apply_filter(self, row_filter: RowFilter) -> None:
        if row_filter.conditions:
            checked(row_filter, self.filter_keys())
        window_of(row_filter, self.desk.times.now())
        self._rows.put(self._ordered(self._admitted(row_filter)))
        self.table.reload()

    def filter_keys(self) -> Collection[str]:
        """The keys that the items have; with no items any."""
        items = self.items()
        if not items:
            return super().filter_keys()
        keys = {key: None for item in (items[0], items[-1]) for key in self.facets_of(item)}
        timed = _TIMED if any(self.moment_of(item) is not None for item in items) else ()
        return [*keys, *timed]

    def action_filter(self) -> None:
        self._facets.clear()
        super().action_filter()

    def reordered(self) -> None:
        """The rows shown, and no others, stand in the new order."""
        if self.is_paused:
            items = self.items()
            self._rows.put(
                self._ordered([one for one in items if self._rows.position_of(self.key_of(one)) is not None])
            )
        else:
            self._fill()
        self.table.reload()

    def news(self) -> int:
        return self._waiting

    def counts(self) -> str:
        shown = len(self._rows)
        name = "list.counts" if shown == self._total else "list.counts_filtered"
        text = self.desk.say(name, shown=shown, total=self._total, what=self.desk.say(f"what.{self.NAME}"))
        if not self.marked:
            return text
        hidden = sum(self._rows.position_of(key) is None for key in self.marked)
        marked = "list.marked_hidden" if hidden else "list.marked"
        return f"{text}  {self.desk.say(marked, n=len(self.marked), hidden=hidden)}"

    def detail(self) -> SafeContent:
        item = self.current()
        return safe_text("") if item is None else self.detail_of(item)

    def empty(self) -> SafeContent:
        shop = self.desk.shop
        refused = shop.refused.get(self.OWN)
        if refused is not None:
            return self.denied(refused)
        link = shop.link
        if not self._total and isinstance(link, LinkRefused) and is_not_let_in(link.error.code):
            return lines([safe_page(link.error.message, "bold $text-error"), safe_page(link.error.hint)])
        if self._total:
            return self.no_match()
        return self.empty_of_all() if self.OWN in shop.loaded else safe_page(self.desk.say("empty.waiting"), "$muted")

    def copied(self, form: CopyForm) -> str:
        return self.copy_text(self.chosen(), form)

    async def shown(self, work: LongWork) -> ShownTable:
        items = self._rows.items()
        titles = tuple(self.desk.texts.get(column.title) for column in self.listing.chosen if column.title)
        wires = [item for item in items if isinstance(item, Wire)]
        return ShownTable(titles=titles, rows=self._plain_rows(items), items=wires)

    def mark_cell(self, item: ItemT) -> SafeContent:
        return safe_text("✓", "bold $text-accent") if self.key_of(item) in self.marked else safe_text("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"mark", "mark_all", "mark_range"}:
            return any(column.key == MARK for column in self.COLUMNS)
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        key = self.table.key
        if key is not None:
            self.marked ^= {key}
            self.table.action_move(1)
            self._marks_changed()

    def action_mark_all(self) -> None:
        """Mark all that are shown; when they are, take the marks off again, the hidden ones' too."""
        shown = self._rows.keys()
        self.marked = set() if shown <= self.marked else self.marked | shown
        self._marks_changed()

    def action_mark_range(self, by: int) -> None:
        """Mark this row and the next one."""
        before = self.table.key
        self.table.action_move(by)
        self.marked |= {key for key in (before, self._rows.key_at(self.table.cursor)) if key is not None}
        self._marks_changed()

    def on_live_list_chosen(self, event: LiveList.Chosen) -> None:
        event.stop()
        self.open_detail()

    def tick(self) -> None:
        if self.filter.has(*_TIMED) and not self.is_paused:
            self.refresh_rows()
        super().tick()

    def _find_marked(self) -> list[ItemT]:
        positions = {key: self._rows.position_of(key) for key in self.marked}
        shown = sorted(position for position in positions.values() if position is not None)
        rows = self._rows.items()
        chosen = [rows[position] for position in shown]
        if len(chosen) < len(self.marked):
            hidden = {key for key, position in positions.items() if position is None}
            chosen += [item for item in self.items() if self.key_of(item) in hidden]
        return chosen

    def _marks_changed(self) -> None:
        self.table.refresh()
        self.show_state()

    def _plain_rows(self, items: Sequence[ItemT]) -> list[list[str]]:
        titled = [column.key for column in self.listing.chosen if column.title]
        cells = (self.cells_of(item) for item in items)
        return [[row[key].plain if key in row else "" for key in titled] for row in cells]

    def _fill(self) -> None:
        self._rows.put(self._ordered(self._admitted(self.filter)))

    def _ordered(self, items: list[ItemT]) -> list[ItemT]:
        order = self.listing.order
        if order == OWN_ORDER:
            return items
        if order.column != self._sorted_by:
            self._sorted_by = order.column
            self._values.clear()
        return in_order(items, self._values.of_all(items), order)

    def _value(self, item: ItemT) -> SortKey:
        return self.sort_value(item, self._sorted_by)

    def _admitted(self, row_filter: RowFilter) -> list[ItemT]:
        items = self.items()
        self._total = len(items)
        if row_filter.is_empty:
            return list(items)
        plain = row_filter.without(*_TIMED)
        if plain != self._plain_filter:
            self._plain_filter = plain
            self._verdicts.clear()
        verdicts = self._verdicts.of_all(items)
        self._facets.keep_at_most(2 * len(items))
        admitted = [item for item, verdict in zip(items, verdicts, strict=True) if verdict]
        return self._in_time(row_filter, admitted) if row_filter.has(*_TIMED) else admitted

    def _verdict(self, item: ItemT) -> bool:
        """Whether the filter admits an item, but for what time changes."""
        plain = self._plain_filter
        haystack = self.haystack_of(item) if plain.words or plain.negatives else ""
        return plain.admits(haystack, self._facets.of(item) if plain.conditions else {})

    def _in_time(self, row_filter: RowFilter, items: list[ItemT]) -> list[ItemT]:
        now = self.desk.times.now()
        since, until = window_of(row_filter, now)
        ages = [condition for condition in row_filter.conditions if condition.key == "age"]
        return [item for item in items if self._is_inside(item, since, until) and self._has_age(item, ages, now)]

    def _is_inside(self, item: ItemT, since: datetime | None, until: datetime | None) -> bool:
        if since is None and until is None:
            return True
        moment = self.moment_of(item)
        return moment is not None and (since is None or moment >= since) and (until is None or moment < until)

    def _has_age(self, item: ItemT, ages: Sequence[Condition], now: datetime) -> bool:
        moment = self.moment_of(item)
        if moment is None:
            return not ages
        seconds = (str(max((now - moment).total_seconds(), 0.0)),)
        return all(condition.holds({"age": seconds}) for condition in ages)
