"""Re-scans: the archive looked through again with the rules in force; what runs, what ran, begin one, end one."""

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from daemon.api.errors import ApiClientError
from daemon.api.rescans import Rescan, RescanStatus

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..desk import Desk
from ..flows.rules import RuleFlows
from ..keys import key
from ..sturdy import Sturdy
from ..widgets.footer import KeyFooter
from ..widgets.note import Note

LOOK_EVERY_S: Final = 1.0
BAR_CELLS: Final = 30
_STYLES: Final = {
    RescanStatus.RUNNING: "bold $text-warning",
    RescanStatus.DONE: "$text-success",
    RescanStatus.CANCELLED: "$muted",
}


class RescansScreen(Sturdy, ModalScreen[None]):
    """Follows what runs while it is open. Escape goes back; what runs goes on."""

    AUTO_FOCUS = "#bench-body"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "close", "dialog.close"),
        key("n,f6", "start", "rescans.start"),
        key("x,f8", "end", "rescans.end"),
    ]

    def __init__(self, desk: Desk, flows: RuleFlows) -> None:
        super().__init__()
        self._desk = desk
        self._flows = flows
        self._known: tuple[Rescan, ...] | None = None
        self._error: ApiClientError | None = None
        self._is_asked = False

    def compose(self) -> ComposeResult:
        with Vertical(id="bench"):
            yield Note(self._desk.line("rescan.title", "bold"), id="bench-title")
            with VerticalScroll(id="bench-body"):
                yield Note(id="bench-found")
            yield KeyFooter(self._desk)

    def on_mount(self) -> None:
        self._look()
        self.set_interval(LOOK_EVERY_S, self._look_again)

    @property
    def running(self) -> Rescan | None:
        """The one that runs."""
        return next((one for one in self._known or () if one.status is RescanStatus.RUNNING), None)

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        match action:
            case "start":
                return self._flows.why_not_rescan()
            case "end":
                return self._flows.why_not_cancel(self.running)
            case _:
                return None

    def action_close(self) -> None:
        self.dismiss(None)

    def action_start(self) -> None:
        """Begin one."""
        self._flows.start_rescan(lambda found: self._look())

    def action_end(self) -> None:
        """End what runs."""
        self._flows.cancel_rescan(self.running, lambda found: self._look())

    def _look_again(self) -> None:
        if self.running is not None:
            self._look()

    def _look(self) -> None:
        if not self._is_asked:
            self._is_asked = True
            self._flows.load_rescans(self._loaded, self._failed)

    def _loaded(self, found: tuple[Rescan, ...]) -> None:
        self._is_asked, self._known, self._error = False, found, None
        self._show()

    def _failed(self, error: ApiClientError) -> None:
        self._is_asked, self._error = False, error
        self._show()

    def _show(self) -> None:
        if self.is_attached:
            self.query_one("#bench-found", Note).show(self._told())
            self.refresh_bindings()

    def _told(self) -> SafeContent:
        if self._error is not None:
            return safe_page(f"{self._error.message}\n{self._error.hint}".strip(), "bold $text-error")
        if not self._known:
            return safe_page(self._desk.say("rescan.none"), "$muted")
        return lines([line for one in self._known for line in _lines(one, self._desk)])


def _lines(one: Rescan, desk: Desk) -> Iterable[SafeContent]:
    yield safe_text(
        f"{desk.say(f'rescan.status.{one.status}')}  {desk.times.both(one.asked_at)}  {one.asked_by}",
        _STYLES[one.status],
    )
    counts = desk.say("rescan.counts", done=one.done, events=one.events, found=one.found)
    if one.status is RescanStatus.RUNNING:
        full = BAR_CELLS * one.done // max(one.events, 1)
        yield safe_text(f"  {'█' * full}{'░' * (BAR_CELLS - full)}  {counts}  {one.per_s:.0f}/s")
    else:
        yield safe_text(f"  {counts}")
    yield safe_text(f"  {one.old_version} → {one.new_version}", "$muted")
    yield safe_text(f"  {one.reason}")
    yield safe_text("")
