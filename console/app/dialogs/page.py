"""Dialogs that only show: details, content that was opened with a reason, and the help."""

from collections.abc import Collection, Iterable
from typing import ClassVar, Final

from textual.binding import BindingType

from ...safe_text import SafeContent, fitted, joined, lines, safe_page, safe_text
from ..desk import Desk
from ..keys import quiet
from .dialog import Dialog

REVEALED_FOR_S: Final = 120.0
"""Opened content closes by itself: a screen that was left alone shows nothing."""


class PageDialog(Dialog[None]):
    """A page of text that scrolls; escape, enter or q closes."""

    AUTO_FOCUS = "#dialog-body"
    BINDINGS: ClassVar[list[BindingType]] = [quiet("enter,q", "cancel", "dialog.close")]

    def __init__(self, desk: Desk, *, title: SafeContent, text: SafeContent) -> None:
        super().__init__(desk, title)
        self._text = text

    def body(self) -> SafeContent:
        return self._text


class RevealedDialog(PageDialog):
    """Content that was opened with a reason. It lives in this dialog only and is gone with it."""

    TONE = "-revealed"

    def on_mount(self) -> None:
        self.set_timer(REVEALED_FOR_S, self.action_cancel)

    def on_unmount(self) -> None:
        self._text = safe_text("")


class HelpDialog(PageDialog):
    """The keys that work where the focus was, each with what it does, and a paragraph on the screen."""

    def __init__(
        self, desk: Desk, *, screen: str | None, keys: Iterable[tuple[str, str]], filter_keys: Collection[str] = ()
    ) -> None:
        """`screen` None: the focus is in a dialog. `filter_keys` are those of the screen's list."""
        title = desk.line("help.dialog")
        if screen is not None:
            title = desk.line("help.title", screen=desk.say(f"screen.{screen}"))
        about = desk.say("help_about.dialog" if screen is None else f"help.{screen}")
        super().__init__(desk, title=title, text=_help_text(desk, about, keys, filter_keys))


def _help_text(desk: Desk, about: str, keys: Iterable[tuple[str, str]], filter_keys: Collection[str]) -> SafeContent:
    known = [(safe_text(key, "bold $text-accent"), safe_text(description)) for key, description in keys]
    width = max((key.cell_length for key, _ in known), default=0)
    table = [joined((fitted(key, width), safe_text("   "), description)) for key, description in known]
    blank = safe_text("")
    words = " ".join(desk.known(f"app.filter_key.{name}", name) for name in filter_keys)
    return lines(
        [
            safe_page(about),
            blank,
            *([safe_page(desk.say("help.filter", keys=words), "$muted")] if words else []),
            safe_page(desk.say("help.input_method"), "$muted"),
            blank,
            *table,
        ]
    )
