"""Where to write what a list shows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from textual.widget import Widget
from textual.widgets import Button, Input

from ...safe_text import SafeContent, safe_page, safe_text
from ..desk import Desk
from ..shown_table import form_of
from ..widgets.note import Note
from .dialog import Dialog, SafeButton

MOST_PATH: Final = 400


class ExportDialog(Dialog[str]):
    """Answers the path of the file to be made. Its ending says the form."""

    AUTO_FOCUS = "#answer"

    def __init__(self, desk: Desk, *, pane: str) -> None:
        super().__init__(desk, safe_text(desk.say("export.title", screen=desk.say(f"screen.{pane}"))))
        self._pane = pane

    def body(self) -> SafeContent:
        return safe_page(self.desk.say("export.help"), "$muted")

    def asked(self) -> Iterable[Widget]:
        """The path, ready to be taken as it is, and what is wrong with it."""
        yield Note(safe_text(self.desk.say("export.path")), id="ask-label")
        stamp = self.desk.times.now().strftime("%Y%m%d-%H%M%S")
        name = f"shopwarden-{self._pane}-{stamp}.csv"
        yield Input(name, id="answer", max_length=MOST_PATH, select_on_focus=False, compact=True)
        yield Note(safe_text(""), id="ask-missing")

    def buttons(self) -> Iterable[SafeButton]:
        """Cancel, and the button that writes."""
        yield SafeButton(safe_text(self.desk.say("button.cancel")), id="cancel", compact=True)
        label = safe_text(self.desk.say("button.export"))
        yield SafeButton(label, id="confirm", variant="primary", compact=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        trouble = self._trouble()
        self.query_one("#confirm", Button).disabled = trouble is not None
        told = safe_text(trouble, "$text-warning") if trouble is not None else safe_text(str(self._path()), "$muted")
        self.query_one("#ask-missing", Note).show(told)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.confirmed()

    def confirmed(self) -> None:
        if self._trouble() is None:
            self.dismiss(str(self._path()))

    def _path(self) -> Path:
        return Path(self.query_one("#answer", Input).value.strip()).expanduser().absolute()

    def _trouble(self) -> str | None:
        """Why the file cannot be made, as far as it is known before."""
        if form_of(self.query_one("#answer", Input).value.strip()) is None:
            return self.desk.say("export.ending")
        try:
            path = self._path()
            if path.exists() or path.is_symlink():
                return self.desk.say("export.exists")
            if not path.parent.is_dir():
                return self.desk.say("export.no_folder")
        except (OSError, RuntimeError, ValueError):
            return self.desk.say("export.bad_path")
        return None
