"""Pings of systemd's watchdog, sent only while the daemon gets anywhere, and the line that `systemctl status` shows."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from adb_bridge.clock import Clock

from ..logs import log_for
from ..system import notify_systemd
from .progress import PATIENCE, Patience, Stuck, WriterState, stuck_part

LOOK_S: Final = 5.0
"""Between two looks, at most."""
_SHARE: Final = 3
"""So many looks in the time that systemd gives."""


def look_s(env: Mapping[str, str]) -> float:
    """Between two pings: a third of `WATCHDOG_USEC` when systemd named one, `LOOK_S` at most."""
    try:
        given_s = int(env.get("WATCHDOG_USEC", "")) / 1e6
    except ValueError:
        return LOOK_S
    return min(LOOK_S, given_s / _SHARE) if given_s > 0 else LOOK_S


async def ping_while_sealed(env: Mapping[str, str]) -> None:
    """Before the vault is open there is nothing but the loop that could hang. Ends only by being cancelled."""
    while True:
        notify_systemd("WATCHDOG=1", env)
        await asyncio.sleep(look_s(env))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """For the status line."""

    phones_online: int
    phones_enrolled: int
    is_disk_full: bool


class Watchdog:
    """One per daemon; `run` ends only by being cancelled. Without systemd it tells nobody."""

    def __init__(
        self,
        writer: WriterState,
        *,
        turned_s: Callable[[], Iterable[float]],
        standing: Callable[[], Standing],
        clock: Clock,
        env: Mapping[str, str],
        patience: Patience = PATIENCE,
    ) -> None:
        self._writer = writer
        self._turned_s = turned_s
        self._standing = standing
        self._clock = clock
        self._env = env
        self._patience = patience
        self._told: str | None = None
        self._log = log_for("watchdog")

    async def run(self) -> None:
        """Look and ping."""
        was: Stuck | None = None
        while True:
            stuck = stuck_part(self._writer, self._turned_s(), now_s=self._clock.monotonic(), patience=self._patience)
            if stuck is not was:
                was = stuck
                if stuck is None:
                    self._log.info("watchdog.going_on")
                else:
                    self._log.error("watchdog.stuck", code=stuck.value)
            self._tell(stuck)
            await asyncio.sleep(look_s(self._env))

    def _tell(self, stuck: Stuck | None) -> None:
        status = self._status(stuck)
        lines = [] if stuck is not None else ["WATCHDOG=1"]
        if status != self._told:
            self._told = status
            lines.append(f"STATUS={status}")
        if lines:
            notify_systemd("\n".join(lines), self._env)

    def _status(self, stuck: Stuck | None) -> str:
        standing = self._standing()
        words = [f"{standing.phones_online} of {standing.phones_enrolled} phones online"]
        if standing.is_disk_full:
            words.append("disk full: collecting waits")
        if stuck is not None:
            words.append(f"stuck: {stuck.value}")
        return "; ".join(words)
