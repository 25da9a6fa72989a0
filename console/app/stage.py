"""The one screen behind all dialogs: header, tabs, banner, the panes and the footer.

A pane is made when it is first shown: seven at once would be half of the start.
"""

from typing import Protocol, runtime_checkable

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from .desk import Desk
from .flows import Flows
from .panes.pane import Pane
from .panes.registry import PANES
from .shop import Part
from .sturdy import Sturdy
from .widgets.banner import Banner, Tone
from .widgets.footer import KeyFooter
from .widgets.header import HeaderBar, ScreenTabs

NAMES = tuple(pane.NAME for pane in PANES)
LEAST_WIDTH = 80
LEAST_HEIGHT = 24


@runtime_checkable
class Reloads(Protocol):
    """A pane that keeps pages of its own beside the shop."""

    def invalidate(self) -> None:
        """The daemon's history may be another one now: load again what is shown."""


class Stage(Sturdy, Screen[None]):
    """Holds the panes; repaints only the visible one."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (150, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__()
        self._desk = desk
        self._flows = flows
        self._first = NAMES[0]
        self._is_redrawing = False

    def compose(self) -> ComposeResult:
        yield HeaderBar(self._desk)
        yield ScreenTabs(self._desk, NAMES)
        yield Banner(id="banner")
        yield Banner(id="size-banner")
        yield Banner(id="work-banner")
        with ContentSwitcher(initial=self._first, id="panes"):
            yield self._made(self._first)
        yield KeyFooter(self._desk)

    @property
    def current(self) -> Pane:
        """The pane that is shown."""
        pane = self.query_one(f"#{self.query_one(ContentSwitcher).current}")
        assert isinstance(pane, Pane)
        return pane

    async def on_mount(self) -> None:
        self.query_one(HeaderBar).refresh_shop()
        await self.go_to(self._first)

    @property
    def is_ready(self) -> bool:
        """Whether it is composed: false before the first paint and while it is drawn anew."""
        return self.is_mounted and not self._is_redrawing

    def is_showing(self, name: str) -> bool:
        """Whether a pane is on the screen now."""
        return self.is_ready and self.is_current and name == self.current.NAME

    async def redraw(self) -> None:
        """Compose everything anew, as after a change of language, and stay on the same pane."""
        self._first = self.current.NAME
        self._is_redrawing = True
        try:
            await self.recompose()
        finally:
            self._is_redrawing = False
        await self.go_to(self._first)
        self.repaint(Part.EVERYTHING)

    async def go_to(self, name: str) -> Pane:
        """Show another pane, with everything that changed while it was hidden."""
        switcher = self.query_one(ContentSwitcher)
        if not switcher.query(f"#{name}"):
            made = self._made(name)
            made.display = False
            await switcher.mount(made)
        switcher.current = name
        self.query_one(ScreenTabs).refresh_tabs(name)
        pane = self.current
        pane.refresh_rows()
        pane.focus_rows()
        self.refresh_bindings()
        return pane

    def reload(self) -> None:
        """Pages that panes keep for themselves may be stale."""
        for pane in self.query(".pane"):
            if isinstance(pane, Reloads):
                pane.invalidate()

    def repaint(self, parts: Part) -> None:
        """Take over changes: the header, and the visible pane if they are its own."""
        if parts & Part.HEADER:
            self.query_one(HeaderBar).refresh_shop()
        pane = self.current
        if parts & pane.PARTS:
            pane.refresh_rows()

    def on_resize(self, event: events.Resize) -> None:
        """Say so when the terminal is smaller than the console is made for."""
        is_small = event.size.width < LEAST_WIDTH or event.size.height < LEAST_HEIGHT
        text = self._desk.line("banner.small", width=event.size.width, height=event.size.height)
        self.query_one("#size-banner", Banner).say(text if is_small else None, Tone.NOTICE)

    def tick(self) -> None:
        """Time went by."""
        self.query_one(HeaderBar).refresh_shop()
        self.current.tick()

    def _made(self, name: str) -> Pane:
        return PANES[NAMES.index(name)](self._desk, self._flows)
