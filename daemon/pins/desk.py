"""Shop-held PINs, as people ask for them: with a reason, audited, and shown only so often.

A PIN leaves the daemon in one answer, `show`; lists, errors and audit entries have none.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial
from adb_bridge.secret import Secret
from crypto.errors import CryptoError, DiskFullError

from ..api.exit_codes import ExitCode
from ..api.pins import PinLine, PinOrigin, PinsForgotten, PinState, PinToKeep, ShownPin
from ..archive import pins as kept
from ..archive.archive import Archive
from ..archive.drafts import AuditFilter
from ..archive.pins import ArchivedPin
from ..audit import MAX_REASON, AuditTrail
from ..device_directory import DeviceDirectory
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, refusing, unusable
from .drawing import typed
from .vault import PinUnreadableError, ShopPins

SHOWN_AN_HOUR: Final = 10
"""PINs that one person may open in an hour; counted in the audit, so a restart does not begin anew."""
SHOW: Final = "pin.show"
_HOUR: Final = timedelta(hours=1)
_STATES: Final = {
    kept.PinState.PROPOSED: PinState.PROPOSED,
    kept.PinState.CURRENT: PinState.CURRENT,
    kept.PinState.PREVIOUS: PinState.PREVIOUS,
}
_ORIGINS: Final = {
    kept.PinOrigin.DRAWN: PinOrigin.DRAWN,
    kept.PinOrigin.TYPED: PinOrigin.TYPED,
    kept.PinOrigin.TOLD: PinOrigin.TOLD,
}


class PinsDesk:
    """Behind `/v1/pins`. Methods raise ServiceError only."""

    def __init__(
        self, *, pins: ShopPins, archive: Archive, audit: AuditTrail, directory: DeviceDirectory, clock: Clock
    ) -> None:
        self._pins = pins
        self._archive = archive
        self._audit = audit
        self._directory = directory
        self._clock = clock
        self._showing = asyncio.Lock()
        """Who asks twice at once is counted twice."""

    async def all(self, caller: Caller, device: str | None) -> tuple[PinLine, ...]:
        """That they are kept, by serial; of one phone when it is named."""
        require(caller, Permission.PINS_READ)
        with refusing():
            if device is None:
                found = await self._pins.all()
            else:
                found = await self._pins.of(await self._known(device))
        return tuple(self._line(one) for one in found)

    async def show(self, caller: Caller, serial: str, reason: str) -> ShownPin:
        """The PIN that the phone has as far as is known. `pin.none`, `pin.unreadable`, `pin.too_many` (429)."""
        require(caller, Permission.PINS_SHOW)
        why = _told(reason)
        with refusing():
            device = await self._known(serial)
            async with self._showing:
                if await self._shown_lately(caller) >= SHOWN_AN_HOUR:
                    await self._audit.write(caller, SHOW, device, reason=why, outcome="refused")
                    raise ServiceError("pin.too_many", http_status=429, exit_code=ExitCode.NOT_PERMITTED)
                try:
                    held = await self._pins.on_phone(device)
                except PinUnreadableError:
                    raise ServiceError("pin.unreadable", http_status=503, exit_code=ExitCode.VAULT) from None
                if held is None:
                    raise not_found("pin")
                await self._audit.write(caller, SHOW, device, reason=why)
        return ShownPin(
            device=device,
            pin=held.pin.reveal(),
            state=_STATES[held.kept.state],
            is_doubtful=held.kept.is_doubtful,
            changed_at=held.kept.changed_at,
            verified_at=held.kept.verified_at,
        )

    async def keep(self, caller: Caller, serial: str, request: PinToKeep) -> PinLine:
        """Of an enrolled phone. `pin.not_a_pin`, `device.not_enrolled`."""
        require(caller, Permission.PINS_CHANGE)
        pin = typed(request.pin)
        if pin is None:
            raise unusable("pin.not_a_pin")
        with refusing(), _keys_refusing():
            device = await self._known(serial)
            if device not in await self._directory.in_force():
                raise unusable("device.not_enrolled", http_status=409)
            await self._keep(caller, device, pin, request)
            found = await self._pins.of(device)
        wanted = kept.PinState.CURRENT if request.is_on_phone else kept.PinState.PROPOSED
        return self._line(next(one for one in found if one.state is wanted))

    async def forget(self, caller: Caller, serial: str, reason: str) -> PinsForgotten:
        """All of a phone; the phone keeps its PIN, and the shop cannot open it any more."""
        require(caller, Permission.PINS_CHANGE)
        with refusing(), _keys_refusing():
            device = await self._known(serial)
            return PinsForgotten(device=device, forgotten=await self._pins.forget(device, caller, _told(reason)))

    async def _keep(self, caller: Caller, device: DeviceSerial, pin: Secret, request: PinToKeep) -> None:
        why = _told(request.reason)
        if request.is_on_phone:
            await self._pins.told(device, pin, caller, why)
        else:
            await self._pins.propose_typed(device, pin, caller, why)

    async def _known(self, serial: str) -> DeviceSerial:
        return await self._directory.serial_of(serial)

    async def _shown_lately(self, caller: Caller) -> int:
        lately = AuditFilter(actor=caller.name, action=SHOW, outcome="ok", since=self._clock.now() - _HOUR)
        return len(await self._archive.audit_entries(limit=SHOWN_AN_HOUR, only=lately))

    def _line(self, pin: ArchivedPin) -> PinLine:
        return PinLine(
            device=pin.device,
            state=_STATES[pin.state],
            origin=_ORIGINS[pin.origin],
            is_doubtful=pin.is_doubtful,
            is_readable=self._pins.is_readable(pin),
            made_at=pin.made_at,
            made_by=pin.made_by,
            changed_at=pin.changed_at,
            verified_at=pin.verified_at,
        )


@contextmanager
def _keys_refusing() -> Iterator[None]:
    """A phone's first PIN makes a key, forgetting destroys it: the keyring file is written."""
    try:
        yield
    except DiskFullError:
        raise ServiceError("vault.disk_full", http_status=507, exit_code=ExitCode.VAULT) from None
    except CryptoError:
        raise ServiceError("vault.unwritable", http_status=503, exit_code=ExitCode.VAULT) from None


def _told(reason: str) -> str:
    return reason.strip()[:MAX_REASON]
