"""A cable whose phone does not answer: adb holds on to it as offline until somebody drops and opens it again.

Rules:
1. A cable that is offline for `PATIENCE_S` is reset, and again after `AGAIN_S` as long as it is offline.
2. Network connections have their own rules, see `adb_bridge.reconnect`.
"""

import asyncio
from typing import Final

from adb_bridge.carrier import Carrier
from adb_bridge.errors import AdbBridgeError
from adb_bridge.identity import carrier_of
from adb_bridge.records import AdbState, TransportSerial

from .logs import log_for
from .phone_link import PhoneLink

PATIENCE_S: Final = 10.0
AGAIN_S: Final = 60.0


class Cables:
    """One per daemon."""

    def __init__(self, link: PhoneLink) -> None:
        self._link = link
        self._log = log_for("cables")
        self._waiting: dict[TransportSerial, asyncio.Task[None]] = {}

    def take(self, states: dict[TransportSerial, AdbState]) -> None:
        """Adb's list, whenever it changes."""
        for name in [name for name in self._waiting if states.get(name) is not AdbState.OFFLINE]:
            self._waiting.pop(name).cancel()
        for name, state in states.items():
            if state is AdbState.OFFLINE and carrier_of(name) is Carrier.CABLE and name not in self._waiting:
                self._waiting[name] = asyncio.create_task(self._reset(name))

    async def close(self) -> None:
        """Leave them alone."""
        tasks = tuple(self._waiting.values())
        self._waiting.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _reset(self, name: TransportSerial) -> None:
        wait_s = PATIENCE_S
        while True:
            await asyncio.sleep(wait_s)
            wait_s = AGAIN_S
            self._log.info("cable.reset")
            try:
                await self._link.reset(name)
            except AdbBridgeError:
                continue  # gone, or no server: the list will tell
