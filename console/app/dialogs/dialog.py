"""The frame of every dialog: title, text, what is asked, buttons. Escape always closes and changes nothing."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button

from ...safe_text import SafeContent, fitted, joined, safe_text
from ..desk import Desk
from ..keys import key
from ..sturdy import Sturdy
from ..widgets.note import Note

ResultT = TypeVar("ResultT")


class SafeButton(Button):
    """A button whose label is a text of ours; left and right move along the row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("left", "app.focus_previous", "dialog.previous"),
        key("right", "app.focus_next", "dialog.next"),
    ]


class Dialog(Sturdy, ModalScreen[ResultT | None]):
    """A modal dialog. None is its answer when it is closed without one."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "cancel", "dialog.cancel")]
    TONE: ClassVar[str] = "-plain"
    HAS_HELP: ClassVar[bool] = True
    """False: no other dialog may lie on it."""

    def __init__(self, desk: Desk, title: SafeContent) -> None:
        super().__init__()
        self.desk = desk
        self._title_line = title

    @abstractmethod
    def body(self) -> SafeContent:
        """The text."""

    def asked(self) -> Iterable[Widget]:
        """What is asked for, below the text."""
        return ()

    def buttons(self) -> Iterable[SafeButton]:
        """The row of buttons."""
        yield SafeButton(_label(self.desk, "close"), id="cancel", compact=True)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes=self.TONE):
            yield Note(self._title_line, id="dialog-title")
            with VerticalScroll(id="dialog-body"):
                yield Note(self.body(), id="dialog-text")
            yield from self.asked()
            with Horizontal(id="dialog-buttons"):
                yield from self.buttons()

    def action_cancel(self) -> None:
        self.dismiss(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "cancel":
            self.action_cancel()
        else:
            self.confirmed()

    def confirmed(self) -> None:
        """The other button was pressed."""


def _label(desk: Desk, name: str) -> SafeContent:
    return safe_text(desk.say(f"button.{name}"))


def labelled(desk: Desk, rows: Iterable[tuple[str, SafeContent]]) -> list[SafeContent]:
    """`label  value` lines, labels from the catalog and padded to one width."""
    known = [(desk.say(f"label.{name}"), value) for name, value in rows]
    width = max((safe_text(label).cell_length for label, _ in known), default=0)
    return [joined((fitted(safe_text(label, "$muted"), width), safe_text("  "), value)) for label, value in known]
