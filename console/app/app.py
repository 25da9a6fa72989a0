"""The console app: follows the daemon, repaints at most five times a second, never ends by an error of one part."""

import asyncio
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from daemon.api.errors import ApiVersionError
from daemon.api.links import LinkOffline, LinkOnline, LinkRefused
from daemon.api.texts import Language, Texts, load_texts
from daemon.api.wire import StreamItem

from ..safe_text import SafeContent
from .access import AccessMode
from .announcer import Announcer
from .calls import CallingApp
from .client_port import ConsoleClient
from .desk import Desk
from .dialogs.page import HelpDialog
from .flows import Flows
from .keys import everywhere, key, quiet
from .link import Link
from .palette import ConsoleCommands, ConsolePalette, PaletteEntry, PaletteSource
from .settings import ConsoleOptions, LookChange, Mouse, Settings
from .shop import Part
from .stage import NAMES, Stage
from .themes import CHOICES, DEFAULT_VARIABLES, OURS
from .times import Now, Times, system_now
from .widgets.banner import Banner
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
        key("question_mark,f1", "help", "app.help"),
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
        now: Now = system_now,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(now)
        self.title = "shopwarden"
        self.desk = Desk(texts=texts, times=Times(texts, now, zone), mode=mode, settings=settings or Settings())
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
        self._stage: Stage | None = None
        for theme in OURS:
            self.register_theme(theme)
        self.theme = CHOICES.get(self.desk.settings.theme, CHOICES["dark"])

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
        """Leave the daemon in good order."""
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
            )
            while True:
                try:
                    await link.follow()
                except Exception as error:  # noqa: BLE001 - the last handler: the link must outlive any fault of ours
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
        """The banner: what is wrong with the link, else with us, else nothing."""
        if not self.stage.is_ready:
            return
        banner = self.stage.query_one("#banner", Banner)
        content = self._link_trouble()
        if content is None and self._fault is not None:
            content = self.desk.line("banner.fault", name=self._fault)
        banner.say(content)

    def _link_trouble(self) -> SafeContent | None:
        desk, link = self.desk, self.desk.shop.link
        left = self._seconds_left()
        match link:
            case LinkOffline(error=error):
                has_data = desk.shop.hello is not None
                name = "banner.lost" if has_data else "banner.not_running"
                return desk.line(name, message=error.message, hint=error.hint, n=left)
            case LinkRefused(error=ApiVersionError() as error):
                return desk.line("banner.version", message=error.message, hint=error.hint)
            case LinkRefused(error=error):
                return desk.line("banner.refused", message=error.message, hint=error.hint)
            case LinkOnline() | None:
                return None

    def _seconds_left(self) -> int:
        retry_at = self._link.retry_at if self._link is not None else None
        if retry_at is None:
            return 0
        return max(0, round(retry_at - asyncio.get_running_loop().time()))

    async def on_screen_tabs_picked(self, event: ScreenTabs.Picked) -> None:
        await self.action_go(event.name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "retry":
            return not self.desk.shop.is_online
        return self.screen is self.stage or action not in {"go", "help"}

    async def action_go(self, name: str) -> None:
        """Show a screen by its name."""
        if name in NAMES and self.screen is self.stage:
            await self.stage.go_to(name)

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
        pane = self.stage.current
        self.push_screen(HelpDialog(self.desk, screen=pane.NAME, keys=self._keys()))

    def _keys(self) -> list[tuple[str, str]]:
        """Every key that works now, all keys of one action together, those of the pane first."""
        keys: dict[str, list[str]] = {}
        words: dict[str, str] = {}
        for _, binding, is_enabled, _ in self.stage.active_bindings.values():
            if is_enabled and binding.description.startswith("app.key."):
                keys.setdefault(binding.action, []).append(self.get_key_display(binding))
                words[binding.action] = self.desk.texts.get(binding.description)
        return [(" / ".join(keys[action]), words[action]) for action in keys]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Textual's own entries are in English; ours are in `palette_entries`."""
        return ()

    def palette_no_match(self) -> str:
        return self.desk.say("palette.no_match")

    def palette_entries(self) -> Iterable[PaletteEntry]:
        """What can be done now: actions of the pane, screens, phones, looks, leaving."""
        say = self.desk.say
        pane = self.stage.current
        for binding in pane.usable_bindings():
            run = partial(self.call_later, self._run_on, pane.NAME, binding.action)
            yield PaletteEntry(title=self.desk.texts.get(binding.description), about=say("palette.action"), run=run)
        for name in NAMES:
            run_go = partial(self.call_later, self.action_go, name)
            title = say("palette.go", screen=say(f"screen.{name}"))
            yield PaletteEntry(title=title, about=say(f"about.{name}"), run=run_go)
        for device in self.desk.shop.devices.values():
            about = say("palette.device", serial=device.serial, profile=device.profile)
            run = partial(self.call_later, self._show_device, device.serial)
            yield PaletteEntry(title=device.employee or device.serial, about=about, run=run)
        for source in self.stage.query(".pane"):
            if isinstance(source, PaletteSource):
                yield from source.palette_entries()
        yield PaletteEntry(title=say("key.app.help"), about=say("palette.help"), run=self.action_help)
        for choice in CHOICES:
            run_theme = partial(self._set_theme, choice)
            yield PaletteEntry(title=say(f"theme.{choice}"), about=say("palette.theme"), run=run_theme)
        for language in Language:
            run_language = partial(self._set_language, language)
            yield PaletteEntry(title=say(f"language.{language}"), about=say("palette.language"), run=run_language)
        yield PaletteEntry(title=say("key.app.quit"), about=say("palette.quit"), run=self.exit)

    async def _run_on(self, name: str, action: str) -> None:
        pane = await self.stage.go_to(name)
        await pane.run_action(action)

    async def _show_device(self, serial: str) -> None:
        pane = await self.stage.go_to("devices")
        if not pane.table.move_to(serial) and not pane.filter.is_empty:
            pane.set_filter("")
            pane.table.move_to(serial)

    def _set_theme(self, choice: str) -> None:
        self.theme = CHOICES[choice]
        self.desk.keep(LookChange(theme=choice))

    def _set_language(self, language: Language) -> None:
        """Everything is drawn anew in the other language; answers of the daemon follow with the next start."""
        texts = load_texts(language, CATALOG)
        self.desk.keep(LookChange(language=language))
        self.desk.texts = texts
        self.desk.times = Times(texts, self._now, self._zone)
        self.call_later(self.stage.redraw)


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
        open_client, load_texts(language, CATALOG), mode=options.mode, settings=options.settings, now=now
    )
    asyncio.run(_run(app, options.settings.mouse))
    return app.return_code or 0


async def _run(app: ShopwardenApp, mouse: Mouse) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, partial(app.exit, return_code=128 + number))
    await app.run_async(mouse=mouse is Mouse.ON)
