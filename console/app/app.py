"""The console app: follows the daemon, repaints at most five times a second, never ends by an error of one part."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path
from typing import ClassVar, Final

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from daemon.api.shops import RemoteShop
from daemon.api.texts import Language, Texts, load_texts
from daemon.api.wire import StreamItem

from ..safe_text import SafeContent, joined
from .access import AccessMode
from .announcer import Announcer
from .calls import CallingApp
from .client_port import ConsoleClient
from .desk import Desk
from .dialogs.dialog import Dialog
from .dialogs.page import HelpDialog
from .endings import ends_on_signals
from .entries import entries_of
from .flows import Flows
from .history import History
from .keys import everywhere, key, keys_of, quiet
from .link import Link
from .palette import ConsoleCommands, ConsolePalette, PaletteEntry
from .settings import ConsoleOptions, LookChange, Mouse, Settings, SettingsChange, SettingsProblem, Symbols
from .settings_file import SettingsKeeper
from .shop import Part
from .stage import NAMES, Stage
from .symbols import AsciiFilter
from .themes import CHOICES, DEFAULT_VARIABLES, OURS
from .times import Now, Times, system_now
from .trouble import link_trouble
from .widgets.banner import Banner, Tone
from .widgets.header import ScreenTabs

CATALOG: Final = Path(__file__).parent.parent / "catalog"
REPAINT_S: Final = 0.2
TICK_S: Final = 1.0
FIRST_PAINT_S: Final = 0.02
"""Waited before the client is loaded, so that there is something to look at meanwhile."""
AGES_EVERY_TICKS: Final = 5


class ShopwardenApp(CallingApp):
    """One shop, live, in the language of `texts`. Ends with exit code 0 when the person leaves."""

    CSS_PATH = "shopwarden.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {ConsoleCommands}
    NOTIFICATION_TIMEOUT = 6
    BINDINGS: ClassVar[list[BindingType]] = [
        quiet("1,f2", "go('devices')", "app.devices"),
        quiet("2,f3", "go('alerts')", "app.alerts"),
        quiet("3,f4", "go('events')", "app.events"),
        quiet("4,f5", "go('commands')", "app.commands"),
        quiet("5,f10", "go('rules')", "app.rules"),
        quiet("6,f11", "go('health')", "app.health"),
        quiet("7,f12", "go('audit')", "app.audit"),
        key("r,ctrl+r", "retry", "app.retry"),
        everywhere("escape", "stop", "app.stop"),
        quiet("left_square_bracket,alt+left", "visit(-1)", "app.back"),
        quiet("right_square_bracket,alt+right", "visit(1)", "app.forward"),
        quiet("ctrl+l", "log", "app.log"),
        quiet("colon", "command_palette", "app.command"),
        key("question_mark", "help", "app.help"),
        everywhere("f1", "help", "app.help"),
        key("q,ctrl+q", "quit", "app.quit"),
        everywhere("ctrl+p", "command_palette", "app.palette"),
    ]

    def __init__(
        self,
        open_client: Callable[[], ConsoleClient],
        texts: Texts,
        *,
        mode: AccessMode = AccessMode.FULL,
        settings: Settings | None = None,
        keeper: SettingsKeeper | None = None,
        problems: tuple[SettingsProblem, ...] = (),
        now: Now = system_now,
        zone: tzinfo | None = None,
        shop_name: str | None = None,
    ) -> None:
        """`shop_name`: of a shop of another machine, as this one calls it."""
        super().__init__(now)
        self.title = "shopwarden"
        times = Times(texts, now, zone)
        self.desk = Desk(texts=texts, times=times, mode=mode, settings=settings or Settings(), shop_name=shop_name)
        self.flows = Flows(self, self.desk, self._changed)
        self._open_client = open_client
        self._now = now
        self._zone = zone
        self._dirty = Part.NOTHING
        self._ticks = 0
        self._announcer = Announcer(self, self.desk, lambda: self.stage.is_showing("alerts"))
        self._link: Link | None = None
        self._following: Worker[None] | None = None
        self._was_online = False
        self._fault: str | None = None
        self._history = History()
        self._history.visit(NAMES[0])
        self._keeper = keeper
        self._problems = problems
        self._stage: Stage | None = None
        self._filters_out = [AsciiFilter()] if self.desk.symbols is Symbols.ASCII else []
        for theme in OURS:
            self.register_theme(theme)
        self.theme = CHOICES.get(self.desk.settings.theme, CHOICES["dark"])
        self.desk.keeper = self._keep
        self._take_keys(self.desk.settings.keys)

    @property
    def stage(self) -> Stage:
        """The screen behind all dialogs."""
        if self._stage is None:
            self._stage = Stage(self.desk, self.flows)
        return self._stage

    def get_default_screen(self) -> Screen[None]:
        return self.stage

    def on_mount(self) -> None:
        self.set_interval(REPAINT_S, self.repaint_now)
        self.set_interval(TICK_S, self._tick)
        self._following = self.run_worker(self._follow(), group="link", exit_on_error=False)

    async def on_unmount(self) -> None:
        if self._following is not None:
            self._following.cancel()
            with suppress(WorkerCancelled, WorkerFailed):
                await self._following.wait()

    async def _follow(self) -> None:
        await asyncio.sleep(FIRST_PAINT_S)
        async with await asyncio.to_thread(self._open_client) as client:
            self.desk.opened = client
            self._link = link = Link(
                client,
                self.desk.shop,
                changed=self._changed,
                arrived=self._arrived,
                reloaded=lambda: self.stage.reload(),
                now=self._now,
            )
            while True:
                try:
                    await link.follow()
                except Exception as error:  # noqa: BLE001 - the last handler: the link outlives any fault of ours
                    self._handle_exception(error)
                    await asyncio.sleep(TICK_S)

    def _changed(self, parts: Part) -> None:
        """Remember what to repaint."""
        self._dirty |= parts

    def repaint_now(self) -> None:
        """Show what changed since the last time."""
        if self._dirty is Part.NOTHING or not self.stage.is_ready:
            return
        parts, self._dirty = self._dirty, Part.NOTHING
        with self.batch_update():
            self.stage.repaint(parts)
            self._say_link()
        if self._was_online != self.desk.shop.is_online:
            self._was_online = self.desk.shop.is_online
            self.stage.refresh_bindings()

    def _tick(self) -> None:
        self._ticks += 1
        self._say_link()
        if self._ticks % AGES_EVERY_TICKS == 0 and self.stage.is_ready:
            self.stage.tick()

    def _arrived(self, item: StreamItem) -> None:
        if item.alert is not None:
            self._announcer.announce_alert(item.alert)
        if item.command is not None:
            self._announcer.announce_command(item.command)

    def fault_shown(self, name: str) -> None:
        self._fault = name
        self._say_link()

    def _say_link(self) -> None:
        """The banner: what is wrong with the link, else with us, else with the settings, else nothing."""
        if not self.stage.is_ready:
            return
        desk = self.desk
        content, tone = link_trouble(desk, self._seconds_left()), Tone.ERROR
        if content is None and self._fault is not None:
            content = desk.line("banner.fault", name=self._fault)
        if content is None and self._problems:
            first = desk.texts.get(f"app.settings.{self._problems[0].text_key}", **self._problems[0].values)
            content, tone = desk.line("settings.banner", n=len(self._problems), first=first), Tone.NOTICE
        self.stage.query_one("#banner", Banner).say(content, tone)

    def works_changed(self) -> None:
        """The line of what takes a while: the youngest, and how many beside it."""
        if not self.stage.is_ready:
            return
        content: SafeContent | None = None
        if self.works:
            work, desk = self.works[-1][0], self.desk
            name = "going" if work.total is None and not work.done else "so_far" if work.total is None else "counted"
            content = desk.line(f"work.{name}", title=work.title.plain, done=work.done, total=work.total or 0)
            if len(self.works) > 1:
                content = joined((content, desk.line("work.more", n=len(self.works) - 1)))
        self.stage.query_one("#work-banner", Banner).say(content, Tone.NOTICE)
        self.stage.refresh_bindings()

    def _seconds_left(self) -> int:
        retry_at = self._link.retry_at if self._link is not None else None
        return 0 if retry_at is None else max(0, round(retry_at - asyncio.get_running_loop().time()))

    async def on_screen_tabs_picked(self, event: ScreenTabs.Picked) -> None:
        await self.action_go(event.name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if isinstance(self.screen, Dialog) and not self.screen.HAS_HELP:
            return action not in {"help", "command_palette"}
        match action:
            case "retry":
                return not self.desk.shop.is_online
            case "stop":
                return bool(self.works) and self.screen is self.stage and not isinstance(self.focused, Input)
            case "help":
                return not isinstance(self.screen, HelpDialog | ConsolePalette)
            case "go" | "visit" | "log":
                return self.screen is self.stage
            case _:
                return True

    async def action_go(self, name: str) -> None:
        """Show a screen by its name."""
        if name in NAMES and self.screen is self.stage:
            await self.stage.go_to(name)
            self._history.visit(name)

    async def action_visit(self, by: int) -> None:
        """Back (-1) or forward (1) among the screens that were looked at."""
        name = self._history.step(by)
        if name is not None:
            await self.stage.go_to(name)

    def action_stop(self) -> None:
        self.stop_work()

    def action_log(self) -> None:
        from .dialogs.log import LogDialog

        self.push_screen(LogDialog(self.desk, self.run_log))

    def action_help_quit(self) -> None:
        """Ctrl+C copies or does nothing; say how to leave."""
        self.notify(self.desk.say("quit_hint"))

    def action_retry(self) -> None:
        if self._link is not None:
            self._link.try_now()

    def action_command_palette(self) -> None:
        if self.screen is self.stage:
            self.push_screen(ConsolePalette(self.desk.say("palette.placeholder")))

    def action_help(self) -> None:
        """The keys that work where the focus is."""
        pane = self.stage.current if self.screen is self.stage else None
        self.push_screen(
            HelpDialog(
                self.desk,
                screen=pane.NAME if pane is not None else None,
                keys=keys_of(self.screen, self.desk.texts),
                filter_keys=pane.filter_keys() if pane is not None else (),
            )
        )

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Textual's own entries are in English; ours are in `palette_entries`."""
        return ()

    def palette_no_match(self) -> str:
        return self.desk.say("palette.no_match")

    def palette_entries(self) -> Iterable[PaletteEntry]:
        """What can be done now."""
        return entries_of(self)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._filters_out]

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Told at the start, over all screens at once."""

    async def run_on(self, name: str, action: str) -> None:
        """Do what a key of a screen does."""
        pane = await self.stage.go_to(name)
        await pane.run_action(action)

    async def show_row(self, name: str, key: str) -> None:
        """Show a screen with the cursor on one row; a filter that hides it goes."""
        await self.action_go(name)
        pane = self.stage.current
        if not pane.table.move_to(key) and not pane.filter.is_empty:
            pane.set_filter("")
            pane.table.move_to(key)

    async def show_filtered(self, name: str, line: str) -> None:
        """Show a screen with a filter."""
        await self.action_go(name)
        self.stage.current.set_filter(line)

    def set_theme(self, choice: str) -> None:
        """Other colours, kept for the next start."""
        self.theme = CHOICES[choice]
        self.desk.keep(LookChange(theme=choice))

    def set_language(self, language: Language) -> None:
        """Another language, kept for the next start."""
        self.desk.keep(LookChange(language=language))
        self.call_later(self._speak, language)

    def leave(self) -> None:
        """End, with exit code 0."""
        self.exit()

    async def _speak(self, language: Language) -> None:
        """Everything in another language: dialogs and toasts go, the screen is drawn anew, and the daemon is asked
        again for all that it words."""
        desk = self.desk
        desk.texts = texts = load_texts(language, CATALOG)
        desk.times = Times(texts, self._now, self._zone)
        while self.screen is not self.stage:
            await self.pop_screen()
        self.clear_notifications()
        if desk.opened is not None:
            desk.opened.speak(language)
        if self._link is not None:
            self._link.restart()
        await self.stage.redraw()
        self._say_link()
        self.works_changed()

    def _keep(self, change: SettingsChange) -> None:
        if self._keeper is not None and not self._keeper.keep(change):
            self.notify(self.desk.say("settings.not_kept"), severity="warning")

    def _take_keys(self, chosen: Mapping[str, str]) -> None:
        if chosen:
            from .keymap import bound_actions, key_problems, usable_keymap

            problems = key_problems(chosen, bound_actions(type(self)))
            self._problems += problems
            self.set_keymap(usable_keymap(chosen, problems))


def run_app(options: ConsoleOptions, *, now: Now = system_now) -> int:
    """Run the console on the daemon behind `options.socket` until the person leaves. Returns the exit code, 0 when all
    is well, 128 + n after signal n, which leaves the terminal as it was too.

    A daemon that is not there is not an error: the console waits for it and says so.
    """
    language = options.language

    def open_client() -> ConsoleClient:
        from daemon.api.client import ApiClient  # half of the start, and nothing on the screen needs it

        return ApiClient(options.socket, language, options.web_session)

    app = ShopwardenApp(
        open_client,
        load_texts(language, CATALOG),
        mode=options.mode,
        settings=options.settings,
        keeper=SettingsKeeper(options.file, options.kept, options.problems) if options.file is not None else None,
        problems=options.problems,
        now=now,
        shop_name=options.socket.name if isinstance(options.socket, RemoteShop) else None,
    )
    asyncio.run(_run(app, options.settings.mouse))
    return app.return_code or 0


async def _run(app: ShopwardenApp, mouse: Mouse) -> None:
    with ends_on_signals(app):
        await app.run_async(mouse=mouse is Mouse.ON)
