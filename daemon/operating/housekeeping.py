"""What is looked at every few seconds: commands whose time is over, files that are due, a disk that fills up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from adb_bridge.clock import Clock

from ..api.exit_codes import ExitCode
from ..archive.archive import Archive
from ..archive.errors import ArchiveError
from ..bus import Bus, HealthChanged
from ..errors import DaemonError
from ..logs import log_for
from ..media_store import MediaStore

_LOOK_S: Final = 5.0
_HEALTH_EVERY_S: Final = 15.0
_DROP_EVERY_S: Final = 24 * 3600.0


class Housekeeping:
    """One per daemon. `run` ends only by being cancelled, or with DaemonError(`archive.broken`)."""

    def __init__(
        self, *, archive: Archive, media: MediaStore, bus: Bus, clock: Clock, expire: Callable[[], Awaitable[None]]
    ) -> None:
        """`expire` ends commands whose time is over; it raises ArchiveError only."""
        self._archive = archive
        self._media = media
        self._bus = bus
        self._clock = clock
        self._expire = expire
        self._log = log_for("housekeeping")

    async def run(self) -> None:
        """Look, for ever."""
        told_s = self._clock.monotonic()
        dropped_s = float("-inf")
        was_full = False
        while True:
            if self._clock.monotonic() - dropped_s >= _DROP_EVERY_S:
                dropped_s = self._clock.monotonic()
                await self._media.drop_expired()
            if (is_full := self._archive.is_disk_full) is not was_full:
                was_full = is_full
                told_s = float("-inf")
                if is_full:
                    self._log.warning("disk.full")
                else:
                    self._log.info("disk.has_room")
            if self._clock.monotonic() - told_s >= _HEALTH_EVERY_S:
                told_s = self._clock.monotonic()
                self._bus.publish(HealthChanged())
            await asyncio.sleep(_LOOK_S)
            if not self._archive.is_writable:
                raise DaemonError("archive.broken", ExitCode.VAULT)
            try:
                await self._expire()
            except ArchiveError as error:
                self._log.warning("queue.trouble", code=error.code.value)
