"""The passphrase of a closed vault: typed unseen, given to the daemon once, kept nowhere."""

from collections.abc import Callable, Iterable
from typing import Final

from textual.widget import Widget
from textual.widgets import Button, Input

from daemon.api.errors import ApiClientError
from daemon.api.unlocking import SealedState

from ...safe_text import SafeContent, safe_page, safe_text
from ..desk import Desk
from ..widgets.note import Note
from .dialog import Dialog, SafeButton

MOST_CHARACTERS: Final = 1_024
Opening = Callable[[str, Callable[[SealedState], None], Callable[[ApiClientError], None]], None]


class UnlockDialog(Dialog[None]):
    """Stays open until the vault is, or until it is closed. The field is empty from the moment it is sent."""

    AUTO_FOCUS = "#answer"

    def __init__(self, desk: Desk, opening: Opening) -> None:
        super().__init__(desk, safe_text(desk.say("unlock.title")))
        self._opening = opening
        self._is_asked = False

    def body(self) -> SafeContent:
        return safe_page(self.desk.say("unlock.about"), "$muted")

    def asked(self) -> Iterable[Widget]:
        yield Note(self.desk.line("unlock.passphrase"), id="ask-label")
        yield Input(id="answer", password=True, max_length=MOST_CHARACTERS, select_on_focus=False, compact=True)
        yield Note(id="ask-missing")

    def buttons(self) -> Iterable[SafeButton]:
        yield SafeButton(safe_text(self.desk.say("button.cancel")), id="cancel", compact=True)
        label = safe_text(self.desk.say("button.unlock"))
        yield SafeButton(label, id="confirm", variant="primary", disabled=True, compact=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#confirm", Button).disabled = self._is_asked or not event.value

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.confirmed()

    def confirmed(self) -> None:
        field = self.query_one("#answer", Input)
        passphrase = field.value
        if not passphrase or self._is_asked:
            return
        field.value = ""
        self._is_asked = True
        self.query_one("#ask-missing", Note).show(self.desk.line("unlock.trying", "$muted"))
        self._opening(passphrase, self._opened, self._refused)

    def on_unmount(self) -> None:
        for field in self.query(Input):
            field.value = ""

    def _opened(self, state: SealedState) -> None:
        if self.is_attached:
            self.dismiss(None)

    def _refused(self, error: ApiClientError) -> None:
        self._is_asked = False
        if self.is_attached:
            told = f"{error.message}\n{error.hint}".strip()
            self.query_one("#ask-missing", Note).show(safe_page(told, "bold $text-error"))
            self.query_one("#answer", Input).focus()
