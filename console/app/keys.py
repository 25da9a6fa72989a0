"""How keys are declared: every binding has an id, and its description is the catalog key made from that id.

Every single-letter key has a control or function key beside it, because letters do not arrive under an input method.
"""

from typing import Protocol, runtime_checkable

from textual.binding import Binding
from textual.screen import Screen

from daemon.api.texts import Texts


@runtime_checkable
class Explains(Protocol):
    """A widget that can say why one of its actions is not possible now."""

    def why_not(self, action: str) -> str | None:
        """The reason in words, None when the action is possible. `action` as in the binding."""


def key(keys: str, action: str, id: str) -> Binding:
    """A binding that the footer offers. `keys` is a comma list, the first is displayed."""
    return Binding(keys, action, f"app.key.{id}", id=id)


def quiet(keys: str, action: str, id: str) -> Binding:
    """A binding that only the help lists."""
    return Binding(keys, action, f"app.key.{id}", id=id, show=False)


def everywhere(keys: str, action: str, id: str) -> Binding:
    """A binding of the app, taken before any widget; for function and control keys only."""
    return Binding(keys, action, f"app.key.{id}", id=id, priority=True)


ALERT_KEYS = (
    key("a,f7", "acknowledge", "alerts.acknowledge"),
    key("x,f8", "resolve", "alerts.resolve"),
    key("v,f9", "reveal", "reveal"),
    key("t,f6", "timeline", "timeline"),
    key("i,alt+i", "assign", "alerts.assign"),
    key("n,alt+n", "note", "alerts.note"),
    key("u,alt+u", "reopen", "alerts.reopen"),
    key("z,alt+z", "suppress", "alerts.suppress"),
)
"""What can be done with an alert, the same in the list and in its dialog."""

COMMAND_KEYS = (
    key("x,f8", "cancel_command", "commands.cancel"),
    key("v,f6", "approve_command", "commands.approve"),
    key("n,alt+n", "reject_command", "commands.reject"),
    key("d,f9", "decide_command", "commands.decide"),
    key("R,alt+r", "retry_command", "commands.retry"),
)
"""What can be done with a command, the same in the list and on its page."""


def keys_of(screen: Screen[object], texts: Texts) -> tuple[tuple[str, str], ...]:
    """Every key that works on a screen now with what it does; all keys of one action together, the nearest first."""
    keys: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for _, binding, is_enabled, _ in screen.active_bindings.values():
        if is_enabled and binding.description.startswith("app.key."):
            shown = screen.app.get_key_display(binding)
            if shown not in keys.setdefault(binding.action, []):
                keys[binding.action].append(shown)
            words[binding.action] = texts.get(binding.description)
    return tuple((" / ".join(keys[action]), words[action]) for action in keys)
