"""The command palette: screens, actions that work now, phones, themes and languages, all in the console's language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from ..plain_text import clean_line
from ..safe_text import SafeContent, lines, safe_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteEntry:
    """One thing the palette can do."""

    title: str
    about: str
    run: Callable[[], object]


@runtime_checkable
class PaletteSource(Protocol):
    """Whoever offers entries: the app, and any pane that has some of its own, whether it is shown or not."""

    def palette_entries(self) -> Iterable[PaletteEntry]:
        """What can be done now."""


@runtime_checkable
class OffersEntries(PaletteSource, Protocol):
    """The app, as far as the palette knows it."""

    def palette_no_match(self) -> str: ...


class ConsolePalette(CommandPalette):
    """Textual's palette with our placeholder."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, id="--command-palette")


class ConsoleCommands(Provider):
    """All entries; a query that matches none says so itself, since Textual would say it in English."""

    async def discover(self) -> Hits:
        for entry in self._entries():
            yield DiscoveryHit(_shown(entry), entry.run, text=clean_line(entry.title))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        found = False
        for entry in self._entries():
            title = clean_line(entry.title)
            score = max(matcher.match(title), matcher.match(clean_line(entry.about)) * 0.5)
            if query.casefold() in title.casefold():
                score = max(score, 1.0)
            if score > 0:
                found = True
                yield Hit(score, _shown(entry), entry.run, text=title)
        if not found and isinstance(self.app, OffersEntries):
            nothing = self.app.palette_no_match()
            yield Hit(0.01, safe_text(nothing, "$muted"), _nothing, text=nothing)

    def _entries(self) -> tuple[PaletteEntry, ...]:
        app = self.app
        return tuple(app.palette_entries()) if isinstance(app, OffersEntries) else ()


def _shown(entry: PaletteEntry) -> SafeContent:
    return lines((safe_text(entry.title), safe_text(entry.about, "$muted")))


def _nothing() -> None:
    """There is nothing to do for a query that matches nothing."""
