"""The ladder of confirmations: the more an act destroys, the more is asked before it."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from textual import events
from textual.widget import Widget
from textual.widgets import Input

from ...plain_text import clean_line
from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..desk import Desk
from ..widgets.note import Note
from .ask import LEAST_REASON, AskDialog, Weight
from .fields import Field, FieldRow, first_missing

PHRASE_CHARACTERS: Final = 120
NAME_LINES: Final = 2
MOST_FIELDS: Final = 2
"""With more there is less room for the text on a small terminal."""


class Rung(StrEnum):
    """How much is asked. Every rung but the lowest names targets and effect, asks for a reason, starts on Cancel."""

    ASK = "ask"
    """Takes nothing away: what it needs to know is asked, and enter in the last line does it."""
    CONFIRM = "confirm"
    TYPE_NAME = "type_name"
    """The name of what is destroyed is typed, exactly."""
    SECOND_PERSON = "second_person"
    """Typed by hand, pasting is refused; and it is a request, which a second person has to approve."""


class NameInput(Input):
    """Takes the typed name; at the highest rung by keys only."""

    def __init__(self, *, rung: Rung, id: str, placeholder: str) -> None:
        super().__init__(
            id=id, max_length=PHRASE_CHARACTERS, placeholder=placeholder, select_on_focus=False, compact=True
        )
        self._is_by_hand = rung is Rung.SECOND_PERSON

    def _on_paste(self, event: events.Paste) -> None:
        # Without `prevent_default` the handler of `Input` runs next.
        if self._is_by_hand:
            event.prevent_default()
            event.stop()

    def action_paste(self) -> None:
        if not self._is_by_hand:
            super().action_paste()


class LadderDialog(AskDialog):
    """Answers the reason, or None when cancelled. `phrase` is the name to type from rung TYPE_NAME on; `reason` is
    one that was given before, to be taken over or changed; `fields` are asked for before it and then in `filled`.

    Enter confirms nothing but on the button itself, which is dead until everything asked for is there.
    """

    DEFAULT_CSS = """
    LadderDialog #ladder-label { text-style: bold; }
    LadderDialog #dialog NameInput { height: 1; background: $panel; padding: 0 1; }
    LadderDialog #dialog NameInput:focus { background: $primary 25%; }
    """

    def __init__(
        self,
        desk: Desk,
        *,
        rung: Rung,
        title: SafeContent,
        targets: Sequence[SafeContent],
        effect: SafeContent,
        confirm: str,
        phrase: str = "",
        reason: str = "",
        fields: Sequence[Field] = (),
        is_request: bool = True,
    ) -> None:
        """`is_request` False: this is the second person."""
        needs_second = rung is Rung.SECOND_PERSON and is_request
        told = [safe_page(desk.say("ladder.second_person"), "bold")] if needs_second else []
        super().__init__(
            desk,
            title=title,
            text=lines([*told, *targets, effect]),
            confirm=confirm,
            field="reason",
            least=LEAST_REASON,
            weight=Weight.HARMLESS if rung is Rung.ASK else Weight.DESTRUCTIVE,
            answer=reason,
        )
        self._rung = rung
        self.phrase = clean_line(phrase, limit=PHRASE_CHARACTERS).strip()
        self._fields = tuple(fields)
        self.filled: dict[str, str] = {}
        """What was filled in, by the names of the fields; empty until it is confirmed."""
        asked = len(self._fields) + (NAME_LINES if self._is_named_rung else 0)
        self.set_class(asked > MOST_FIELDS, "-many-fields")
        if self._is_named_rung and not self.phrase:
            raise ValueError("this rung needs a name to type")

    @property
    def _is_named_rung(self) -> bool:
        return self._rung in {Rung.TYPE_NAME, Rung.SECOND_PERSON}

    def first_focus(self) -> Widget:
        if self._rung is Rung.ASK and self._fields:
            return self.query_one(f"#field-{self._fields[0].name}")
        return super().first_focus()

    def asked(self) -> Iterable[Widget]:
        """The fields, the name where it has to be typed, then the reason."""
        for field in self._fields:
            yield FieldRow(self.desk, field)
        if self._is_named_rung:
            label = "ladder.by_hand" if self._rung is Rung.SECOND_PERSON else "ladder.name"
            yield Note(self.desk.line(label, name=self.phrase), id="ladder-label")
            yield NameInput(rung=self._rung, id="ladder-name", placeholder=self.desk.say("ladder.example"))
        yield from super().asked()

    def entered(self, field: Input) -> None:
        if self._rung is Rung.ASK and field.id != "answer":
            self.focus_next()
        else:
            super().entered(field)

    def confirmed(self) -> None:
        if self._answer() is not None:
            self.filled = {row.field.name: row.value for row in self._rows()}
            super().confirmed()

    def on_unmount(self) -> None:
        for row in self._rows():
            row.forget()

    def _rows(self) -> list[FieldRow]:
        return list(self.query(FieldRow))

    def _first_field(self) -> Input:
        return self.query_one("#ladder-name" if self._is_named_rung else "#answer", Input)

    def _answer(self) -> str | None:
        return super()._answer() if self._is_named() and first_missing(self._rows()) is None else None

    def _missing(self, reason: str) -> SafeContent:
        wrong = first_missing(self._rows())
        if wrong is not None:
            return self.desk.line("form.missing", "$muted", names=self.desk.say(f"form.{wrong.field.name}"))
        return super()._missing(reason) if self._is_named() else safe_text(self.desk.say("ladder.missing"), "$muted")

    def _is_named(self) -> bool:
        if not self._is_named_rung:
            return True
        fields = self.query("#ladder-name").results(Input)
        return any(field.value.strip() == self.phrase for field in fields)
