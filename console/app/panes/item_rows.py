"""Items of a shop as rows of a list, and what is worked out of an item once and not again until it changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from ...safe_text import SafeContent

ItemT = TypeVar("ItemT")
FoundT = TypeVar("FoundT")


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

    def items(self) -> tuple[ItemT, ...]:
        """All of them in their order."""
        return self._items

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


class Remembered(Generic[ItemT, FoundT]):
    """What was worked out of each item, for as long as it is the same object."""

    def __init__(self, work_out: Callable[[ItemT], FoundT]) -> None:
        self._work_out = work_out
        self._known: dict[int, tuple[ItemT, FoundT]] = {}

    def of(self, item: ItemT) -> FoundT:
        """What is known of it, or worked out now."""
        known = self._known.get(id(item))
        if known is not None:
            return known[1]
        found = self._work_out(item)
        self._known[id(item)] = (item, found)  # holding the item keeps its id from being given to another
        return found

    def of_all(self, items: Sequence[ItemT]) -> list[FoundT]:
        """The same of each; what was known of others is forgotten once there is more of it."""
        self.keep_at_most(2 * len(items))
        return [self.of(item) for item in items]

    def keep_at_most(self, count: int) -> None:
        """Forget all when there is more: items that are gone must not pile up."""
        if len(self._known) > count:
            self._known.clear()

    def clear(self) -> None:
        """Work everything out anew."""
        self._known.clear()
