"""The daemon's hold on the adb bridge. Without adb the daemon still serves its archive, says why, and keeps trying."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from adb_bridge.addresses import ConnectOutcome
from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode, ServerUnavailableError
from adb_bridge.pairing import PairReport
from adb_bridge.records import TransportSerial
from adb_bridge.session import Session

from .config import AdbSection
from .logs import log_for
from .supervise import Supervision, code_of

_FIRST_START_S = 20.0
"""How long a call that needs the server waits for its first start; the server itself gives up after 15 s."""


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

    def __init__(self, settings: BridgeSettings, clock: Clock, *, configured: Iterable[str] = ()) -> None:
        self.configured = frozenset(map(TransportSerial, configured))
        """Addresses of the configuration: they are never forgotten."""
        self._settings = settings
        self._clock = clock
        self._bridge: Bridge | None = None
        self._log = log_for("adb")
        self._trouble: str | None = "adb.starting"
        self._is_tried = asyncio.Event()
        """Set once the first start has come to an end, good or bad."""

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
        """See `Bridge.connect`. Right after the daemon's start it waits for the server. Raises ServerUnavailableError,
        ValueError.
        """
        await self._first_start()
        return await self._up().connect(address)

    def hold(self, address: str) -> None:
        """See `Bridge.hold`; without a server nothing happens. Raises ValueError."""
        if self._bridge is not None:
            self._bridge.hold(address)

    def withdrawn(self, address: str) -> None:
        """See `Bridge.withdrawn`."""
        if self._bridge is not None:
            self._bridge.withdrawn(address)

    async def reset(self, transport: TransportSerial) -> None:
        """See `Bridge.reset`. Raises ServerUnavailableError, DeviceUnavailableError."""
        await self._up().reset(transport)

    async def pair(self, address: str, secret: str) -> PairReport:
        """See `Bridge.pair`. Raises ServerUnavailableError, ValueError."""
        await self._first_start()
        return await self._up().pair(address, secret)

    async def disconnect(self, address: str) -> None:
        """See `Bridge.disconnect`. Raises ServerUnavailableError, ValueError."""
        await self._first_start()
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
            else:
                self._bridge, self._trouble = bridge, None
            finally:
                self._is_tried.set()
            self._log.info("adb.up", port=bridge.server_port)
            supervision.well()
            for address in await addresses():
                try:
                    bridge.hold(address)
                except ValueError:
                    self._log.warning("adb.bad_address")
            await follow(bridge)
        finally:
            self._bridge = None
            self._trouble = self._trouble or BridgeErrorCode.SERVER_UNAVAILABLE.value
            await bridge.stop()

    async def _first_start(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_START_S):
                await self._is_tried.wait()

    def _up(self) -> Bridge:
        if self._bridge is None:
            raise ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE)
        return self._bridge
