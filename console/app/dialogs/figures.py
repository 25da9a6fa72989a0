"""Figures over time on a page of their own: alerts by severity, and how long customers waited for an answer."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from ..desk import Desk
from ..flows.oversight import OversightFlows
from ..keys import key
from ..panes.figures_block import FigureKind, FiguresBlock, Span
from ..sturdy import Sturdy
from ..widgets.footer import KeyFooter
from ..widgets.note import Note


class FiguresScreen(Sturdy, ModalScreen[None]):
    """Two plots with their numbers in words. Escape goes back."""

    AUTO_FOCUS = "#bench-body"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "close", "dialog.close"),
        key("t,f6", "span", "figures.span"),
    ]
    DEFAULT_CSS = """
    FiguresScreen .figures-title { text-style: bold; margin-top: 1; }
    """

    def __init__(self, desk: Desk, flows: OversightFlows) -> None:
        super().__init__()
        self._desk = desk
        self._flows = flows
        self._span = Span.WEEK

    def compose(self) -> ComposeResult:
        with Vertical(id="bench"):
            yield Note(id="bench-title")
            with VerticalScroll(id="bench-body"):
                for kind in (FigureKind.ALERTS, FigureKind.REPLIES):
                    yield Note(self._desk.line(f"figures.of_{kind}"), classes="figures-title")
                    yield FiguresBlock(self._desk, self._flows, kind)
            yield KeyFooter(self._desk)

    def on_mount(self) -> None:
        self._show()

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        return None

    def action_close(self) -> None:
        self.dismiss(None)

    def action_span(self) -> None:
        """A day, a week, thirty days, and round again."""
        self._span = self._span.following
        for block in self.query(FiguresBlock):
            block.show_span(self._span)
        self._show()

    def _show(self) -> None:
        span = self._desk.say(f"figures.span_{self._span}")
        self.query_one("#bench-title", Note).show(self._desk.line("figures.title", "bold", span=span))
