"""The keys that work right now, in the console's language."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from ..desk import Desk
from ..keys import Explains
from ..sturdy import Sturdy


class KeyFooter(Sturdy, Footer):
    """A footer of usable keys only: an action that would be refused now is not offered.

    Descriptions of our bindings are catalog keys, so that the language is chosen when they are shown.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._desk = desk

    def compose(self) -> ComposeResult:
        """One entry an action, by the first of its keys."""
        if not self._bindings_ready:
            return
        shown: set[str] = set()
        for node, binding, is_enabled, _ in self.screen.active_bindings.values():
            if not (binding.show and is_enabled) or binding.action in shown:
                continue
            if isinstance(node, Explains) and node.why_not(binding.action) is not None:
                continue
            shown.add(binding.action)
            yield self._key(binding)

    def _key(self, binding: Binding) -> FooterKey:
        texts = self._desk.texts
        description = texts.get(binding.description) if binding.description.startswith("app.") else binding.description
        return FooterKey(binding.key, self.app.get_key_display(binding), description, binding.action).data_bind(
            compact=Footer.compact
        )
