"""Writes the README's pictures: the real app on invented data of a jewellery shop, drawn by the app itself.

`python -m scripts.screenshots [FOLDER]` (default docs/images) makes console-NAME-{en,zh}.svg for each
screen, a phone's own and the setup. The pictures change only when the console does: clock, zone and data are fixed.
"""

import asyncio
import html
import os
import re
import sys
from pathlib import Path

from rich.cells import cell_len
from textual.widgets import Input

from console.app.app import CATALOG, ShopwardenApp
from console.setup.answers import Answers
from console.setup.desk import SetupDesk, Step
from console.setup.place import place_of
from console.setup.program import DaemonProgram
from console.setup.wizard import SetupApp
from daemon.api.texts import load_texts
from tests.console import sample_shop as sample
from tests.console.full_shop import FullShop

FOLDER = Path(__file__).parent.parent / "docs" / "images"
SIZE = (120, 36)
SCREENS = ("devices", "alerts", "events", "commands", "rules", "health", "audit")
SELECTED = {"devices": sample.LIN, "alerts": "al_0004", "events": "497"}
SETTLE_S = 0.6
STATE = Path("/var/lib/shopwarden")
CELL_PX = 12.2
FONTS = "Fira Code, DejaVu Sans Mono, Menlo, Consolas, Noto Sans Mono CJK SC, Noto Sans CJK SC, monospace"
RUNS = re.compile(r"[\xa0 ]+|[!-~]+|.", re.S)
"""Blanks, ASCII words, and every other character by itself: no font is trusted with its width."""


def on_the_grid(svg: str) -> str:
    """The same picture with every run of text at its cell, whatever font draws it, and nothing loaded from elsewhere.

    The export stretches each run to one cell a character, which squeezes Han characters into half their cells.
    """
    svg = re.sub(r"@font-face \{.*?\}\n?", "", svg, flags=re.S)
    svg = re.sub(r"font-family: Fira Code, monospace", f"font-family: {FONTS}", svg)
    return re.sub(r'<text class="([^"]*)" x="([\d.]+)" y="([\d.]+)"([^>]*)>(.*?)</text>', _split, svg, flags=re.S)


def _split(found: re.Match[str]) -> str:
    style, x, y, rest, text = found.groups()
    clip = "".join(re.findall(r' clip-path="[^"]*"', rest))
    at = float(x)
    made: list[str] = []
    for run in RUNS.findall(html.unescape(text)):
        cells = cell_len(run)
        if run.strip("\xa0 \n"):
            made.append(
                f'<text class="{style}" x="{at:.1f}" y="{y}" textLength="{cells * CELL_PX:.1f}"{clip}>'
                f"{html.escape(run)}</text>"
            )
        at += cells * CELL_PX
    return "".join(made)


async def photograph(language: str) -> dict[str, str]:
    """Name to SVG: the seven screens, a phone's own screen, and the setup."""
    texts = load_texts(language, CATALOG)
    client = FullShop(language)
    app = ShopwardenApp(lambda: client, texts, now=lambda: sample.NOW, zone=sample.ZONE)
    made: dict[str, str] = {}
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(SETTLE_S)
        for digit, name in enumerate(SCREENS, 1):
            await pilot.press(str(digit))
            await pilot.pause(SETTLE_S)
            if name in SELECTED:
                app.stage.current.table.move_to(SELECTED[name])
                await pilot.pause(SETTLE_S)
            made[name] = on_the_grid(app.export_screenshot(title="shopwarden"))
        await pilot.press("1", "enter")
        await pilot.pause(SETTLE_S)
        made["device"] = on_the_grid(app.export_screenshot(title="shopwarden"))
    return made | {"setup": await photograph_setup(language)}


async def photograph_setup(language: str) -> str:
    """The page that asks for what opens the vault."""
    texts = load_texts(language, CATALOG)
    place = place_of(STATE, STATE / "api.sock", {})
    answers = Answers(language=texts.language, timezone="Asia/Shanghai")
    desk = SetupDesk(
        texts=texts, place=place, answers=answers, open_program=lambda texts: DaemonProgram(place=place, texts=texts)
    )
    app = SetupApp(desk)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(SETTLE_S)
        await app.show_step(Step.KEY)
        app.page.query_one("#passphrase", Input).value = "jade ring behind the third counter"
        await pilot.pause(SETTLE_S)
        return on_the_grid(app.export_screenshot(title="shopwarden"))


def main(folder: Path) -> None:
    """All pictures in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("en", "zh"):
        for name, svg in asyncio.run(photograph(language)).items():
            path = folder / f"console-{name}-{language}.svg"
            path.write_text(svg, encoding="utf-8")
            print(os.path.relpath(path))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
