"""A dialog of a few lines to fill in. Nothing is done before each of them is."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Button, Input

from ...safe_text import SafeContent, safe_text
from ..desk import Desk
from ..keys import quiet
from ..widgets.note import Note
from .dialog import Dialog, SafeButton
from .fields import Field as Field


class FormDialog(Dialog[tuple[str, ...]]):
    """Answers what was filled in, in the order of the fields; None when it is closed.

    Enter goes to the next line that is missing, and on the last one confirms once all are filled in.
    """

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        quiet("up", "app.focus_previous", "dialog.previous_field"),
        quiet("down", "app.focus_next", "dialog.next_field"),
    ]
    DEFAULT_CSS = """
    FormDialog #dialog Input { height: 1; background: $panel; padding: 0 1; }
    FormDialog #dialog Input:focus { background: $primary 25%; }
    FormDialog .form-label { margin-top: 1; text-style: bold; }
    """

    def __init__(
        self, desk: Desk, *, title: SafeContent, text: SafeContent, confirm: str, fields: Sequence[Field]
    ) -> None:
        super().__init__(desk, title)
        self._text = text
        self._confirm = confirm
        self._fields = tuple(fields)

    def body(self) -> SafeContent:
        return self._text

    def asked(self) -> Iterable[Widget]:
        """A label and a line for each field, then what is still missing."""
        for field in self._fields:
            yield Note(self.desk.line(f"form.{field.name}"), classes="form-label")
            example = self.desk.say(f"form.{field.name}_example")
            yield Input(
                field.value,
                id=f"field-{field.name}",
                max_length=field.most,
                placeholder=example,
                select_on_focus=False,
                compact=True,
            )
        yield Note(id="form-missing")

    def buttons(self) -> Iterable[SafeButton]:
        yield SafeButton(safe_text(self.desk.say("button.cancel")), id="cancel", compact=True)
        confirm = safe_text(self.desk.say(f"button.{self._confirm}"))
        yield SafeButton(confirm, id="confirm", variant="primary", disabled=True, compact=True)

    def on_mount(self) -> None:
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        missing = self._missing()
        if missing:
            self.query_one(f"#field-{missing[0].name}", Input).focus()
        elif event.input.id == f"field-{self._fields[-1].name}":
            self.confirmed()
        else:
            self.focus_next()

    def confirmed(self) -> None:
        if not self._missing():
            self.dismiss(tuple(self._value(field) for field in self._fields))

    def _value(self, field: Field) -> str:
        return self.query_one(f"#field-{field.name}", Input).value.strip()

    def _missing(self) -> list[Field]:
        return [field for field in self._fields if not field.takes(self._value(field))]

    def _show(self) -> None:
        missing = self._missing()
        self.query_one("#confirm", Button).disabled = bool(missing)
        told = self.desk.say("ask.audited")
        if missing:
            names = self.desk.say("form.and").join(self.desk.say(f"form.{field.name}") for field in missing)
            told = self.desk.say("form.missing", names=names)
        self.query_one("#form-missing", Note).show(safe_text(told, "$muted"))
