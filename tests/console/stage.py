"""Runs the real app on a fake client and reads what is on its screen."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from console.app.access import AccessMode
from console.app.app import CATALOG, ShopwardenApp
from console.app.settings import Settings
from console.app.settings_file import SettingsKeeper
from console.app.widgets.live_list import LiveList
from daemon.api.texts import load_texts

from . import sample_shop as sample
from .fake_client import FakeClient

NARROW = (80, 24)
ROOMY = (120, 36)
CELL_PX = 12.2
LEAST_STEPS, MOST_STEPS = 3, 30
"""An answer may ask the next question."""
MOST_LOOKS = 50


@asynccontextmanager
async def running(
    client: FakeClient,
    *,
    language: str = "en",
    size: tuple[int, int] = ROOMY,
    mode: AccessMode = AccessMode.FULL,
    settings: Settings | None = None,
    keeper: SettingsKeeper | None = None,
    shop_name: str | None = None,
) -> AsyncIterator[tuple[ShopwardenApp, Pilot[int]]]:
    """The app, loaded and painted. Fails when any handler failed on the way."""
    app = ShopwardenApp(
        lambda: client,
        load_texts(language, CATALOG),
        mode=mode,
        settings=settings,
        keeper=keeper,
        now=lambda: sample.NOW,
        zone=sample.ZONE,
        shop_name=shop_name,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        yield app, pilot
        assert app.faults == []
    assert client.is_closed


async def settled(pilot: Pilot[int], seconds: float = 0.0) -> None:
    """Let calls come back and repaint what they changed, after `seconds` where a timer must fire first."""
    app = pilot.app
    assert isinstance(app, ShopwardenApp)
    await pilot.pause(seconds)
    for step in range(MOST_STEPS):
        await pilot.pause(0.01)
        app.repaint_now()
        is_calling = any(worker.group == "calls" and worker.is_running for worker in app.workers)
        if step >= LEAST_STEPS and not is_calling:
            break
    await pilot.pause()


async def shown(app: ShopwardenApp, pilot: Pilot[int], wanted: str) -> str:
    """The screen once it shows that, or as it is after many looks."""
    for _ in range(MOST_LOOKS):
        await settled(pilot, 0.1)
        if wanted in screen_text(app):
            break
    return screen_text(app)


async def typed(pilot: Pilot[int], text: str) -> None:
    """Type into the focused field, faster than by keys."""
    field = pilot.app.focused
    assert isinstance(field, Input)
    field.insert_text_at_cursor(text)
    await pilot.pause()


async def chosen(app: ShopwardenApp, pilot: Pilot[int], key: str, *keys: str) -> None:
    """Open the action menu (by `a`, unless it is open), go to a choice, press `keys` (enter)."""
    if not app.screen.query("#menu"):
        await pilot.press("a")
        await settled(pilot)
    app.screen.query_one("#menu", LiveList).move_to(key)
    await pilot.press(*(keys or ("enter",)))
    await settled(pilot)


def screen_lines(app: ShopwardenApp) -> tuple[str, ...]:
    """Every line of the screen as a person sees it."""
    strips = app.screen._compositor.render_strips(app.size)
    return tuple("".join(part.text for part in strip).rstrip() for strip in strips)


def screen_text(app: ShopwardenApp) -> str:
    """The same in one piece."""
    return "\n".join(screen_lines(app))


def picture_text(app: ShopwardenApp) -> str:
    """What a picture of the screen says, read back from the SVG with its columns."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in re.findall(
        r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', app.export_screenshot(), re.S
    ):
        plain = html.unescape(text).replace("\xa0", " ").rstrip("\n")
        rows.setdefault(float(y), []).append((float(x), plain))
    return "\n".join(_line(parts) for _, parts in sorted(rows.items()))


def _line(parts: list[tuple[float, str]]) -> str:
    line = ""
    for x, text in sorted(parts):
        line += " " * (round(x / CELL_PX) - cell_len(line)) + text
    return line.rstrip()
