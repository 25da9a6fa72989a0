"""What every page of the setup is: a text, what is asked for, and what going on means."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Checkbox, Input, RadioButton, TextArea
from textual.widgets._toggle_button import ToggleButton

from ..app.sturdy import Sturdy
from ..app.widgets.note import Note
from .desk import SetupDesk, Step


def _ticked(button: ToggleButton) -> Content:
    """A mark that is there or not, in every terminal and without colours."""
    return Content.styled("[x]" if button.value else "[ ]", button.get_visual_style("toggle--label"))


class Choice(RadioButton):
    """One of several."""

    _button = property(_ticked)


class Acknowledged(Checkbox):
    """Yes or not yet."""

    _button = property(_ticked)


class Page(Sturdy, VerticalScroll):
    """One step. The wizard asks for `refusal`, then calls `take`, then `work` where there is any."""

    STEP: ClassVar[Step]
    IS_WORK: ClassVar[bool] = False
    """Whether going on takes time and may fail."""
    can_focus = False

    def __init__(self, desk: SetupDesk) -> None:
        super().__init__(id="page")
        self.desk = desk

    def compose(self) -> ComposeResult:
        yield Note(self.desk.line(f"{self.STEP}.title"), id="page-title")
        yield Note(self.desk.page(f"{self.STEP}.text"), id="page-text")
        yield from self.asked()

    def asked(self) -> Iterable[Widget]:
        """Below the text."""
        return ()

    def next_word(self) -> str:
        """Of the button that goes on."""
        return self.desk.say("button.next")

    def extra_word(self) -> str | None:
        """Of one more button, which calls `extra`."""
        return None

    def extra(self) -> None:
        """That button was pressed."""

    def refusal(self) -> str | None:
        """Why the setup cannot go on yet, in words."""
        return None

    def take(self) -> None:
        """Keep what was answered."""

    def keep(self) -> None:
        """Keep what was typed so far, as it is: the page is shown again later."""

    def leave(self) -> None:
        """The page is being left, either way. Secrets are wiped."""
        for field in self.query(Input):
            if field.password:
                field.value = ""

    async def work(self) -> None:
        """What going on does. Raises SetupError or ApiClientError."""

    def focus_first(self) -> bool:
        """Whether there was a field to put the cursor into."""
        for widget in self.query(Widget):
            if widget.focusable and isinstance(widget, Input | TextArea):
                widget.focus()
                return True
        for widget in self.query(Widget):
            if widget.focusable:
                widget.focus()
                return True
        return False

    def field(self, name: str, value: str = "", *, most: int = 200) -> Iterable[Widget]:
        """A label and its input, id `name`."""
        key = name.replace("-", "_")
        yield Note(self.desk.line(f"field.{key}"), classes="field-label")
        yield Input(value, id=name, max_length=most, select_on_focus=False, compact=True)

    def secret(self, name: str) -> Iterable[Widget]:
        """The same, not shown while it is typed."""
        key = name.replace("-", "_")
        yield Note(self.desk.line(f"field.{key}"), classes="field-label")
        yield Input(id=name, max_length=1000, password=True, select_on_focus=False, compact=True)

    def entered(self, name: str) -> str:
        """What an input holds, as it is."""
        return self.query_one(f"#{name}", Input).value

    def choice(self, name: str, value: object) -> Choice:
        """A radio button with a text of ours."""
        return Choice(Content(self.desk.say(f"choice.{name}")), value=bool(value), id=name)
