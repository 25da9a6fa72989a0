"""How a person likes the console, and how it was started."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from daemon.api.shops import Door

from .access import AccessMode
from .ordering import Order


class Symbols(StrEnum):
    """Which characters may be drawn with."""

    UNICODE = "unicode"
    ASCII = "ascii"


class Mouse(StrEnum):
    """Whether the mouse is the console's or the terminal's."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When the bell is silent, on the console's clock; over midnight where it ends before it starts."""

    starts_at: time
    ends_at: time

    def holds(self, moment: time) -> bool:
        """Whether it is silent then."""
        if self.starts_at <= self.ends_at:
            return self.starts_at <= moment < self.ends_at
        return moment >= self.starts_at or moment < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A person's choices. Keys of `filters`, `sort` and `columns` are names of panes."""

    theme: str = "dark"
    language: str | None = None
    """None where nothing was chosen: then it is the start's."""
    symbols: Symbols = Symbols.UNICODE
    mouse: Mouse = Mouse.ON
    bell: QuietHours | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    """Id of a binding to its keys, as a comma list."""
    filters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Pane to the name of a saved filter to its line."""
    sort: Mapping[str, str] = field(default_factory=dict)
    """Pane to `Order.word`."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Pane to the keys of the columns that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortChange:
    """A list stands in another order."""

    pane: str
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsChange:
    """A list shows other columns."""

    pane: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChange:
    """A filter is saved under a name; without a line it is forgotten."""

    pane: str
    name: str
    line: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookChange:
    """Another theme or language; None leaves it."""

    theme: str | None = None
    language: str | None = None


SettingsChange = SortChange | ColumnsChange | FilterChange | LookChange


def changed_settings(settings: Settings, change: SettingsChange) -> Settings:
    """The settings after a choice."""
    match change:
        case SortChange(pane=pane, order=order):
            return replace(settings, sort={**settings.sort, pane: order.word})
        case ColumnsChange(pane=pane, columns=columns):
            return replace(settings, columns={**settings.columns, pane: columns})
        case FilterChange(pane=pane, name=name, line=line):
            kept = {known: text for known, text in settings.filters.get(pane, {}).items() if known != name}
            return replace(settings, filters={**settings.filters, pane: kept | ({} if line is None else {name: line})})
        case LookChange(theme=theme, language=language):
            return replace(settings, theme=theme or settings.theme, language=language or settings.language)
        case _:
            assert_never(change)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsProblem:
    """What is wrong with one line: a text of the catalog under `app.settings`."""

    text_key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions:
    """How the console is started."""

    socket: Door
    """Where the daemon is: its socket, or a shop elsewhere."""
    language: str
    """`en` or `zh`."""
    mode: AccessMode = AccessMode.FULL
    settings: Settings = field(default_factory=Settings)
    kept: Settings = field(default_factory=Settings)
    """What the file of settings says without the command line and the environment."""
    file: Path | None = None
    """Where choices are kept; None: nowhere."""
    problems: tuple[SettingsProblem, ...] = ()
    """What that file has that cannot be used; it is not written over then."""
    web_session: str | None = field(default=None, repr=False)
    """Token of the person in front of a browser; None at a terminal."""
