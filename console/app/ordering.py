"""In which order a list stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias, TypeVar

ItemT = TypeVar("ItemT")
SortKey: TypeAlias = tuple[int | float | str, ...]
"""What a row is sorted by; empty where nothing is known, and then it stands last in both directions."""

_DESCENDING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By a column, given by its key; the empty key is the list's own order."""

    column: str
    is_descending: bool

    @property
    def word(self) -> str:
        """As settings keep it: the column's key, `-` before it when the largest come first."""
        return f"{_DESCENDING if self.is_descending else ''}{self.column}"

    @classmethod
    def of_word(cls, word: str) -> Self:
        """What `word` made of it."""
        return cls(column=word.removeprefix(_DESCENDING), is_descending=word.startswith(_DESCENDING))

    @property
    def turned(self) -> Self:
        """The same, the other way round."""
        return type(self)(column=self.column, is_descending=not self.is_descending)


OWN_ORDER = Order(column="", is_descending=False)


def in_order(items: Sequence[ItemT], values: Sequence[SortKey], order: Order) -> list[ItemT]:
    """The items by their `values`, one each; those alike stay as they stood, those without a value are last."""
    known = [position for position, value in enumerate(values) if value]
    try:
        known.sort(key=values.__getitem__, reverse=order.is_descending)
    except TypeError:
        known.sort(key=lambda position: _comparable(values[position]), reverse=order.is_descending)
    if len(known) == len(items):
        return [items[position] for position in known]
    unknown = (item for item, value in zip(items, values, strict=True) if not value)
    return [*(items[position] for position in known), *unknown]


def _comparable(value: Sequence[int | float | str]) -> tuple[tuple[int, float, str], ...]:
    """Numbers before words, whatever stands at the same place in another row."""
    return tuple((1, 0.0, one) if isinstance(one, str) else (0, float(one), "") for one in value)
