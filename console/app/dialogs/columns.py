"""Which columns a list shows, in which order, and by which it is sorted. Every change is seen at once."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from ...safe_text import SafeContent, safe_page, safe_text
from ..desk import Desk
from ..keys import quiet
from ..panes.listing import Listing
from ..widgets.columns import Column
from ..widgets.live_list import ASCENDING, DESCENDING, LiveList
from .choice_list import ChoiceList, ChoiceRows
from .dialog import Dialog

COLUMNS = (
    Column(key="shown", title="", width=1),
    Column(key="title", title="app.column.column", width=16, weight=2, most=30),
    Column(key="order", title="app.column.order", width=10, weight=1, most=14),
    Column(key="letter", title="app.column.letter", width=6),
)


class ColumnsDialog(Dialog[None]):
    """Space shows or hides, enter sorts, shift with an arrow moves, d takes the list's own again."""

    AUTO_FOCUS = "ChoiceList"
    BINDINGS: ClassVar[list[BindingType]] = [quiet("o,alt+o,q", "cancel", "dialog.close")]

    def __init__(self, desk: Desk, listing: Listing, changed: Callable[[], None]) -> None:
        super().__init__(desk, safe_text(desk.say("columns.title")))
        self._listing = listing
        self._changed = changed
        self._keys = [column.key for column in listing.chosen if column.title]
        self._keys += [one.key for one in listing.all_columns if one.title and one.key not in self._keys]
        self._shown = {column.key for column in listing.chosen}

    def body(self) -> SafeContent:
        name = "columns.help" if self._listing.sortable else "columns.help_unsorted"
        return safe_page(self.desk.say(name), "$muted")

    def asked(self) -> Iterable[Widget]:
        """The list of columns."""
        columns = COLUMNS if self._listing.sortable else COLUMNS[:2]
        yield ChoiceList(ChoiceRows(), columns, self.desk.texts)

    def on_mount(self) -> None:
        self._show()

    def on_live_list_chosen(self, event: LiveList.Chosen) -> None:
        event.stop()
        self._listing.sort_by(event.key)
        self._show()
        self._changed()

    def action_show_hide(self) -> None:
        """Show or hide; the last one stays."""
        key = self._list.key
        if key is not None and (self._shown & set(self._keys)) != {key}:
            self._shown ^= {key}
            self._keep()

    def action_shift(self, by: int) -> None:
        """Earlier or later among the columns."""
        key = self._list.key
        if key is None:
            return
        at = self._keys.index(key)
        to = max(0, min(at + by, len(self._keys) - 1))
        self._keys.insert(to, self._keys.pop(at))
        self._keep()
        self._list.move_to(key)

    def action_delete(self) -> None:
        """The list's own columns and order."""
        self._listing.forget()
        self._keys = [column.key for column in self._listing.all_columns if column.title]
        self._shown = {column.key for column in self._listing.chosen}
        self._show()
        self._changed()

    @property
    def _list(self) -> ChoiceList:
        return self.query_one(ChoiceList)

    def _keep(self) -> None:
        self._listing.choose(tuple(key for key in self._keys if key in self._shown))
        self._show()
        self._changed()

    def _show(self) -> None:
        rows = []
        order = self._listing.order
        for key in self._keys:
            column = self._listing.column(key)
            assert column is not None
            arrow = DESCENDING if order.is_descending else ASCENDING
            word = self.desk.say("columns.descending" if order.is_descending else "columns.ascending")
            cells = {
                "shown": safe_text("✓" if key in self._shown else "", "bold $text-accent"),
                "title": safe_text(self.desk.texts.get(column.title), "" if key in self._shown else "$muted"),
                "order": safe_text(f"{arrow} {word}" if order.column == key else ""),
                "letter": safe_text(column.sort_letter),
            }
            rows.append((key, cells))
        self._list.put(rows)
