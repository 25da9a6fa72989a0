"""The fleet as provisioning sees it: who is there, in which order they came, whose they are."""

from adb_bridge.records import AdbState, DeviceProfile, DeviceSerial, TransportSerial
from adb_bridge.session import Session

from ..fleet import Fleet
from ..phone_link import PhoneLink
from .matching import Candidate


class FleetPhones:
    """Implements `bringing.Phones`."""

    def __init__(self, fleet: Fleet, link: PhoneLink) -> None:
        self._fleet = fleet
        self._link = link

    def transport_of(self, serial: DeviceSerial) -> TransportSerial | None:
        """See `Phones`."""
        live = self._fleet.live(serial)
        return None if live is None else live.best_transport()

    def is_doubled(self, serial: DeviceSerial) -> bool:
        """See `Phones`."""
        live = self._fleet.live(serial)
        return live is not None and live.is_doubled

    def is_asking(self, serial: DeviceSerial) -> bool:
        """See `Phones`. On a cable, adb calls a phone by its serial number before it has said anything."""
        live = self._fleet.live(serial)
        state = self._fleet.state_of(serial) if live is None or live.state is None else live.state
        return state in {AdbState.UNAUTHORIZED, AdbState.AUTHORIZING}

    def session(self, transport: TransportSerial) -> Session:
        """See `Phones`."""
        return self._link.session(transport)

    def profile_of(self, serial: DeviceSerial) -> DeviceProfile | None:
        """As it was looked at last."""
        live = self._fleet.live(serial)
        return None if live is None else live.profile

    def candidates(self) -> tuple[Candidate, ...]:
        """Those that can be used now, first come first."""
        there = [live for live in self._fleet.devices() if live.best_transport() is not None]
        there.sort(key=lambda live: (min(one.since_s for one in live.answered.values()), live.serial))
        return tuple(Candidate(serial=one.serial, employee=self._fleet.employee_of(one.serial)) for one in there)
