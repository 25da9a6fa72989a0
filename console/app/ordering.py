"""In which order a list stands."""

from dataclasses import dataclass
from typing import Self

_DESCENDING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By a column, given by its key."""

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
