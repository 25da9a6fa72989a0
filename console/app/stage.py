"""The one screen behind all dialogs: header, tabs, banner, the panes and the footer."""

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from .desk import Desk
from .flows import Flows
from .panes.events import EventsPane
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


class Stage(Sturdy, Screen[None]):
    """Holds the panes; repaints only the visible one."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (150, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__()
        self._desk = desk
        self._flows = flows
        self._is_redrawing = False

    def compose(self) -> ComposeResult:
        yield HeaderBar(self._desk)
        yield ScreenTabs(self._desk, NAMES)
        yield Banner(id="banner")
        yield Banner(id="size-banner")
        with ContentSwitcher(initial=NAMES[0], id="panes"):
            for pane in PANES:
                yield pane(self._desk, self._flows)
        yield KeyFooter(self._desk)

    @property
    def current(self) -> Pane:
        """The pane that is shown."""
        pane = self.query_one(f"#{self.query_one(ContentSwitcher).current}")
        assert isinstance(pane, Pane)
        return pane

    @property
    def events_pane(self) -> EventsPane:
        return self.query_one(EventsPane)

    def on_mount(self) -> None:
        self.query_one(HeaderBar).refresh_shop()
        self.go_to(NAMES[0])

    @property
    def is_ready(self) -> bool:
        """Whether it is composed: false before the first paint and while it is drawn anew."""
        return self.is_mounted and not self._is_redrawing

    def is_showing(self, name: str) -> bool:
        """Whether a pane is on the screen now."""
        return self.is_ready and self.is_current and name == self.current.NAME

    async def redraw(self) -> None:
        """Compose everything anew, as after a change of language, and stay on the same pane."""
        name = self.current.NAME
        self._is_redrawing = True
        try:
            await self.recompose()
        finally:
            self._is_redrawing = False
        self.go_to(name)
        self.repaint(Part.EVERYTHING)

    def go_to(self, name: str) -> None:
        """Show another pane, with everything that changed while it was hidden."""
        self.query_one(ContentSwitcher).current = name
        self.query_one(ScreenTabs).refresh_tabs(name)
        self.current.refresh_rows()
        self.current.focus_rows()
        self.refresh_bindings()

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
        self.current.tick()
