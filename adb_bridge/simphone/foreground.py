"""Which app is in front, and the log lines that tell."""

import asyncio
from collections.abc import Callable

from .apps import App


class Foreground:
    """The front app. An app that a person used leaves for the launcher after `linger_s` seconds."""

    def __init__(self, *, launcher: App, sdk: int, linger_s: float, emit: Callable[[str, str], None]) -> None:
        self.current = launcher
        self._launcher = launcher
        self._tag = "wm_set_resumed_activity" if sdk >= 29 else "am_set_resumed_activity"
        self._linger_s = linger_s
        self._emit = emit
        self._leaving: asyncio.TimerHandle | None = None

    def use(self, app: App) -> None:
        """A person opens `app` (or goes on using it). Without a running loop it leaves at once."""
        self.cancel()
        self._resume(app)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._resume(self._launcher)
            return
        self._leaving = loop.call_later(self._linger_s, self._resume, self._launcher)

    def stay(self, app: App) -> None:
        """`app` comes to the front and stays there until something else does."""
        self.cancel()
        self._resume(app)

    def cancel(self) -> None:
        """Forget a pending return to the launcher."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _resume(self, app: App) -> None:
        if app is self.current:
            return
        self.current = app
        self._emit(self._tag, f"[0,{app.activity},resumeTopActivityInnerLocked]")
