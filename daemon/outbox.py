"""From a commit to the open streams: alerts first, then the word that the ledger grew.

Alerts wait in the archive's outbox until they were told, so a crash between commit and telling loses none.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from .archive.archive import Archive
from .bus import AlertChanged, Bus, LedgerGrew
from .events import Committed
from .supervise import Supervision

_PAGE = 500


class Outbox:
    """One per daemon."""

    def __init__(
        self, archive: Archive, bus: Bus, hand_over: Callable[[Sequence[str]], Awaitable[None]] | None = None
    ) -> None:
        """`hand_over`: takes the alerts on before they are forgotten here; the same ones again after a crash."""
        self._archive = archive
        self._bus = bus
        self._takers = [] if hand_over is None else [hand_over]
        self._told: set[str] = set()
        self._wake = asyncio.Event()
        self._wake.set()  # what a former run left untold

    def hand_over_to(self, take: Callable[[Sequence[str]], Awaitable[None]]) -> None:
        """One more, after the others."""
        self._takers.append(take)

    def committed(self, committed: Committed) -> None:
        """After every ingest; never waits."""
        for alert_id in committed.new_alert_ids:
            self._told.add(alert_id)
            self._bus.publish(AlertChanged(alert_id))
        if committed.new_alert_ids:
            self._wake.set()
        if committed.new_events:
            self._bus.publish(LedgerGrew(committed.ledger_size))

    async def run(self, supervision: Supervision) -> None:
        """For ever: tell what was not told, and mark it."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while waiting := await self._archive.take_outbox(_PAGE):
                for alert_id in waiting:
                    if alert_id not in self._told:
                        self._told.add(alert_id)
                        self._bus.publish(AlertChanged(alert_id))
                for take in self._takers:
                    await take(waiting)
                await self._archive.mark_outbox_sent(waiting)
                self._told.difference_update(waiting)
            supervision.well()
