"""Every screen as it was last looked at by a person: three sizes, both languages, seven screens and the dialogs.

`SHOPWARDEN_WRITE_SNAPSHOTS=1 pytest tests/console/test_snapshots.py` writes them anew; look at the difference before it
is committed. They are text, because a picture changes with every version of what draws it.
"""

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app.app import ShopwardenApp
from daemon.api.texts import Language

from . import sample_shop as sample
from .full_shop import FullShop
from .stage import running, screen_lines, settled

FOLDER = Path(__file__).parent / "snapshots"
SIZES = ((80, 24), (120, 36), (160, 48))
DIALOG_SIZES = SIZES[:1]
"""They are one width in all larger ones."""
SCREENS = ("devices", "alerts", "events", "commands", "rules", "health", "audit")
SELECTED = {"devices": sample.LIN, "alerts": "al_0004", "events": "497", "commands": "cm_0009"}
DIALOGS = {
    "help": ("2", "question_mark"),
    "device": ("1", "enter"),
    "menu": ("1", "a"),
    "lock": ("1", "l"),
    "reveal": ("2", "v"),
    "resolve": ("2", "x"),
    "assign": ("2", "i"),
    "columns": ("1", "o"),
    "explain": ("5", "e"),
    "wipe": ("1", "a", "end", "enter"),
    "consoles": ("6", "c"),
    "intercepts": ("6", "i"),
}
WIDE_DIALOGS = {
    "batches": ("4", "b"),
    "command": ("4", "enter"),
    "delivery": ("6", "d"),
    "leavings": ("1", "L"),
}
"""They take the whole terminal."""
IS_WRITING = "SHOPWARDEN_WRITE_SNAPSHOTS" in os.environ


class Album:
    """Compares with the files, or writes them."""

    def __init__(self) -> None:
        self.different: list[str] = []
        self.seen: set[str] = set()

    def put(self, name: str, app: ShopwardenApp) -> None:
        text = "\n".join(screen_lines(app)) + "\n"
        file = FOLDER / f"{name}.txt"
        self.seen.add(name)
        if IS_WRITING:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            self.different.append(f"{file}\n{text}")


async def shown(app: ShopwardenApp, pilot: Pilot[int], *keys: str) -> None:
    for one in keys:
        await pilot.press(one)
        await pilot.pause(0.01)
        pane = app.stage.current
        if app.screen is app.stage and pane.NAME in SELECTED:
            pane.table.move_to(SELECTED[pane.NAME])
    await settled(pilot)


async def closed(app: ShopwardenApp, pilot: Pilot[int]) -> None:
    for _ in range(4):
        if app.screen is app.stage:
            return
        await pilot.press("escape")
        await settled(pilot)
    raise AssertionError(app.screen)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_every_screen_looks_as_it_did() -> None:
    album = Album()
    async with running(FullShop("en"), language="en", size=SIZES[0]) as (app, pilot):
        for language in Language:
            app.set_language(language)
            await settled(pilot, 0.3)
            for size in SIZES:
                await pilot.resize_terminal(*size)
                await settled(pilot, 0.1)
                place = f"{size[0]}x{size[1]}-{language}"
                for digit, name in enumerate(SCREENS, 1):
                    await shown(app, pilot, str(digit))
                    album.put(f"{place}/{name}", app)
                dialogs = WIDE_DIALOGS | (DIALOGS if size in DIALOG_SIZES else {})
                for name, keys in dialogs.items():
                    await shown(app, pilot, *keys)
                    assert app.screen is not app.stage, (place, name)
                    album.put(f"{place}/{name}", app)
                    await closed(app, pilot)
    assert album.different == [], "\n".join(album.different)
    known = {str(file.relative_to(FOLDER).with_suffix("")) for file in FOLDER.rglob("*.txt")}
    assert known == album.seen
