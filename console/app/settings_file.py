"""Where a person's choices are kept: one TOML file, read at the start, written when a choice is made.

A wrong line never keeps the console from starting: it is told and the rest counts. A file with a wrong line is not
written over.
"""

import json
import os
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from daemon.api.texts import Language

from .settings import Mouse, QuietHours, Settings, SettingsChange, SettingsProblem, Symbols, changed_settings
from .theme_names import THEMES

VARIABLE: Final = "SHOPWARDEN_CONSOLE_CONFIG"
THEME_VARIABLE: Final = "SHOPWARDEN_THEME"
HEAD: Final = "# Choices made in the console. It writes this file anew at each choice: comments are not kept.\n"
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "theme": THEMES,
    "language": tuple(Language),
    "symbols": tuple(Symbols),
    "mouse": tuple(Mouse),
}
_TABLES: Final = ("bell", "keys", "filters", "sort", "columns")
_BELL: Final = ("quiet_from", "quiet_to")


def settings_path(env: Mapping[str, str]) -> Path:
    """$SHOPWARDEN_CONSOLE_CONFIG, else shopwarden/console.toml below $XDG_CONFIG_HOME or ~/.config."""
    if named := env.get(VARIABLE):
        return Path(named)
    home = env.get("XDG_CONFIG_HOME") or str(Path(env.get("HOME") or "~").expanduser() / ".config")
    return Path(home) / "shopwarden" / "console.toml"


def read_settings(path: Path) -> tuple[Settings, tuple[SettingsProblem, ...]]:
    """What the file says, as far as it can be used, and what cannot. No file is no problem."""
    try:
        table: Mapping[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), ()
    except tomllib.TOMLDecodeError as error:
        return Settings(), (SettingsProblem(text_key="not_toml", values={"why": str(error)}),)
    except (OSError, UnicodeDecodeError) as error:
        return Settings(), (SettingsProblem(text_key="unreadable", values={"why": type(error).__name__}),)
    reading = _Reading(table)
    return reading.settings(), tuple(reading.problems)


def write_settings(path: Path, settings: Settings) -> bool:
    """Replace the file in one step, for its owner's eyes only; False when the disk does not let us."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".console-", suffix=".toml")
    except OSError:
        return False
    made = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(settings_text(settings))
        made.replace(path.resolve())
    except OSError:
        made.unlink(missing_ok=True)
        return False
    return True


class SettingsKeeper:
    """Adds each choice to what the file says. What was asked for one start only (a flag) is not kept."""

    def __init__(self, path: Path, kept: Settings, problems: Sequence[SettingsProblem]) -> None:
        self._path = path
        self._kept = kept
        self._is_whole = not problems

    def keep(self, change: SettingsChange) -> bool:
        """False when it is not on the disk: it was not to be written, or the file has a line of a person in it that we
        do not understand."""
        self._kept = changed_settings(self._kept, change)
        return self._is_whole and write_settings(self._path, self._kept)


def settings_text(settings: Settings) -> str:
    """The file that says just this."""
    default = Settings()
    lines = [
        f"{name} = {_quoted(str(value))}"
        for name, value, usual in (
            ("theme", settings.theme, default.theme),
            ("language", settings.language, default.language),
            ("symbols", settings.symbols, default.symbols),
            ("mouse", settings.mouse, default.mouse),
        )
        if value is not None and value != usual
    ]
    if settings.bell is not None:
        hours = (settings.bell.starts_at, settings.bell.ends_at)
        pairs = zip(_BELL, hours, strict=True)
        lines += ["", "[bell]", *(f"{name} = {_quoted(at.strftime('%H:%M'))}" for name, at in pairs)]
    lines += _table("keys", settings.keys)
    for pane, filters in settings.filters.items():
        lines += _table(f"filters.{_quoted(pane)}", filters)
    lines += _table("sort", settings.sort)
    if settings.columns:
        lines += ["", "[columns]"]
        for pane, names in settings.columns.items():
            lines.append(f"{_quoted(pane)} = [{', '.join(map(_quoted, names))}]")
    return HEAD + "\n".join(lines) + "\n"


def _table(name: str, pairs: Mapping[str, str]) -> list[str]:
    return ["", f"[{name}]", *(f"{_quoted(key)} = {_quoted(value)}" for key, value in pairs.items())] if pairs else []


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class _Reading:
    """One reading of one file; collects what is wrong on the way."""

    def __init__(self, table: Mapping[str, object]) -> None:
        self._table = table
        self.problems: list[SettingsProblem] = []

    def settings(self) -> Settings:
        self._refuse_others("", self._table, (*_WORDS, *_TABLES))
        settings = Settings(
            keys=self._strings("keys", self._table.get("keys")),
            sort=self._strings("sort", self._table.get("sort")),
            filters={
                pane: self._strings(f"filters.{pane}", lines)
                for pane, lines in self._mapping("filters", self._table.get("filters")).items()
            },
            columns=self._columns(),
            bell=self._bell(),
        )
        if (theme := self._word("theme")) is not None:
            settings = replace(settings, theme=theme)
        if (symbols := self._word("symbols")) is not None:
            settings = replace(settings, symbols=Symbols(symbols))
        if (mouse := self._word("mouse")) is not None:
            settings = replace(settings, mouse=Mouse(mouse))
        return replace(settings, language=self._word("language"))

    def _word(self, name: str) -> str | None:
        value = self._table.get(name)
        if value is None or (isinstance(value, str) and value in _WORDS[name]):
            return str(value) if value is not None else None
        self._tell("not_a_choice", name=name, value=_shown(value), choices=" ".join(_WORDS[name]))
        return None

    def _bell(self) -> QuietHours | None:
        table = self._strings("bell", self._table.get("bell"))
        self._refuse_others("bell.", table, _BELL)
        if not table:
            return None
        hours: list[time] = []
        for name in _BELL:
            try:
                hours.append(time.fromisoformat(table.get(name, "")))
            except ValueError:
                self._tell("not_a_time", name=f"bell.{name}", value=_shown(table.get(name, "")))
        return QuietHours(starts_at=hours[0], ends_at=hours[1]) if len(hours) == len(_BELL) else None

    def _columns(self) -> Mapping[str, tuple[str, ...]]:
        columns: dict[str, tuple[str, ...]] = {}
        for pane, names in self._mapping("columns", self._table.get("columns")).items():
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                columns[pane] = tuple(map(str, names))
            else:
                self._tell("not_a_list", name=f"columns.{pane}")
        return columns

    def _strings(self, name: str, value: object) -> Mapping[str, str]:
        pairs: dict[str, str] = {}
        for key, line in self._mapping(name, value).items():
            if isinstance(line, str):
                pairs[key] = line
            else:
                self._tell("not_a_text", name=f"{name}.{key}")
        return pairs

    def _mapping(self, name: str, value: object) -> Mapping[str, object]:
        if value is None or isinstance(value, dict):
            return value or {}
        self._tell("not_a_table", name=name)
        return {}

    def _refuse_others(self, lead: str, table: Iterable[str], known: Sequence[str]) -> None:
        for name in table:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                self._tell("unknown_key", name=_shown(lead + name), near=f"{lead}{near[0] if near else known[0]}")

    def _tell(self, text_key: str, **values: str) -> None:
        self.problems.append(SettingsProblem(text_key=text_key, values=values))


def _shown(value: object) -> str:
    return str(value)[:60]
