"""Why the rules find a text or do not, told while it is typed."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input

from daemon.api.errors import ApiClientError
from daemon.api.policy import ExplainedPath, ExplainedText, ExplainRequest, TextSide
from daemon.api.policy_client import explain_text

from ...safe_text import SafeContent, lines, safe_marked, safe_page, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..keys import key
from ..sturdy import Sturdy
from ..widgets.footer import KeyFooter
from ..widgets.note import Note

DEBOUNCE_S: Final = 0.3
"""Of silence before the daemon is asked."""
MOST_CHARACTERS: Final = 2_000
MOST_MISSES: Final = 12
LONGEST_WORD: Final = 40
"""Code points of a word's pattern; of a longer one the form that was found is shown."""
_SIDES: Final = tuple(TextSide)


class ExplainScreen(Sturdy, ModalScreen[None]):
    """A line for the text, below it what becomes of it. Escape goes back; nothing of the text is kept."""

    AUTO_FOCUS = "#bench-text"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "close", "dialog.close"),
        key("f6,ctrl+t", "side", "rules.side"),
        key("f5,ctrl+r", "again", "app.retry"),
    ]

    def __init__(self, desk: Desk, calling: CallingApp) -> None:
        super().__init__()
        self._desk = desk
        self._calling = calling
        self._side = TextSide.UNKNOWN
        self._wait: Timer | None = None
        self._number = 0
        self._found: ExplainedText | None = None
        self._error: ApiClientError | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="bench"):
            yield Note(id="bench-title")
            yield Input(
                id="bench-text", placeholder=self._desk.say("bench.example"), max_length=MOST_CHARACTERS, compact=True
            )
            with VerticalScroll(id="bench-body"):
                yield Note(id="bench-found")
            yield KeyFooter(self._desk)

    def on_mount(self) -> None:
        self._show()

    def on_unmount(self) -> None:
        self._found = None

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._error is not None if action == "again" else True

    def action_close(self) -> None:
        self.dismiss(None)

    def action_side(self) -> None:
        """Unknown, staff, customer, and round again."""
        self._side = _SIDES[(_SIDES.index(self._side) + 1) % len(_SIDES)]
        self._ask()
        self._show()

    def action_again(self) -> None:
        """After an error: ask once more."""
        self._ask()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._wait is not None:
            self._wait.stop()
        self._wait = self.set_timer(DEBOUNCE_S, self._ask)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#bench-body", VerticalScroll).focus()

    def on_key(self, event: events.Key) -> None:
        """Typing while reading goes on with the text."""
        field = self.query_one("#bench-text", Input)
        if event.is_printable and event.character and not event.character.isspace() and not field.has_focus:
            event.stop()
            field.focus()
            field.insert_text_at_cursor(event.character)

    def _ask(self) -> None:
        self._number += 1
        text = self.query_one("#bench-text", Input).value
        if not text.strip():
            self._found = self._error = None
            self._show()
            return
        request = ExplainRequest(text=text, side=self._side)
        self._calling.call(
            explain_text(self._desk.client, request),
            partial(self._explained, self._number),
            partial(self._failed, self._number),
        )

    def _explained(self, number: int, found: ExplainedText) -> None:
        if self.is_attached and number == self._number:
            self._found, self._error = found, None
            self._show()

    def _failed(self, number: int, error: ApiClientError) -> None:
        if self.is_attached and number == self._number:
            self._error = error
            self._show()

    def _show(self) -> None:
        desk = self._desk
        side = desk.say(f"side.{self._side.value}")
        self.query_one("#bench-title", Note).show(desk.line("bench.title", "bold", side=side))
        self.query_one("#bench-found", Note).show(self._told())
        self.refresh_bindings()

    def _told(self) -> SafeContent:
        if self._error is not None:
            return safe_page(f"{self._error.message}\n{self._error.hint}".strip(), "bold $text-error")
        if self._found is None:
            return safe_page(self._desk.say("bench.empty"), "$muted")
        return lines(_explanation(self._found, self._desk))


def _explanation(found: ExplainedText, desk: Desk) -> Iterable[SafeContent]:
    hits = [path for path in found.paths if path.is_hit]
    misses = [path for path in found.paths if not path.is_hit]
    yield safe_marked(found.text, hits, mark="bold underline $text-error", line_break=" ")
    yield desk.line("bench.read_as", "$muted", folded=found.folded, searched=found.searched)
    for stretch in found.passed_over:
        yield desk.line("bench.passed_over", "$muted", what="; ".join(stretch.code_points))
    for contact in found.contacts:
        kind = desk.known(f"policy.contact.{contact.kind}", contact.kind)
        yield desk.line("bench.contact", kind=kind, masked=contact.masked)
    for span in found.allowed:
        yield desk.line("bench.allowed" if span.is_plain else "bench.allowed_not", word=span.word)
    yield safe_text("")
    yield desk.line("bench.hits" if hits else "bench.no_hits", "bold", n=len(hits))
    for path in hits:
        yield from _path(path, desk)
    if misses:
        yield safe_text("")
        yield desk.line("bench.misses", "bold $muted", n=len(misses))
    for path in misses[:MOST_MISSES]:
        yield from _path(path, desk)
    if len(misses) > MOST_MISSES or found.is_cut:
        yield desk.line("bench.cut", "$muted")


def _path(path: ExplainedPath, desk: Desk) -> Iterable[SafeContent]:
    how = desk.known(f"app.how.{path.how}", path.how)
    style = "bold" if path.is_hit else ""
    yield safe_text(f"  {path.title} · {path.rule_id}", style)
    word = path.word if len(path.word) <= LONGEST_WORD else path.form or path.word
    yield safe_text(f"    “{path.evidence}” ← {word}   {desk.say('label.how', how=how)}")
    if path.earlier:
        yield safe_text(f"      {desk.texts.get('policy.earlier', count=len(path.earlier))}", "$muted")
    for step in path.steps:
        yield safe_text(f"      {step.told}", "$muted")
    for removal in path.removed_by:
        yield safe_text(f"    ✗ {removal.told}", "$text-warning")
    if path.severity:
        yield safe_page("    " + " → ".join(move.told for move in path.severity))
