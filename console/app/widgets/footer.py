"""The keys that work right now, in one line and in the console's language."""

from textual import events
from textual.binding import Binding
from textual.screen import Screen

from ...safe_text import SafeContent, joined, safe_text
from ..desk import Desk
from ..keys import Explains
from .note import Note

HELP = "app.help"
"""The binding that stays when the line is too short for all."""


class KeyFooter(Note):
    """Usable keys only: an action that would be refused now is not offered. A click presses the key.

    Descriptions of our bindings are catalog keys, so that the language is chosen when they are shown.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="footer")
        self._desk = desk
        self._ends: list[tuple[int, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def on_resize(self, event: events.Resize) -> None:
        self.refresh_keys()

    def on_click(self, event: events.Click) -> None:
        for end, key in self._ends:
            if event.x < end:
                self.app.simulate_key(key)
                return

    def refresh_keys(self) -> None:
        """Draw it anew from the bindings of the focused widget and those around it."""
        if not self.is_attached or self.app.screen is not self.screen:
            return
        bindings = self._usable()
        drawn = [self._drawn(binding) for binding in bindings]
        while len(drawn) > 1 and sum(part.cell_length for part in drawn) > self.size.width:
            position = len(drawn) - 1 if bindings[-1].id != HELP else len(drawn) - 2
            del drawn[position], bindings[position]
        at = 0
        self._ends = []
        for binding, part in zip(bindings, drawn, strict=True):
            at += part.cell_length
            self._ends.append((at, binding.key))
        self.show(joined(drawn))

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.call_after_refresh(self.refresh_keys)

    def _usable(self) -> list[Binding]:
        """One binding an action, by the first of its keys; help last."""
        usable: dict[str, Binding] = {}
        for node, binding, is_enabled, _ in self.screen.active_bindings.values():
            if not (binding.show and is_enabled and binding.description.startswith("app.")):
                continue
            if isinstance(node, Explains) and node.why_not(binding.action) is not None:
                continue
            usable.setdefault(binding.action, binding)
        return sorted(usable.values(), key=lambda binding: binding.id == HELP)

    def _drawn(self, binding: Binding) -> SafeContent:
        key = safe_text(f" {self.app.get_key_display(binding)} ", "bold $text-accent")
        return joined((key, safe_text(self._desk.texts.get(binding.description) + " ")))
