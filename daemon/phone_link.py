"""The daemon's hold on the adb bridge. Without adb the daemon still serves its archive, says why, and keeps trying."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from adb_bridge.addresses import ConnectOutcome
from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode, ServerUnavailableError
from adb_bridge.records import TransportSerial
from adb_bridge.session import Session

from .config import AdbSection
from .logs import log_for
from .supervise import Supervision, code_of

_MAX_DIALS = 4


def bridge_settings(section: AdbSection, home: Path) -> BridgeSettings:
    """What the configuration says of adb."""
    return BridgeSettings(
        home=Path(section.home).expanduser() if section.home is not None else home,
        binary=Path(section.binary).expanduser() if section.binary is not None else None,
        port=section.port,
        external=section.server,
    )


class PhoneLink:
    """One per daemon."""

    def __init__(self, settings: BridgeSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._bridge: Bridge | None = None
        self._log = log_for("adb")
        self._dials: set[asyncio.Task[None]] = set()
        self._dial_turns = asyncio.Semaphore(_MAX_DIALS)
        self._trouble: str | None = "adb.starting"

    @property
    def trouble(self) -> str | None:
        """Code of why phones cannot be reached; None when they can."""
        if self._bridge is not None and not self._bridge.is_serving:
            return BridgeErrorCode.SERVER_UNAVAILABLE.value
        return self._trouble

    @property
    def port(self) -> int:
        """Of the adb server, 0 while there is none."""
        return self._bridge.server_port if self._bridge is not None else 0

    def session(self, transport: TransportSerial) -> Session:
        """See `Bridge.session`. Raises ServerUnavailableError."""
        return self._up().session(transport)

    async def connect(self, address: str) -> ConnectOutcome:
        """See `Bridge.connect`. Raises ServerUnavailableError, ValueError."""
        return await self._up().connect(address)

    async def disconnect(self, address: str) -> None:
        """See `Bridge.disconnect`. Raises ServerUnavailableError, ValueError."""
        await self._up().disconnect(address)

    async def run(
        self,
        supervision: Supervision,
        follow: Callable[[Bridge], Awaitable[None]],
        addresses: Callable[[], Awaitable[tuple[str, ...]]],
    ) -> None:
        """Bring the bridge up, connect to what is remembered, follow its phones. Raises when adb cannot be had."""
        bridge = Bridge(self._settings, self._clock)
        try:
            try:
                await bridge.start()
            except AdbBridgeError as error:
                self._trouble = code_of(error)
                raise
            self._bridge, self._trouble = bridge, None
            self._log.info("adb.up", port=bridge.server_port)
            supervision.well()
            for address in await addresses():
                task = asyncio.create_task(self._dial(bridge, address))
                self._dials.add(task)
                task.add_done_callback(self._dials.discard)
            await follow(bridge)
        finally:
            self._bridge = None
            self._trouble = self._trouble or BridgeErrorCode.SERVER_UNAVAILABLE.value
            for task in self._dials:
                task.cancel()
            await bridge.stop()

    async def _dial(self, bridge: Bridge, address: str) -> None:
        """The bridge remembers it and tries again by itself; a dead address takes seconds, so a few at a time."""
        async with self._dial_turns:
            try:
                outcome = await bridge.connect(address)
            except ValueError:
                self._log.warning("adb.bad_address")
            else:
                self._log.debug("adb.dialled", state=outcome.value)

    def _up(self) -> Bridge:
        if self._bridge is None:
            raise ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE)
        return self._bridge
