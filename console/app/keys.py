"""How keys are declared: every binding has an id, and its description is the catalog key made from that id.

Every single-letter key has a control or function key beside it, because letters do not arrive under an input method.
"""

from typing import Protocol, runtime_checkable

from textual.binding import Binding


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
