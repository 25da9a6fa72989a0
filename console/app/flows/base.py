"""What all flows share: the app they call through, the desk, and whom to tell what changed."""

from collections.abc import Callable

from ..calls import CallingApp
from ..desk import Desk
from ..shop import Part


class FlowBase:
    """Some of the actions of the console. `changed` is told which parts of the shop an answer touched."""

    def __init__(self, app: CallingApp, desk: Desk, changed: Callable[[Part], None]) -> None:
        self._app = app
        self._desk = desk
        self._changed = changed

    def explained(self, reason: str | None) -> bool:
        """Whether there is a reason why not; it is said then."""
        if reason is None:
            return False
        self._app.notify(reason, severity="warning")
        return True
