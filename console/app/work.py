"""Work that takes a while: how far it is, and how it is stopped."""

from collections.abc import Awaitable, Callable

from ..safe_text import SafeContent

Cancel = Callable[[], Awaitable[None]]


class LongWork:
    """One piece of it. The job that gets it tells its progress; the banner shows it, escape stops it."""

    def __init__(self, title: SafeContent, changed: Callable[[], None], cancel: Cancel | None = None) -> None:
        """`cancel` tells whoever does the work (the daemon) to stop; without it only the waiting ends."""
        self.title = title
        self.done = 0
        self.total: int | None = None
        """None where nobody knows how much there is."""
        self.is_cancelled = False
        self.cancel = cancel
        self._changed = changed

    def step(self, done: int, total: int | None = None) -> None:
        """So much is done by now."""
        self.done = done
        self.total = self.total if total is None else total
        self._changed()
