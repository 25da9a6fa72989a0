"""A dialog that offers a list of choices, each with the reason why it is not possible now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget

from ...safe_text import SafeContent, safe_text
from ..desk import Desk
from ..keys import quiet
from ..widgets.columns import Column
from ..widgets.live_list import HEADER_LINES, LiveList
from ..widgets.note import Note
from .dialog import Dialog

ROWS_SHOWN: Final = 14
COLUMNS: Final = (
    Column(key="label", title="app.column.choice", width=16, weight=2, most=34),
    Column(key="about", title="app.column.about", width=16, weight=3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of them. With a `reason` it cannot be taken, and the reason is shown."""

    key: str
    label: SafeContent
    about: str = ""
    reason: str | None = None


class ChoiceRows:
    """Choices as rows of a LiveList."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._choices = tuple(choices)
        self._positions = {choice.key: position for position, choice in enumerate(self._choices)}

    def __len__(self) -> int:
        return len(self._choices)

    def choice(self, key: str | None) -> Choice | None:
        """By its key."""
        position = None if key is None else self._positions.get(key)
        return None if position is None else self._choices[position]

    def key_at(self, position: int) -> str | None:
        return self._choices[position].key if 0 <= position < len(self._choices) else None

    def position_of(self, key: str) -> int | None:
        return self._positions.get(key)

    def cells(self, position: int) -> Mapping[str, SafeContent] | None:
        if not 0 <= position < len(self._choices):
            return None
        choice = self._choices[position]
        if choice.reason is None:
            return {"label": choice.label, "about": safe_text(choice.about, "$muted")}
        return {"label": safe_text(choice.label.plain, "$muted"), "about": safe_text(choice.reason, "$text-warning")}


class MenuDialog(Dialog[str]):
    """Answers the key of what was chosen, or None. Enter or a second click chooses."""

    AUTO_FOCUS = "LiveList"
    BINDINGS: ClassVar[list[BindingType]] = [quiet("q", "cancel", "dialog.close")]
    DEFAULT_CSS = """
    MenuDialog LiveList { height: auto; max-height: 38vh; }
    MenuDialog #menu-about { margin-top: 1; min-height: 2; max-height: 5; }
    """

    def __init__(self, desk: Desk, *, title: SafeContent, choices: Sequence[Choice]) -> None:
        super().__init__(desk, title)
        self._rows = ChoiceRows(choices)

    def body(self) -> SafeContent:
        return self.desk.line("menu.how", "$muted")

    def asked(self) -> Iterable[Widget]:
        """The list, and below it the whole text of the row under the cursor."""
        table = LiveList(self._rows, COLUMNS, self.desk.texts, id="menu")
        table.styles.height = min(len(self._rows), ROWS_SHOWN) + HEADER_LINES
        yield table
        yield Note(id="menu-about")

    def renew(self, choices: Sequence[Choice]) -> None:
        """More is known of them; the cursor stays where it is. The same keys in the same order."""
        self._rows = ChoiceRows(choices)
        table = self.query_one(LiveList)
        table.rows = self._rows
        table.reload()
        self._say(table.key)

    def on_live_list_moved(self, event: LiveList.Moved) -> None:
        event.stop()
        self._say(event.key)

    def _say(self, key: str | None) -> None:
        choice = self._rows.choice(key)
        about = self.query_one("#menu-about", Note)
        if choice is None:
            about.show(safe_text(""))
        elif choice.reason is None:
            about.show(safe_text(choice.about, "$muted"))
        else:
            about.show(safe_text(choice.reason, "$text-warning"))

    def on_live_list_chosen(self, event: LiveList.Chosen) -> None:
        event.stop()
        choice = self._rows.choice(event.key)
        if choice is None:
            return
        if choice.reason is None:
            self.dismiss(choice.key)
        else:
            self.app.notify(choice.reason, severity="warning")
