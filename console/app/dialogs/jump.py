"""A day or a moment to jump to in a long list."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from textual.widget import Widget
from textual.widgets import Button, Input

from ...cli.times import parse_until
from ...safe_text import SafeContent, safe_page, safe_text
from ..desk import Desk
from ..widgets.note import Note
from .dialog import Dialog, SafeButton

MOST_CHARACTERS: Final = 40


class JumpDialog(Dialog[datetime]):
    """Answers the moment at which the list begins; of a day, its end."""

    AUTO_FOCUS = "#answer"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, safe_text(desk.say("jump.title")))

    def body(self) -> SafeContent:
        return safe_page(self.desk.say("jump.help"), "$muted")

    def asked(self) -> Iterable[Widget]:
        """The field, and what it means by the clock."""
        example = self.desk.say("jump.example")
        yield Input(id="answer", max_length=MOST_CHARACTERS, placeholder=example, compact=True)
        yield Note(safe_text(""), id="ask-missing")

    def buttons(self) -> Iterable[SafeButton]:
        """Cancel, and the button that goes there."""
        yield SafeButton(safe_text(self.desk.say("button.cancel")), id="cancel", compact=True)
        label = safe_text(self.desk.say("button.jump"))
        yield SafeButton(label, id="confirm", variant="primary", disabled=True, compact=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        moment = self._moment()
        self.query_one("#confirm", Button).disabled = moment is None
        if moment is not None:
            told = self.desk.line("jump.means", "$muted", when=self.desk.times.full(moment))
        elif event.value.strip():
            told = self.desk.line("jump.not_a_time", "$text-warning")
        else:
            told = safe_text("")
        self.query_one("#ask-missing", Note).show(told)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.confirmed()

    def confirmed(self) -> None:
        moment = self._moment()
        if moment is not None:
            self.dismiss(moment)

    def _moment(self) -> datetime | None:
        try:
            return parse_until(self.query_one("#answer", Input).value, self.desk.times.now())
        except ValueError:
            return None
