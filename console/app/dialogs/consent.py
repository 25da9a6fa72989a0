"""One more look before something happens: what it is, and two buttons."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType

from ...safe_text import SafeContent, safe_text
from ..desk import Desk
from ..keys import quiet
from .dialog import Dialog, SafeButton


class ConsentDialog(Dialog[bool]):
    """Answers True when the other button was pressed; the focus starts on Cancel."""

    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [quiet("q", "cancel", "dialog.close")]

    def __init__(self, desk: Desk, *, title: SafeContent, text: SafeContent, confirm: str) -> None:
        super().__init__(desk, title)
        self._text = text
        self._confirm = confirm
        self.set_class(True, "-destructive")

    def body(self) -> SafeContent:
        return self._text

    def buttons(self) -> Iterable[SafeButton]:
        """Cancel first."""
        yield SafeButton(safe_text(self.desk.say("button.cancel")), id="cancel", compact=True)
        label = safe_text(self.desk.say(f"button.{self._confirm}"))
        yield SafeButton(label, id="confirm", variant="error", compact=True)

    def confirmed(self) -> None:
        self.dismiss(True)
