"""Writes the README's pictures: the real app on invented data of a jewellery shop, drawn by the app itself.

`python -m scripts.screenshots [FOLDER]` (default docs/images) makes console-{devices,alerts,events}-{en,zh}.svg. The
pictures change only when the console does: clock, zone and data are fixed.
"""

import asyncio
import html
import os
import re
import sys
from pathlib import Path

from rich.cells import cell_len

from console.app.app import CATALOG, ShopwardenApp
from daemon.api.texts import load_texts
from tests.console import sample_shop as sample
from tests.console.fake_client import FakeClient

FOLDER = Path(__file__).parent.parent / "docs" / "images"
SIZE = (118, 32)
SCREENS = {"devices": "1", "alerts": "2", "events": "3"}
SELECTED = {"devices": sample.LIN, "alerts": "al_0004", "events": "497"}
SETTLE_S = 0.6
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
    """Screen name to SVG."""
    client = FakeClient(language=language)
    client.device_list, client.alert_list = sample.many_devices(language), list(sample.many_alerts(language))
    client.command_list = [sample.command(2, device=sample.HE, requested_at=sample.ago(minutes=2))]
    texts = load_texts(language, CATALOG)
    app = ShopwardenApp(lambda: client, texts, now=lambda: sample.NOW, zone=sample.ZONE)
    made: dict[str, str] = {}
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(SETTLE_S)
        for name, key in SCREENS.items():
            await pilot.press(key)
            await pilot.pause(SETTLE_S)
            app.stage.current.table.move_to(SELECTED[name])
            await pilot.pause(SETTLE_S)
            made[name] = on_the_grid(app.export_screenshot(title="shopwarden"))
    return made


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
