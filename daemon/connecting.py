"""Reaching phones, for the API: who announces itself, pairing, wireless debugging. Permission, audit, then the deed."""

from typing import Final, Literal

from adb_bridge.announced import AdbService, Announcement
from adb_bridge.carrier import Carrier
from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode
from adb_bridge.pairing import check_secret
from adb_bridge.records import AdbState
from adb_bridge.wireless import WirelessOutcome, WirelessReport, WirelessSwitch, is_wireless_on, switch_wireless
from policies.display import safe_display

from .api.connecting import AnnouncedPhone, PairingReport, PairRequest, WirelessRequest, WirelessSwitched
from .api.exit_codes import ExitCode
from .audit import AuditTrail
from .config import is_address
from .device_directory import DeviceDirectory
from .discovery import Discovery
from .fleet import Fleet
from .live import LiveDevice
from .pairing_desk import ENDS, Pairing, PairingDesk
from .phone_link import PhoneLink
from .roles import Permission, require
from .service import Caller, ServiceError
from .service_errors import not_found, refusing, unusable

_KINDS: Final[dict[AdbService, Literal["connect", "pairing", "tcpip"]]] = {
    AdbService.TLS_CONNECT: "connect",
    AdbService.TLS_PAIRING: "pairing",
    AdbService.PLAIN: "tcpip",
}


class Connecting:
    """A part of the service; every method raises ServiceError only."""

    def __init__(
        self,
        *,
        fleet: Fleet,
        link: PhoneLink,
        discovery: Discovery,
        desk: PairingDesk,
        directory: DeviceDirectory,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        self._fleet = fleet
        self._link = link
        self._discovery = discovery
        self._desk = desk
        self._directory = directory
        self._audit = audit
        self._clock = clock

    async def announced(self, caller: Caller) -> tuple[AnnouncedPhone, ...]:
        """See `Service.announced_phones`."""
        require(caller, Permission.DEVICES_READ)
        self._require_listening()
        with refusing():
            found = sorted(self._discovery.all(), key=lambda one: (one.service, one.instance))
            return tuple([await self._announced(one) for one in found])

    async def pair(self, caller: Caller, request: PairRequest) -> PairingReport:
        """See `Service.pair`."""
        require(caller, Permission.DEVICES_MANAGE)
        if not is_address(request.address):
            raise unusable("device.bad_address")
        try:
            code = check_secret(request.code)
        except ValueError:
            raise unusable("device.bad_code") from None
        with refusing():
            await self._audit.write(caller, "device.pair", request.address, outcome="asked")
            pairing = await self._desk.by_code(request.address, code)
            await self._audit.write(caller, "device.pair", request.address, outcome=pairing.state.value)
        return self._report(pairing)

    async def invite(self, caller: Caller) -> PairingReport:
        """See `Service.invite_phone`."""
        require(caller, Permission.DEVICES_MANAGE)
        self._require_listening()
        with refusing():
            pairing = self._desk.invite()
            await self._audit.write(caller, "device.pair_qr", pairing.pairing_id)
        return self._report(pairing)

    async def pairing(self, caller: Caller, pairing_id: str) -> PairingReport:
        """See `Service.pairing`."""
        require(caller, Permission.DEVICES_MANAGE)
        found = self._desk.find(pairing_id)
        if found is None:
            raise not_found("pairing")
        return self._report(found)

    async def cancel(self, caller: Caller, pairing_id: str) -> None:
        """See `Service.cancel_pairing`."""
        require(caller, Permission.DEVICES_MANAGE)
        if not self._desk.cancel(pairing_id):
            raise not_found("pairing")

    async def wireless(self, caller: Caller, serial: str, request: WirelessRequest) -> WirelessSwitched:
        """See `Service.wireless`."""
        require(caller, Permission.DEVICES_MANAGE)
        with refusing():
            known = await self._directory.serial_of(serial)
            if known not in await self._directory.in_force():
                raise unusable("device.not_enrolled", http_status=409)
            live = self._fleet.live(known)
            if live is None or live.best_transport() is None:
                raise _offline()
            action = f"device.wireless.{request.switch}"
            await self._audit.write(caller, action, known, outcome="asked")
            switch = WirelessSwitch(request.switch)
            if switch is WirelessSwitch.OFF:
                await self._fleet.whereabouts.leave_wireless(known)
            report = await self._switch(live, switch)
            await self._audit.write(caller, action, known, outcome=report.outcome.value)
            if report.address is not None:
                self._link.hold(report.address)
        return WirelessSwitched(outcome=report.outcome.value, address=report.address)

    async def _switch(self, live: LiveDevice, switch: WirelessSwitch) -> WirelessReport:
        """Asks by the next way in where one is dead. Wireless debugging that falls silent when told OFF is off, unless
        another way in tells otherwise."""
        has_fallen = False
        for name in live.usable_transports():
            answered = live.answered.get(name)
            is_own_branch = answered is None or answered.carrier is Carrier.WIRELESS_DEBUGGING
            has_answered = False
            session = self._link.session(name)
            try:
                await is_wireless_on(session)  # one that was dead before says nothing of the switch
                has_answered = True
                return await switch_wireless(session, switch, sdk=0 if live.profile is None else live.profile.sdk)
            except AdbBridgeError as error:
                if error.code is not BridgeErrorCode.DEVICE_OFFLINE:
                    raise
                has_fallen = has_fallen or (is_own_branch and has_answered)
            finally:
                await session.close()
        if switch is WirelessSwitch.ON or not has_fallen:
            raise _offline()
        return WirelessReport(outcome=WirelessOutcome.OFF, address=None)

    def _require_listening(self) -> None:
        if not self._discovery.is_wanted:
            raise unusable("discovery.off", http_status=409)
        if not self._discovery.is_listening:
            raise ServiceError("discovery.unavailable", http_status=503, exit_code=ExitCode.ADB)

    async def _announced(self, one: Announcement) -> AnnouncedPhone:
        serial = one.claimed_serial
        state: Literal["connected", "known", "new"] = "new"
        if self._fleet.state_of(one.endpoint) is AdbState.DEVICE:
            state = "connected"
        elif serial is not None and await self._fleet.is_known(serial):
            state = "known"
        return AnnouncedPhone(
            service=_KINDS[one.service],
            instance=safe_display(one.instance),
            address=one.endpoint,
            serial=serial,
            state=state,
        )

    def _report(self, pairing: Pairing) -> PairingReport:
        is_over = pairing.state in ENDS
        invitation = pairing.invitation
        left_s = pairing.expires_s - self._clock.monotonic()
        return PairingReport(
            pairing_id=pairing.pairing_id,
            state=pairing.state.value,
            is_over=is_over,
            payload=None if invitation is None or is_over else invitation.payload,
            expires_in_s=None if invitation is None or is_over else max(0.0, round(left_s, 1)),
            address=pairing.address,
            serial=pairing.serial,
        )


def _offline() -> ServiceError:
    return ServiceError("adb.device_offline", http_status=503, exit_code=ExitCode.ADB)
