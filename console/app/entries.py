"""What the palette offers: actions of the pane, screens, phones, alerts, saved filters, looks, leaving."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from itertools import islice
from typing import Final, Protocol

from daemon.api.texts import Language
from daemon.api.wire import AlertStatus

from .desk import Desk
from .glyphs import severity_rank
from .palette import PaletteEntry, PaletteSource
from .stage import NAMES, Stage
from .themes import CHOICES

ALERTS_OFFERED: Final = 200


class Hands(Protocol):
    """What entries run. Each is done once the palette is closed."""

    desk: Desk

    @property
    def stage(self) -> Stage: ...
    def call_later(self, callback: Callable[..., Awaitable[None]], *arguments: str) -> bool: ...
    def action_help(self) -> None: ...
    def action_log(self) -> None: ...
    async def action_go(self, name: str) -> None: ...
    async def run_on(self, name: str, action: str) -> None: ...
    async def show_row(self, name: str, key: str) -> None: ...
    async def show_filtered(self, name: str, line: str) -> None: ...
    def set_theme(self, choice: str) -> None: ...
    def set_language(self, language: Language) -> None: ...
    def leave(self) -> None: ...


def entries_of(app: Hands) -> Iterable[PaletteEntry]:
    """Everything that can be done now, the nearest first."""
    say = app.desk.say
    pane = app.stage.current
    for binding in pane.usable_bindings():
        run = partial(app.call_later, app.run_on, pane.NAME, binding.action)
        yield PaletteEntry(title=app.desk.texts.get(binding.description), about=say("palette.action"), run=run)
    for name in NAMES:
        run = partial(app.call_later, app.action_go, name)
        title = say("palette.go", screen=say(f"screen.{name}"))
        yield PaletteEntry(title=title, about=say(f"about.{name}"), run=run)
    for source in app.stage.query(".pane"):
        if isinstance(source, PaletteSource):
            yield from source.palette_entries()
    yield from _kept(app)
    yield from _things(app)
    yield PaletteEntry(title=say("key.app.help"), about=say("palette.help"), run=app.action_help)
    yield PaletteEntry(title=say("key.app.log"), about=say("palette.log"), run=app.action_log)
    for choice in CHOICES:
        run_look = partial(app.set_theme, choice)
        yield PaletteEntry(title=say(f"theme.{choice}"), about=say("palette.theme"), run=run_look)
    for language in Language:
        run_language = partial(app.set_language, language)
        yield PaletteEntry(title=say(f"language.{language}"), about=say("palette.language"), run=run_language)
    yield PaletteEntry(title=say("key.app.quit"), about=say("palette.quit"), run=app.leave)


def _kept(app: Hands) -> Iterable[PaletteEntry]:
    say = app.desk.say
    for name, filters in app.desk.settings.filters.items():
        if name in NAMES and not app.stage.query(f"#{name}"):  # one that is made offers its own
            for title, line in filters.items():
                run = partial(app.call_later, app.show_filtered, name, line)
                about = say("palette.filter", screen=say(f"screen.{name}"), line=line)
                yield PaletteEntry(title=title, about=about, run=run)


def _things(app: Hands) -> Iterable[PaletteEntry]:
    say, shop = app.desk.say, app.desk.shop
    for device in shop.devices.values():
        about = say("palette.device", serial=device.serial, profile=device.profile)
        run = partial(app.call_later, app.show_row, "devices", device.serial)
        yield PaletteEntry(title=device.employee or device.serial, about=about, run=run)
    wanted = {AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED}
    unsettled = (alert for alert in shop.alerts.values() if alert.status in wanted)
    worst = sorted(unsettled, key=lambda alert: (severity_rank(alert.severity), alert.raised_at), reverse=True)
    for alert in islice(worst, ALERTS_OFFERED):
        who = alert.employee or alert.device
        about = say("palette.alert", severity=say(f"severity.{alert.severity}"), who=who, id=alert.alert_id)
        run = partial(app.call_later, app.show_row, "alerts", alert.alert_id)
        yield PaletteEntry(title=alert.title, about=about, run=run)
