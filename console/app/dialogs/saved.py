"""Filters with a name: use one, keep the current one, forget one."""

from collections.abc import Iterable
from typing import Final

from textual.widget import Widget
from textual.widgets import Input

from ...plain_text import clean_line
from ...safe_text import SafeContent, safe_page, safe_text
from ..desk import Desk
from ..settings import FilterChange
from ..widgets.columns import Column
from ..widgets.live_list import LiveList
from ..widgets.note import Note
from .choice_list import ChoiceList, ChoiceRows
from .dialog import Dialog

MOST_NAME: Final = 40
MOST_FILTERS: Final = 100
COLUMNS: Final = (
    Column(key="name", title="app.column.filter_name", width=14, weight=1, most=30),
    Column(key="line", title="app.column.filter_line", width=20, weight=3),
)


class SavedDialog(Dialog[str]):
    """Answers the line of the chosen filter."""

    def __init__(self, desk: Desk, *, pane: str, line: str) -> None:
        super().__init__(desk, safe_text(desk.say("saved.title", screen=desk.say(f"screen.{pane}"))))
        self._pane = pane
        self._line = line

    @property
    def _filters(self) -> dict[str, str]:
        return dict(self.desk.settings.filters.get(self._pane, {}))

    def body(self) -> SafeContent:
        name = "saved.help" if self._filters else "saved.none" if self._line else "saved.none_yet"
        return safe_page(self.desk.say(name), "$muted")

    def asked(self) -> Iterable[Widget]:
        """The list, and a field for a name where there is a filter to keep."""
        yield ChoiceList(ChoiceRows(), COLUMNS, self.desk.texts)
        label = Note(self.desk.line("saved.name", line=self._line), id="ask-label")
        field = Input(id="answer", max_length=MOST_NAME, placeholder=self.desk.say("saved.example"), compact=True)
        label.display = field.display = bool(self._line)
        yield label
        yield field

    def on_mount(self) -> None:
        self._show()
        if self._filters:
            self.query_one(ChoiceList).focus()
        elif self._line:
            self.query_one("#answer", Input).focus()

    def on_live_list_chosen(self, event: LiveList.Chosen) -> None:
        event.stop()
        line = self._filters.get(event.key)
        if line is not None:
            self.dismiss(line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the current filter under the name; the same name is replaced."""
        event.stop()
        name = clean_line(event.value.strip(), limit=MOST_NAME)
        known = self._filters
        if not name:
            return
        if name not in known and len(known) >= MOST_FILTERS:
            self.app.notify(self.desk.say("saved.many", n=MOST_FILTERS), severity="warning")
            return
        self.desk.keep(FilterChange(pane=self._pane, name=name, line=self._line))
        event.input.value = ""
        self._show()
        self.query_one(ChoiceList).focus()
        self.query_one(ChoiceList).move_to(name)
        self.app.notify(self.desk.say("saved.kept", name=name))

    def action_delete(self) -> None:
        """Forget the filter under the cursor."""
        name = self.query_one(ChoiceList).key
        if name is not None:
            self.desk.keep(FilterChange(pane=self._pane, name=name, line=None))
            self._show()

    def _show(self) -> None:
        rows = [(name, {"name": safe_text(name), "line": safe_text(line)}) for name, line in self._filters.items()]
        choices = self.query_one(ChoiceList)
        choices.display = bool(rows)
        choices.put(rows)
        self.query_one("#dialog-text", Note).show(self.body())
