"""Which columns a pane shows and in which order its rows stand: its own, or what the person chose."""

from ..desk import Desk
from ..ordering import OWN_ORDER, Order
from ..settings import ColumnsChange, SortChange
from ..widgets.columns import Column
from ..widgets.live_list import Fit


class Listing:
    """The choices for one pane. They live in the settings, so that they stay."""

    def __init__(self, desk: Desk, pane: str, columns: tuple[Column, ...]) -> None:
        self._desk = desk
        self._pane = pane
        self.all_columns = columns
        self.fit = Fit.NARROWED

    @property
    def order(self) -> Order:
        """Never by a column that the list cannot be sorted by, whatever the settings say."""
        order = Order.of_word(self._desk.settings.sort.get(self._pane, ""))
        return order if self.column(order.column) in self.sortable else OWN_ORDER

    @property
    def sortable(self) -> tuple[Column, ...]:
        """The columns that the list can be sorted by."""
        return tuple(column for column in self.all_columns if column.sort_letter)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What is shown now, in its order: all in the wide view."""
        if self.fit is Fit.WIDE:
            shown = [column for column in self.chosen if column.title]
            rest = [column for column in self.all_columns if column not in shown and column.title]
            return (*(column for column in self.all_columns if not column.title), *shown, *rest)
        return self.chosen

    @property
    def chosen(self) -> tuple[Column, ...]:
        """The columns of the person's choice, or the pane's own; marks and arrows always stay where they are."""
        keys = self._desk.settings.columns.get(self._pane, ())
        known = [column for key in keys if (column := self.column(key)) is not None and column.title]
        if not known:
            return tuple(column for column in self.all_columns if column.is_shown or not column.title)
        placed = list(dict.fromkeys(known))
        for position, column in enumerate(self.all_columns):
            if not column.title:
                before = [one for one in self.all_columns[:position] if one in placed]
                placed.insert(placed.index(before[-1]) + 1 if before else 0, column)
        return tuple(placed)

    def column(self, key: str) -> Column | None:
        """A column by its key."""
        return next((column for column in self.all_columns if column.key == key), None)

    def sort_by(self, key: str) -> Order:
        """Sort by a column; by the same one again, the other way round."""
        column = self.column(key)
        if column is None or not column.sort_letter:
            return self.order
        now = self.order
        order = now.turned if now.column == key else Order(column=key, is_descending=column.sorts_down)
        self._desk.keep(SortChange(pane=self._pane, order=order))
        return order

    def choose(self, keys: tuple[str, ...]) -> None:
        """Show these columns in this order."""
        self._desk.keep(ColumnsChange(pane=self._pane, columns=keys))

    def forget(self) -> None:
        """The pane's own columns and order again."""
        self._desk.keep(ColumnsChange(pane=self._pane, columns=()))
        self._desk.keep(SortChange(pane=self._pane, order=OWN_ORDER))

    def turn_wide(self) -> Fit:
        """The other view."""
        self.fit = Fit.NARROWED if self.fit is Fit.WIDE else Fit.WIDE
        return self.fit
