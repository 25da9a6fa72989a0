"""Static text that takes nothing but safe content."""

from textual.widgets import Static

from ...safe_text import SafeContent, safe_text
from ..sturdy import Sturdy

_EMPTY = safe_text("")


class Note(Sturdy, Static):
    """A line or block of text. `str` is refused by its type, markup is never parsed."""

    def __init__(self, content: SafeContent = _EMPTY, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(content, markup=False, id=id, classes=classes)
        self.shown = content

    def show(self, content: SafeContent) -> None:
        """Replace the text; nothing happens when it is the same."""
        if not content.is_same(self.shown):
            self.shown = content
            self.update(content, layout=self.styles.is_auto_height or self.styles.is_auto_width)
