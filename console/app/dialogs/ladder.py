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

PHRASE_CHARACTERS: Final = 120


class Rung(StrEnum):
    """How much is asked. Every rung names targets and effect, asks for a reason and starts on Cancel."""

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
    one that was given before, to be taken over or changed.

    Enter confirms nothing but on the button itself, which is dead until everything asked for is there.
    """

    DEFAULT_CSS = """
    LadderDialog #dialog-body { max-height: 42vh; }
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
    ) -> None:
        told = [safe_page(desk.say("ladder.second_person"), "bold")] if rung is Rung.SECOND_PERSON else []
        super().__init__(
            desk,
            title=title,
            text=lines([*targets, effect, *told]),
            confirm=confirm,
            field="reason",
            least=LEAST_REASON,
            weight=Weight.DESTRUCTIVE,
            answer=reason,
        )
        self._rung = rung
        self._phrase = clean_line(phrase, limit=PHRASE_CHARACTERS).strip()
        if rung is not Rung.CONFIRM and not self._phrase:
            raise ValueError("this rung needs a name to type")

    def asked(self) -> Iterable[Widget]:
        """The name where it has to be typed, then the reason."""
        if self._rung is not Rung.CONFIRM:
            label = "ladder.by_hand" if self._rung is Rung.SECOND_PERSON else "ladder.name"
            yield Note(self.desk.line(label, name=self._phrase), id="ladder-label")
            yield NameInput(rung=self._rung, id="ladder-name", placeholder=self.desk.say("ladder.example"))
        yield from super().asked()

    def _first_field(self) -> Input:
        return self.query_one("#answer" if self._rung is Rung.CONFIRM else "#ladder-name", Input)

    def _answer(self) -> str | None:
        return super()._answer() if self._is_named() else None

    def _missing(self, reason: str) -> SafeContent:
        return super()._missing(reason) if self._is_named() else safe_text(self.desk.say("ladder.missing"), "$muted")

    def _is_named(self) -> bool:
        if self._rung is Rung.CONFIRM:
            return True
        fields = self.query("#ladder-name").results(Input)
        return any(field.value.strip() == self._phrase for field in fields)
