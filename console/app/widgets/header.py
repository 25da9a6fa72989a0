"""The two lines on top: the shop at a glance, and the screens behind the digits."""

from textual import events
from textual.message import Message

from daemon.api.links import LinkOffline, LinkRefused
from daemon.api.wire import Role

from ...safe_text import SafeContent, cut, joined, safe_text
from ..access import AccessMode
from ..desk import Desk
from ..glyphs import severity_counts
from ..shop import Part
from ..trouble import SEALED
from .note import Note

_LEAST_TEXT = 12
SHOP_CELLS = 16
CLOCK_TOLD_S = 60


class HeaderBar(Note):
    """Store, link, open alerts, pending commands, role. The least important goes first when it is narrow."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="header")
        self._desk = desk

    def refresh_shop(self) -> None:
        """Draw it anew from the shop."""
        desk = self._desk
        shop = desk.shop
        store = safe_text(shop.hello.store if shop.hello else desk.say("name"), "bold")
        pieces: list[tuple[int, SafeContent]] = [(0, cut(store, max(self.size.width // 4, _LEAST_TEXT)))]
        if desk.shop_name is not None:
            pieces.append((0, cut(desk.line("header.shop", "bold $text-accent", name=desk.shop_name), SHOP_CELLS)))
        pieces.append((0, self._link()))
        if not shop.is_online and shop.lost_at is not None:
            age = desk.times.age(shop.lost_at)
            pieces.append((1, desk.line("header.data_age", "bold $text-warning", age=age)))
        if Part.ALERTS in shop.loaded:
            pieces.append((0, severity_counts(shop.open_alerts(), desk.texts)))
        pending = len(shop.pending_commands())
        if pending:
            pieces.append((1, desk.line("header.pending", "$text-warning", n=pending)))
        if shop.hello is not None:
            role_style = "" if shop.hello.role is not Role.AUDITOR else "$muted"
            pieces.append((3, desk.line("header.role", role_style, role=desk.role_word())))
        if desk.mode is AccessMode.READ_ONLY:
            pieces.append((1, desk.line("header.read_only", "bold $text-warning")))
        if shop.health is not None and not shop.health.is_collecting:
            pieces.append((1, desk.line("header.not_collecting", "bold $text-error")))
        if (clock := self._clock()) is not None:
            pieces.append((2, clock))
        self.show(self._fitting(pieces))

    def on_resize(self, event: events.Resize) -> None:
        self.refresh_shop()

    def _link(self) -> SafeContent:
        match self._desk.shop.link:
            case None:
                return self._desk.line("link.connecting", "$muted")
            case LinkOffline():
                return self._desk.line("link.offline", "bold $text-error")
            case LinkRefused(error=error) if error.code == SEALED:
                return self._desk.line("link.sealed", "bold $text-warning")
            case LinkRefused():
                return self._desk.line("link.refused", "bold $text-error")
            case _:
                return self._desk.line("link.online", "$text-success")

    def _clock(self) -> SafeContent | None:
        """The worst clock there is, the daemon's before those of phones: wrong times make wrong histories."""
        desk, shop = self._desk, self._desk.shop
        if abs(shop.clock_ahead_s) > CLOCK_TOLD_S:
            age = desk.times.span(int(abs(shop.clock_ahead_s)))
            return desk.line("header.clock", "bold $text-warning", age=age)
        off = {serial: abs(device.clock_offset_ms or 0) // 1000 for serial, device in shop.devices.items()}
        worst = max(off, key=off.__getitem__, default=None)
        if worst is None or off[worst] <= CLOCK_TOLD_S:
            return None
        who, age = shop.name_of(worst), desk.times.span(off[worst])
        return desk.line("header.phone_clock", "$text-warning", who=who, age=age)

    def _fitting(self, pieces: list[tuple[int, SafeContent]]) -> SafeContent:
        room = max(self.size.width - 2, 1)
        while len(pieces) > 1:
            line = joined(part for number, (_, piece) in enumerate(pieces) for part in _spaced(number, piece))
            if line.cell_length <= room:
                return line
            worst = max(reversed(pieces), key=lambda piece: piece[0])
            if worst[0] == 0:
                return cut(line, room)
            pieces.remove(worst)
        return cut(pieces[0][1], room)


def _spaced(number: int, piece: SafeContent) -> tuple[SafeContent, ...]:
    return (safe_text("  │  ", "$muted"), piece) if number else (piece,)


class ScreenTabs(Note):
    """The screens with their digits; a click goes there."""

    class Picked(Message):
        """A click on a screen's name."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, desk: Desk, names: tuple[str, ...]) -> None:
        super().__init__(id="tabs")
        self._desk = desk
        self._names = names
        self._ends: list[tuple[int, str]] = []

    def refresh_tabs(self, current: str) -> None:
        """Draw it anew; `current` is the screen that is shown."""
        parts: list[SafeContent] = []
        self._ends = []
        at = 0
        for number, name in enumerate(self._names, start=1):
            style = "bold reverse" if name == current else ""
            tab = safe_text(f" {number} {self._desk.say(f'screen.{name}')} ", style)
            parts.extend((tab, safe_text(" ")))
            at += tab.cell_length + 1
            self._ends.append((at, name))
        self.show(joined(parts))

    def on_click(self, event: events.Click) -> None:
        for end, name in self._ends:
            if event.x - 1 < end:
                self.post_message(self.Picked(name))
                return
