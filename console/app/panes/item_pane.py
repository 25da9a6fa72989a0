"""A pane over things that are all in memory: devices, alerts, commands. Rows are matched by key at every change."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from daemon.api.wire_base import Wire

from ...safe_text import SafeContent, safe_page, safe_text
from ..clipboard import CopyForm, json_lines, tab_separated
from ..desk import Desk
from ..filters import RowFilter
from ..flows import Flows
from ..ordering import SortKey
from ..shop import Part
from ..widgets.live_list import LiveList
from .pane import Pane

ItemT = TypeVar("ItemT")


class ItemRows(Generic[ItemT]):
    """Items as rows. Cells are made when a line is drawn, so ages are always of now."""

    def __init__(self, key: Callable[[ItemT], str], cells: Callable[[ItemT], Mapping[str, SafeContent]]) -> None:
        self._key = key
        self._cells = cells
        self._items: tuple[ItemT, ...] = ()
        self._positions: dict[str, int] = {}

    def put(self, items: Sequence[ItemT]) -> None:
        """Replace the rows; those with the same key are the same row."""
        self._items = tuple(items)
        self._positions = {self._key(item): position for position, item in enumerate(self._items)}

    def __len__(self) -> int:
        return len(self._items)

    def item(self, key: str | None) -> ItemT | None:
        position = self._positions.get(key) if key is not None else None
        return None if position is None else self._items[position]

    def keys(self) -> frozenset[str]:
        return frozenset(self._positions)

    def key_at(self, position: int) -> str | None:
        return self._key(self._items[position]) if 0 <= position < len(self._items) else None

    def position_of(self, key: str) -> int | None:
        return self._positions.get(key)

    def cells(self, position: int) -> Mapping[str, SafeContent] | None:
        return self._cells(self._items[position]) if 0 <= position < len(self._items) else None


class ItemPane(Pane, Generic[ItemT]):
    """A pane whose items come whole from the shop. `space` marks rows; actions take the marked ones or the current."""

    OWN: ClassVar[Part]
    """The list that its items come from."""

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__(desk, flows)
        self._rows: ItemRows[ItemT] = ItemRows(self.key_of, self.cells_of)
        self.marked: set[str] = set()
        self._total = 0
        self._waiting = 0

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
        """What `key:value` of the filter is compared with."""

    @abstractmethod
    def detail_of(self, item: ItemT) -> SafeContent:
        """What the panel and the page say of it."""

    @abstractmethod
    def empty_of_all(self) -> SafeContent:
        """The page for when there is nothing at all."""

    def sort_value(self, item: ItemT, column: str) -> SortKey:
        """What its row is sorted by in a column; empty where nothing is known. Cheap: it is asked of every item."""
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
                titled = [column.key for column in self.COLUMNS if column.title]
                cells = [self.cells_of(item) for item in items]
                return "\n".join(tab_separated([row[key].plain for key in titled if key in row]) for row in cells)
            case CopyForm.JSON:
                return json_lines([item for item in items if isinstance(item, Wire)])

    def rows(self) -> ItemRows[ItemT]:
        self._fill()
        return self._rows

    def current(self) -> ItemT | None:
        """The item under the cursor."""
        return self._rows.item(self.table.key)

    def chosen(self) -> list[ItemT]:
        """The marked items, or the one under the cursor."""
        marked = [item for key in sorted(self.marked) if (item := self._rows.item(key)) is not None]
        current = self.current()
        return marked or ([current] if current is not None else [])

    def refresh_rows(self) -> None:
        if self.is_paused:
            shown = self._rows.keys()
            self._waiting = sum(self.key_of(item) not in shown for item in self._admitted(self.filter))
        else:
            self._waiting = 0
            self._fill()
            self.marked &= self._rows.keys()
            self.table.reload()
        self.show_state()

    def apply_filter(self, row_filter: RowFilter) -> None:
        self._rows.put(self._admitted(row_filter))
        self.table.reload()

    def news(self) -> int:
        return self._waiting

    def counts(self) -> str:
        shown = len(self._rows)
        name = "list.counts" if shown == self._total else "list.counts_filtered"
        text = self.desk.say(name, shown=shown, total=self._total, what=self.desk.say(f"what.{self.NAME}"))
        return f"{text}  {self.desk.say('list.marked', n=len(self.marked))}" if self.marked else text

    def detail(self) -> SafeContent:
        item = self.current()
        return safe_text("") if item is None else self.detail_of(item)

    def empty(self) -> SafeContent:
        shop = self.desk.shop
        refused = shop.refused.get(self.OWN)
        if refused is not None:
            return self.denied(refused)
        if self._total:
            return self.no_match()
        return self.empty_of_all() if self.OWN in shop.loaded else safe_page(self.desk.say("empty.waiting"), "$muted")

    def mark_cell(self, item: ItemT) -> SafeContent:
        return safe_text("✓", "bold $text-accent") if self.key_of(item) in self.marked else safe_text("")

    def action_mark(self) -> None:
        key = self.table.key
        if key is not None:
            self.marked ^= {key}
            self.table.action_move(1)
            self.table.refresh()
            self.show_state()

    def on_live_list_chosen(self, event: LiveList.Chosen) -> None:
        event.stop()
        self.open_detail()

    @abstractmethod
    def open_detail(self) -> None:
        """Show the current item on a page of its own."""

    def _fill(self) -> None:
        self._rows.put(self._admitted(self.filter))

    def _admitted(self, row_filter: RowFilter) -> list[ItemT]:
        items = self.items()
        self._total = len(items)
        if row_filter.is_empty:
            return list(items)
        return [item for item in items if row_filter.admits(self.haystack_of(item), self.facets_of(item))]
