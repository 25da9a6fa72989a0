"""Writes the tables of keys, `docs/console-keys.en.md` and `.zh.md`: `python -m scripts.cheat_sheet`.

`--check` writes nothing and fails when a table is not what the bindings say.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from textual.binding import Binding
from textual.keys import format_key

from console.app.app import CATALOG, ShopwardenApp
from console.app.dialogs.alert import AlertDialog
from console.app.dialogs.columns import ColumnsDialog
from console.app.dialogs.device import DeviceScreen
from console.app.dialogs.dialog import Dialog, SafeButton
from console.app.dialogs.explain import ExplainScreen
from console.app.dialogs.figures import FiguresScreen
from console.app.dialogs.page import PageDialog
from console.app.dialogs.rescans import RescansScreen
from console.app.dialogs.timeline import TimelineScreen
from console.app.dialogs.trial import TrialScreen
from console.app.panes.frame import PaneFrame
from console.app.panes.item_pane import ItemPane
from console.app.panes.pane import Pane
from console.app.panes.registry import PANES
from console.app.widgets.live_list import LiveList
from daemon.api.texts import Texts, load_texts

ROOT = Path(__file__).parents[1]
SHEETS = {language: ROOT / "docs" / f"console-keys.{language}.md" for language in ("en", "zh")}
_SHARED = (PaneFrame, Pane, ItemPane)
_PLACES: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("everywhere", (ShopwardenApp,)),
    ("lists", (LiveList, *_SHARED)),
)
_DIALOGS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("dialog", (Dialog, SafeButton, PageDialog)),
    ("alert", (AlertDialog,)),
    ("device", (DeviceScreen,)),
    ("timeline", (TimelineScreen,)),
    ("explain", (ExplainScreen,)),
    ("trial", (TrialScreen,)),
    ("rescans", (RescansScreen,)),
    ("figures", (FiguresScreen,)),
    ("columns", (ColumnsDialog,)),
)


def sheet(language: str) -> str:
    """The whole file."""
    texts = load_texts(language, CATALOG)
    parts = [f"# {texts.get('app.sheet.title')}", texts.get("app.sheet.about")]
    for name, kinds in _PLACES:
        parts.append(_section(texts.get(f"app.sheet.{name}"), _bindings(kinds), texts))
    for number, pane in enumerate(PANES, 1):
        own = tuple(kind for kind in pane.__mro__ if issubclass(kind, PaneFrame) and kind not in _SHARED)
        parts.append(_section(f"{number} {texts.get(f'app.screen.{pane.NAME}')}", _bindings(own), texts))
    for name, kinds in _DIALOGS:
        parts.append(_section(texts.get(f"app.sheet.{name}"), _bindings(kinds), texts))
    return "\n\n".join(part for part in parts if part) + "\n"


def main() -> int:
    """Write both, or tell which differs."""
    checks = "--check" in sys.argv[1:]
    status = 0
    for language, path in SHEETS.items():
        text = sheet(language)
        if not checks:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{path.name}: run python -m scripts.cheat_sheet\n")
            status = 1
    return status


def _bindings(kinds: Iterable[type]) -> Iterator[Binding]:
    for kind in kinds:
        for binding in kind.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.description.startswith("app.key."):
                yield binding


def _section(title: str, bindings: Iterable[Binding], texts: Texts) -> str:
    rows: dict[tuple[str, str], list[str]] = {}
    for binding in bindings:
        name = (binding.id or binding.action, texts.get(binding.description))
        keys = [_shown(key) for key in binding.key.split(",")]
        rows.setdefault(name, []).extend(key for key in keys if key not in rows.get(name, ()))
    if not rows:
        return ""
    titles = " | ".join(texts.get(f"app.sheet.{name}") for name in ("keys", "does", "id"))
    head = f"| {titles} |\n|---|---|---|"
    lines = (f"| {' '.join(keys)} | {told} | `{id_}` |" for (id_, told), keys in rows.items())
    return f"## {title}\n\n{head}\n" + "\n".join(lines)


def _shown(key: str) -> str:
    """As it stands on a keyboard."""
    *held, last = key.strip().split("+")
    named = format_key(last).replace("|", "\\|")
    named = named.upper() if named[:1] == "f" and named[1:].isdecimal() else named
    return "<kbd>" + "+".join([part.capitalize() for part in held] + [named]) + "</kbd>"


if __name__ == "__main__":
    sys.exit(main())
