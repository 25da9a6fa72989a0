"""Pairing with phones' wireless debugging, by the six digits or by a QR code, and connecting to what was paired.

Codes and passwords are in memory only: no log, no audit entry and no error holds them.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from adb_bridge.announced import AdbService
from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError
from adb_bridge.pairing import PairOutcome, QrInvitation, new_invitation
from adb_bridge.records import DeviceSerial

from .archive.connections import ConnectionBook
from .archive.errors import ArchiveError
from .discovery import Discovery
from .fleet import Fleet
from .logs import log_for
from .phone_link import PhoneLink

INVITATION_S: Final = 180.0
"""How long a QR code is good for."""
_MOST_OPEN: Final = 8
_ANNOUNCED_WITHIN_S: Final = 10.0
_NAMED_WITHIN_S: Final = 5.0


class PairingState(StrEnum):
    """Where a pairing stands; the last six are ends."""

    WAITING = "waiting"
    """The QR code was not scanned yet."""
    PAIRING = "pairing"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    PAIRED = "paired"
    """But not connected: the phone is not heard announcing wireless debugging."""
    WRONG_CODE = "wrong_code"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    EXPIRED = "expired"


ENDS: Final = frozenset(PairingState) - {PairingState.WAITING, PairingState.PAIRING, PairingState.CONNECTING}


@dataclass(slots=True, kw_only=True)
class Pairing:
    """One."""

    pairing_id: str
    state: PairingState
    expires_s: float
    """Monotonic."""
    address: str | None = None
    """Where it was connected."""
    serial: DeviceSerial | None = None
    """Who answered there."""
    invitation: QrInvitation | None = field(default=None, repr=False)


class PairingDesk:
    """One per daemon."""

    def __init__(
        self, *, link: PhoneLink, fleet: Fleet, discovery: Discovery, book: ConnectionBook, clock: Clock
    ) -> None:
        self._link = link
        self._fleet = fleet
        self._discovery = discovery
        self._book = book
        self._clock = clock
        self._log = log_for("pairing")
        self._open: dict[str, tuple[Pairing, asyncio.Task[None]]] = {}

    async def by_code(self, address: str, code: str) -> Pairing:
        """Pair with the address and the code that the phone shows, then connect. Takes up to a minute.

        Raises:
            ValueError: no address or no code. AdbBridgeError: no adb server.
        """
        pairing = Pairing(pairing_id="", state=PairingState.PAIRING, expires_s=0.0)
        await self._pair(pairing, address, code)
        return pairing

    def invite(self) -> Pairing:
        """Make a QR code and wait for who scans it. Of more than eight open ones the oldest ends."""
        for oldest in list(self._open)[: -(_MOST_OPEN - 1)]:
            self.cancel(oldest)
        pairing = Pairing(
            pairing_id=secrets.token_hex(8),
            state=PairingState.WAITING,
            expires_s=self._clock.monotonic() + INVITATION_S,
            invitation=new_invitation(),
        )
        task = asyncio.create_task(self._run(pairing), name="pairing")
        self._open[pairing.pairing_id] = (pairing, task)
        return pairing

    def find(self, pairing_id: str) -> Pairing | None:
        """None: never made, or long over."""
        found = self._open.get(pairing_id)
        return None if found is None else found[0]

    def cancel(self, pairing_id: str) -> bool:
        """False when there is none. Nobody can use its QR code from now on."""
        found = self._open.pop(pairing_id, None)
        if found is not None:
            found[1].cancel()
        return found is not None

    async def close(self) -> None:
        """End all."""
        tasks = [task for _, task in self._open.values()]
        self._open.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, pairing: Pairing) -> None:
        invitation = pairing.invitation
        assert invitation is not None
        try:
            found = await self._discovery.wait_for(AdbService.TLS_PAIRING, invitation.service_name, INVITATION_S)
            if found is None:
                pairing.state = PairingState.EXPIRED
                return
            pairing.state = PairingState.PAIRING
            await self._pair(pairing, found.endpoint, invitation.password)
        except (AdbBridgeError, ArchiveError, ValueError):
            pairing.state = PairingState.FAILED
        finally:
            pairing.invitation = None
            if pairing.state not in ENDS:  # whoever asks must not wait for ever
                pairing.state = PairingState.FAILED

    async def _pair(self, pairing: Pairing, address: str, secret: str) -> None:
        report = await self._link.pair(address, secret)
        self._log.info("pairing.done", state=report.outcome.value)
        match report.outcome:
            case PairOutcome.PAIRED:
                pairing.state = PairingState.CONNECTING
            case PairOutcome.WRONG_CODE:
                pairing.state = PairingState.WRONG_CODE
            case PairOutcome.UNREACHABLE:
                pairing.state = PairingState.UNREACHABLE
            case PairOutcome.FAILED:
                pairing.state = PairingState.FAILED
        if report.outcome is PairOutcome.PAIRED:
            await self._connect(pairing, report.guid)

    async def _connect(self, pairing: Pairing, guid: str | None) -> None:
        found = None
        if guid is not None and self._discovery.is_listening:
            found = await self._discovery.wait_for(AdbService.TLS_CONNECT, guid, _ANNOUNCED_WITHIN_S)
        if found is None:
            pairing.state = PairingState.PAIRED
            return
        if found.claimed_serial is not None:
            self._discovery.welcome(found.claimed_serial)
        pairing.address = found.endpoint
        await self._book.remember_address(found.endpoint)
        await self._link.connect(found.endpoint)
        await self._until_named(pairing, found.endpoint)
        pairing.state = PairingState.PAIRED if pairing.serial is None else PairingState.CONNECTED

    async def _until_named(self, pairing: Pairing, address: str) -> None:
        """The phone says who it is a moment after it is connected."""
        until_s = self._clock.monotonic() + _NAMED_WITHIN_S
        while self._clock.monotonic() < until_s:
            if self._fleet.is_answering(address):
                pairing.serial = self._fleet.owner_of(address)
                return
            await asyncio.sleep(0.05)
