"""In which order a list stands."""

from collections.abc import Callable, Iterable, Sequence
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


def in_order(
    items: Iterable[ItemT], value: Callable[[ItemT], SortKey], key: Callable[[ItemT], str], order: Order
) -> list[ItemT]:
    """The items by `value`, those alike by `key`, those without a value last."""
    valued = [(value(item), key(item), item) for item in items]
    known = sorted((row for row in valued if row[0]), key=lambda row: row[1])
    try:
        known.sort(key=lambda row: row[0], reverse=order.is_descending)
    except TypeError:
        known.sort(key=lambda row: _comparable(row[0]), reverse=order.is_descending)
    unknown = sorted((row for row in valued if not row[0]), key=lambda row: row[1])
    return [item for _, _, item in (*known, *unknown)]


def _comparable(value: Sequence[int | float | str]) -> tuple[tuple[int, float, str], ...]:
    """Numbers before words, whatever stands at the same place in another row."""
    return tuple((1, 0.0, one) if isinstance(one, str) else (0, float(one), "") for one in value)
