"""Dialogs that ask for a reason or a note before something happens, and the first step of the confirm ladder."""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Button, Input

from ...plain_text import clean_line
from ...safe_text import SafeContent, safe_text
from ..desk import Desk
from ..keys import quiet
from ..widgets.note import Note
from .dialog import Dialog, SafeButton

LEAST_REASON: Final = 5
"""Characters; the audit must say something."""
MOST_REASON: Final = 500
LEAST_NOTE: Final = 2


class Weight(StrEnum):
    """What confirming does."""

    HARMLESS = "harmless"
    """Enter in the text field confirms."""
    DESTRUCTIVE = "destructive"
    """The focus starts on Cancel and Enter never confirms until it was moved to the other button."""


class AskDialog(Dialog[str]):
    """Asks for a line of at least `least` characters; answers it, or None when cancelled."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [quiet("up", "app.focus_previous", "dialog.previous_field")]

    def __init__(
        self,
        desk: Desk,
        *,
        title: SafeContent,
        text: SafeContent,
        confirm: str,
        field: str,
        least: int,
        weight: Weight,
        answer: str = "",
    ) -> None:
        super().__init__(desk, title)
        self._text = text
        self._confirm = confirm
        self._field = field
        self._least = least
        self._weight = weight
        self._first_answer = answer
        self.set_class(weight is Weight.DESTRUCTIVE, "-destructive")

    def on_mount(self) -> None:
        self.first_focus().focus()
        self._show_missing()

    def first_focus(self) -> Widget:
        """Where it starts."""
        return self.query_one("#cancel" if self._weight is Weight.DESTRUCTIVE else "#answer")

    def body(self) -> SafeContent:
        return self._text

    def asked(self) -> Iterable[Widget]:
        """The field and the line that says what is still missing."""
        yield Note(safe_text(self.desk.say(f"ask.{self._field}")), id="ask-label")
        example = self.desk.say(f"ask.{self._field}_example")
        yield Input(
            clean_line(self._first_answer, limit=MOST_REASON),
            id="answer", max_length=MOST_REASON, placeholder=example, select_on_focus=False, compact=True,
        )  # fmt: skip
        yield Note(self._missing(""), id="ask-missing")

    def buttons(self) -> Iterable[SafeButton]:
        """Cancel first; the other is dead until the line is long enough."""
        yield SafeButton(safe_text(self.desk.say("button.cancel")), id="cancel", compact=True)
        is_destructive = self._weight is Weight.DESTRUCTIVE
        yield SafeButton(
            safe_text(self.desk.say(f"button.{self._confirm}")),
            id="confirm",
            variant="error" if is_destructive else "primary",
            disabled=True,
            compact=True,
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show_missing()

    def _show_missing(self) -> None:
        self.query_one("#confirm", Button).disabled = self._answer() is None
        self.query_one("#ask-missing", Note).show(self._missing(self.query_one("#answer", Input).value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.entered(event.input)

    def entered(self, field: Input) -> None:
        """Enter in a field."""
        if self._weight is Weight.DESTRUCTIVE:
            self.query_one("#cancel", Button).focus()
        else:
            self.confirmed()

    def on_key(self, event: events.Key) -> None:
        """Typing while the focus is on Cancel goes to the field: the reason is what is asked for."""
        field = self._first_field()
        is_text = event.is_printable and event.character is not None and not event.character.isspace()
        if is_text and event.character and not isinstance(self.focused, Input):
            event.stop()
            field.focus()
            field.insert_text_at_cursor(event.character)

    def _first_field(self) -> Input:
        return self.query_one("#answer", Input)

    def confirmed(self) -> None:
        answer = self._answer()
        if answer is not None:
            self.dismiss(answer)

    def _answer(self) -> str | None:
        answer = self.query_one("#answer", Input).value.strip()
        return answer if len(answer) >= self._least else None

    def _missing(self, reason: str) -> SafeContent:
        missing = self._least - len(reason.strip())
        if missing > 0:
            return self.desk.line("ask.missing", "$muted", n=missing)
        return self.desk.line("ask.audited", "$muted")
