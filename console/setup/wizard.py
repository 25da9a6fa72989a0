"""The app that walks through the pages: back and on, leave at any time, another language at any time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Button, Input
from textual.worker import Worker, WorkerState

from daemon.api.errors import ApiClientError
from daemon.api.texts import Language, Texts, load_texts
from daemon.api.wire import Device
from daemon.api.wire import Page as Listed

from ..app.calls import CallingApp
from ..app.endings import ends_on_signals
from ..app.keys import key
from ..app.settings import LookChange, Settings, Symbols
from ..app.settings_file import SettingsKeeper, read_settings, settings_path
from ..app.sturdy import Sturdy
from ..app.themes import CHOICES, DEFAULT_VARIABLES, OURS
from ..app.widgets.note import Note
from ..safe_text import lines, safe_page, safe_text
from .answers import Answers, KeyKind
from .desk import SetupDesk, Step
from .page import Page
from .pages_key import KeyPage
from .pages_phone import EnrolPage, PhonePage
from .pages_store import NoticePage, StorePage, WelcomePage
from .pages_work import DonePage, StartPage, WritePage
from .place import Place, key_source
from .program import DaemonProgram, is_sealed, told
from .zones import own_zone

CATALOG: Final = Path(__file__).parent.parent / "catalog"
PAGES: Final[Mapping[Step, type[Page]]] = {
    page.STEP: page
    for page in (
        WelcomePage, StorePage, KeyPage, NoticePage, WritePage, StartPage, PhonePage, EnrolPage, DonePage,
    )
}  # fmt: skip
STEPS: Final = tuple(Step)
NO_WAY_BACK: Final = frozenset({Step.WELCOME, Step.START, Step.PHONE, Step.DONE})
"""What was made stays made; a phone that is not enrolled leads back to the list only."""
SKIPPED: Final = frozenset({Step.PHONE, Step.ENROL})
"""What can be done later as well."""


class Ending(StrEnum):
    """How a setup ended."""

    LEFT = "left"
    OPEN_CONSOLE = "open_console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a setup ended, and in which language."""

    ending: Ending
    language: Language


class SetupScreen(Sturdy, Screen[None]):
    """Title, where one is, the page, what is wrong, and the buttons."""

    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        yield Note(id="setup-title")
        yield Note(id="setup-steps")
        with Vertical(id="holder"):
            pass
        yield Note(id="trouble")
        with Horizontal(id="buttons"):
            yield Button("", id="back", compact=True)
            yield Button("", id="leave", compact=True)
            yield Button("", id="skip", compact=True)
            yield Button("", id="extra", compact=True)
            yield Button("", id="next", compact=True)
        yield Note(id="setup-keys")

    async def on_mount(self) -> None:
        app = self.app
        assert isinstance(app, SetupApp)
        await app.begin()

    def _on_timer_update(self) -> None:
        """A widget that was removed has no styles any more, yet Textual would paint it until the next layout."""
        if any(widget.parent is None for widget in self._compositor.visible_widgets):
            self._layout_required = True
        super()._on_timer_update()


class SetupApp(CallingApp):
    """Ends with 0; `ending` says what is wanted then."""

    CSS_PATH = "setup.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        key("f8", "next", "setup.next"),
        key("f7,alt+left", "back", "setup.back"),
        key("f2", "language", "setup.language"),
        key("escape", "leave", "setup.leave"),
    ]

    def __init__(self, desk: SetupDesk, *, theme: str = "dark") -> None:
        super().__init__()
        self.title = "shopwarden"
        self.desk = desk
        self.ending = Ending.LEFT
        self.step = Step.WELCOME
        self._work: Worker[None] | None = None
        self._is_leave_asked = False
        for one in OURS:
            self.register_theme(one)
        self.theme = CHOICES.get(theme, CHOICES["dark"])

    def get_default_screen(self) -> Screen[None]:
        return SetupScreen()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    async def begin(self) -> None:
        """The first page."""
        self.screen.set_class(self.desk.symbols is Symbols.ASCII, "-ascii")
        await self.show_step(Step.WELCOME)

    async def on_unmount(self) -> None:
        self.desk.passphrase = None
        await self.desk.close_client()

    @property
    def page(self) -> Page:
        """What is shown."""
        return self.screen_stack[0].query_one("#page", Page)

    @property
    def is_working(self) -> bool:
        return self._work is not None

    async def show_step(self, step: Step) -> None:
        """Replace the page; the one before wipes its secrets."""
        base = self.screen_stack[0]
        holder = base.query_one("#holder")
        for old in base.query(Page):
            old.leave()
        await holder.remove_children()
        self.step = step
        self.say_trouble(None)
        page = PAGES[step](self.desk)
        await holder.mount(page)
        self._draw_frame(page)
        if not page.focus_first():
            base.query_one("#next", Button).focus()

    def say_trouble(self, message: str | None, hint: str = "") -> None:
        """What is wrong, above the buttons; None when nothing is."""
        self._is_leave_asked = False
        note = self.screen_stack[0].query_one("#trouble", Note)
        note.display = message is not None
        if message is not None:
            note.show(lines([safe_page(message, "bold $text-error"), *([safe_page(hint)] if hint else [])]))

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "next":
                await self.action_next()
            case "back":
                await self.action_back()
            case "leave":
                self.action_leave()
            case "skip":
                await self.show_step(Step.DONE)
            case "extra":
                self.page.extra()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        await self.action_next()

    async def action_next(self) -> None:
        """On, if the page has what it needs."""
        if self.is_working or len(self.screen_stack) > 1:
            return
        page = self.page
        refusal = page.refusal()
        if refusal is not None:
            self.say_trouble(refusal)
            return
        page.take()
        if page.IS_WORK:
            self.say_trouble(None)
            self._work = self.run_worker(page.work(), group="work", exit_on_error=False)
            self._draw_frame(page)
            return
        await self._go_on()

    async def action_back(self) -> None:
        if self.is_working or len(self.screen_stack) > 1 or self.step in NO_WAY_BACK:
            return
        self.page.keep()
        await self.show_step(STEPS[STEPS.index(self.step) - 1])

    async def action_language(self) -> None:
        """The other language, at once; what was typed on this page is kept where the page keeps it."""
        if self.is_working or len(self.screen_stack) > 1:
            return
        self.page.keep()
        other = Language.EN if self.desk.texts.language is Language.ZH else Language.ZH
        if self.step is Step.WELCOME:
            self.desk.answers.language = other
        self.desk.texts = load_texts(other.value, CATALOG)
        await self.desk.close_client()
        await self.show_step(self.step)

    def action_leave(self) -> None:
        """Stop what runs; else leave, when asked again while the screen says so."""
        if self._work is not None:
            self._work.cancel()
            return
        if self.step is Step.DONE or self._is_leave_asked:
            self.exit(0)
            return
        self.say_trouble(self.desk.say("leave_twice"))
        self._is_leave_asked = True

    def action_help_quit(self) -> None:
        self.action_leave()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is not self._work:
            return
        event.prevent_default()  # its errors are told here, not noted as faults
        if event.worker.is_finished:
            self._work = None
            self.call_later(self._work_ended, event.state, event.worker.error)

    async def _work_ended(self, state: WorkerState, error: BaseException | None) -> None:
        if state is WorkerState.SUCCESS:
            await self._go_on()
        elif isinstance(error, Exception):
            await self._went_wrong(error)
        else:
            self._draw_frame(self.page)
            self.say_trouble(self.desk.say("cancelled"))

    async def _went_wrong(self, error: Exception) -> None:
        if self.step is Step.START:
            self.desk.passphrase = None  # it may have been the wrong one
            await self.show_step(Step.START)
        self._draw_frame(self.page)
        message, hint = told(error)
        self.say_trouble(message, hint)

    async def _go_on(self) -> None:
        if self.step is Step.DONE:
            self.ending = Ending.OPEN_CONSOLE
            self.exit(0)
            return
        step = STEPS[STEPS.index(self.step) + 1]
        if self.step is Step.WELCOME and self.desk.place.has_keys:
            step = await self._where_it_stopped()
        await self.show_step(step)

    async def _where_it_stopped(self) -> Step:
        """Keys are made once; a daemon is started once; a shop with a phone is set up."""
        source = key_source(self.desk.place)
        if source in set(KeyKind):
            self.desk.answers.key = KeyKind(source)
        try:
            if await is_sealed(self.desk.client):
                return Step.START
            listed = await self.desk.client.call("GET", "/v1/devices", Listed[Device])
        except ApiClientError:
            return Step.START
        return Step.DONE if any(device.employee is not None for device in listed.items) else Step.PHONE

    def _draw_frame(self, page: Page) -> None:
        desk, base = self.desk, self.screen_stack[0]
        at = STEPS.index(self.step) + 1
        base.query_one("#setup-title", Note).show(desk.line("title"))
        base.query_one("#setup-steps", Note).show(
            desk.line("progress", at=at, of=len(STEPS), name=desk.say(f"{self.step}.title"))
        )
        base.query_one("#setup-keys", Note).show(desk.line("keys", "$muted"))
        words = {
            "back": desk.say("button.back"),
            "leave": desk.say("button.stop" if self.is_working else "button.leave"),
            "skip": desk.say("button.skip"),
            "extra": page.extra_word() or "",
            "next": desk.say("button.working") if self.is_working else page.next_word(),
        }
        for name, word in words.items():
            button = base.query_one(f"#{name}", Button)
            button.label = safe_text(word)
            button.refresh(layout=True)  # a longer word needs more room
        base.query_one("#back").display = self.step not in NO_WAY_BACK and not self.is_working
        base.query_one("#skip").display = self.step in SKIPPED and not self.is_working
        base.query_one("#extra").display = page.extra_word() is not None and not self.is_working
        base.query_one("#next", Button).disabled = self.is_working


async def run_wizard(place: Place, texts: Texts, env: Mapping[str, str], settings: Settings) -> Ended:
    """Walk a person through the setup. Leaves the terminal as it was, also after a signal. Another language that was
    chosen on the way is kept for the console."""
    answers = Answers(language=texts.language, timezone=own_zone(env))

    def open_program(texts: Texts) -> DaemonProgram:
        return DaemonProgram(place=place, texts=texts)

    desk = SetupDesk(texts=texts, place=place, answers=answers, open_program=open_program, symbols=settings.symbols)
    app = SetupApp(desk, theme=settings.theme)
    with ends_on_signals(app):
        await app.run_async()
    language = desk.texts.language
    if language is not texts.language:
        path = settings_path(env)
        SettingsKeeper(path, *read_settings(path)).keep(LookChange(language=language.value))
    return Ended(ending=app.ending, language=language)
