"""What is said aloud: the bell and a toast for grave alerts, a toast for the end of a command."""

import asyncio
from collections.abc import Callable
from typing import Final

from daemon.api.wire import Alert, AlertStatus, Command, CommandState, Severity

from .calls import CallingApp
from .desk import Desk
from .glyphs import severity_rank

BELL_EVERY_S: Final = 3.0
"""A burst of alerts rings once."""


class Announcer:
    """Told of live items only: what was there before the console came is on the screens, not in toasts."""

    def __init__(self, app: CallingApp, desk: Desk, is_watched: Callable[[], bool]) -> None:
        """`is_watched` tells whether the alerts are on the screen anyway: then the bell is enough."""
        self._app = app
        self._desk = desk
        self._is_watched = is_watched
        self._rang_at = -BELL_EVERY_S

    def announce_alert(self, alert: Alert) -> None:
        """Ring for an open alert of high severity or worse."""
        now = asyncio.get_running_loop().time()
        is_grave = severity_rank(alert.severity) >= severity_rank(Severity.HIGH)
        if not is_grave or alert.status is not AlertStatus.OPEN or now - self._rang_at < BELL_EVERY_S:
            return
        self._rang_at = now
        quiet = self._desk.settings.bell
        if quiet is None or not quiet.holds(self._desk.times.now().time()):
            self._app.bell()
        if self._is_watched():
            return
        who = alert.employee or alert.device
        self._app.notify(
            f"{who} · {alert.title}", title=self._desk.say(f"severity.{alert.severity}"), severity="error", timeout=8
        )

    def announce_command(self, command: Command) -> None:
        """Say how a command ended."""
        if not command.state.is_terminal:
            return
        desk = self._desk
        is_done = command.state is CommandState.ACKNOWLEDGED
        word = desk.say("command.read_back" if is_done else f"command.{command.state}")
        result = f" · {command.result_text}" if command.result_text else ""
        self._app.notify(
            f"{desk.shop.name_of(command.device)} · {desk.say(f'verb.{command.verb}')}: {word}{result}",
            severity="information" if is_done or command.state is CommandState.CANCELLED else "error",
        )
