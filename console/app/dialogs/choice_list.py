"""A short list inside a dialog."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from daemon.api.texts import Texts

from ...safe_text import SafeContent
from ..keys import quiet
from ..widgets.columns import Column
from ..widgets.live_list import HEADER_LINES, LiveList

MOST_LINES = 14


class ChoiceRows:
    """Rows with their cells made beforehand."""

    def __init__(self) -> None:
        self._keys: tuple[str, ...] = ()
        self._cells: tuple[Mapping[str, SafeContent], ...] = ()

    def put(self, rows: Sequence[tuple[str, Mapping[str, SafeContent]]]) -> None:
        """Replace them."""
        self._keys = tuple(key for key, _ in rows)
        self._cells = tuple(cells for _, cells in rows)

    def __len__(self) -> int:
        return len(self._keys)

    def key_at(self, position: int) -> str | None:
        return self._keys[position] if 0 <= position < len(self._keys) else None

    def position_of(self, key: str) -> int | None:
        return self._keys.index(key) if key in self._keys else None

    def cells(self, position: int) -> Mapping[str, SafeContent] | None:
        return self._cells[position] if 0 <= position < len(self._cells) else None


class ChoiceList(LiveList):
    """As high as its rows, up to `MOST_LINES`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        quiet("space", "screen.show_hide", "choice.toggle"),
        quiet("d,delete", "screen.delete", "choice.delete"),
        quiet("K,shift+up", "screen.shift(-1)", "choice.earlier"),
        quiet("J,shift+down", "screen.shift(1)", "choice.later"),
    ]

    def __init__(self, rows: ChoiceRows, columns: tuple[Column, ...], texts: Texts) -> None:
        super().__init__(rows, columns, texts, id="choices")
        self._choices = rows

    def put(self, rows: Sequence[tuple[str, Mapping[str, SafeContent]]]) -> None:
        """Show these; the cursor stays on its key."""
        self._choices.put(rows)
        self.styles.height = HEADER_LINES + min(max(len(rows), 1), MOST_LINES)
        self.reload()
