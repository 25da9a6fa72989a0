"""A screen of its own with a list that the daemon is asked for, again and again while it is open."""

from abc import abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from daemon.api.errors import ApiClientError

from ...safe_text import SafeContent, safe_page, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..keys import key
from ..sturdy import Sturdy
from ..widgets.columns import Column
from ..widgets.footer import KeyFooter
from ..widgets.live_list import LiveList
from ..widgets.note import Note
from .choice_list import ChoiceRows

LOOK_EVERY_S: Final = 1.0
ItemT = TypeVar("ItemT")


class TableScreen(Sturdy, ModalScreen[None], Generic[ItemT]):
    """A list and what there is to say of its current row. Escape goes back.

    An answer that fails leaves the last rows where they were and says so in the title.
    """

    NAME: ClassVar[str]
    """`app.<NAME>.title` is its title, `app.<NAME>.none` what stands where no row is."""
    COLUMNS: ClassVar[tuple[Column, ...]]
    LOOK_EVERY_S: ClassVar[float] = LOOK_EVERY_S
    AUTO_FOCUS = "LiveList"
    BINDINGS: ClassVar[list[BindingType]] = [key("escape,q", "close", "dialog.close")]
    DEFAULT_CSS = """
    TableScreen { align: center middle; background: $background 60%; }
    TableScreen #bench LiveList { height: 1fr; }
    TableScreen #bench-body { height: 1fr; border-top: solid $primary 40%; padding: 0 1; }
    TableScreen #bench-empty { padding: 1 4; height: auto; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._rows = ChoiceRows()
        self._items: dict[str, ItemT] = {}
        self._error: ApiClientError | None = None
        self._is_asked = False
        self._is_loaded = False

    @abstractmethod
    def load(self) -> Awaitable[Sequence[ItemT]]:
        """Ask the daemon; raises ApiClientError."""

    @abstractmethod
    def key_of(self, item: ItemT) -> str:
        """Its id."""

    @abstractmethod
    def cells_of(self, item: ItemT) -> Mapping[str, SafeContent]:
        """Its cell in each column."""

    @abstractmethod
    def detail_of(self, item: ItemT) -> SafeContent:
        """What stands below the list while it is the current one."""

    def heading(self) -> SafeContent:
        """The first line."""
        return self.desk.line(f"{self.NAME}.title", "bold")

    def moved(self, item: ItemT | None) -> None:
        """Another row is the current one."""

    @property
    def current(self) -> ItemT | None:
        """The item under the cursor."""
        return self._items.get(self.query_one(LiveList).key or "")

    @property
    def calling(self) -> CallingApp:
        """The app, for calls."""
        assert isinstance(self.app, CallingApp)
        return self.app

    def compose(self) -> ComposeResult:
        with Vertical(id="bench"):
            yield Note(self.heading(), id="bench-title")
            yield LiveList(self._rows, self.COLUMNS, self.desk.texts, id=f"{self.NAME}-list")
            yield Note(id="bench-empty")
            with VerticalScroll(id="bench-body", can_focus=False):
                yield Note(id="bench-found")
            yield KeyFooter(self.desk)

    def on_mount(self) -> None:
        self.look()
        self.set_interval(self.LOOK_EVERY_S, self.look)
        self.show_state()

    def look(self) -> None:
        """Ask again, unless an answer is still awaited."""
        if not self._is_asked and self.desk.opened is not None:
            self._is_asked = True
            self.calling.call(self.load(), self._loaded, self._failed)

    def action_close(self) -> None:
        self.dismiss(None)

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        return None

    def on_live_list_moved(self, event: LiveList.Moved) -> None:
        event.stop()
        self.moved(self.current)
        self.show_state()

    def show_state(self) -> None:
        """Draw title, panel and the line for no rows from what is known now."""
        if not self.is_attached:
            return
        table, item = self.query_one(LiveList), self.current
        is_empty = not self._items
        table.styles.display = "none" if is_empty else "block"
        self.query_one("#bench-body").display = not is_empty
        empty = self.query_one("#bench-empty", Note)
        empty.display = is_empty or self._error is not None
        empty.show(self._empty())
        self.query_one("#bench-title", Note).show(self.heading())
        if item is not None:
            self.query_one("#bench-found", Note).show(self.detail_of(item))
        self.refresh_bindings()

    def _empty(self) -> SafeContent:
        if self._error is not None:
            return safe_page(f"{self._error.message}\n{self._error.hint}".strip(), "bold $text-error")
        if not self._is_loaded:
            return safe_page(self.desk.say("list.loading"), "$muted")
        return safe_page(self.desk.say(f"{self.NAME}.none"), "$muted") if not self._items else safe_text("")

    def _loaded(self, found: Sequence[ItemT]) -> None:
        self._is_asked, self._error, self._is_loaded = False, None, True
        self._items = {self.key_of(item): item for item in found}
        if not self.is_attached:
            return
        self._rows.put([(self.key_of(item), self.cells_of(item)) for item in found])
        self.query_one(LiveList).reload()
        self.show_state()

    def _failed(self, error: ApiClientError) -> None:
        self._is_asked, self._error = False, error
        self.show_state()
