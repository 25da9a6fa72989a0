"""What is known of the phones at this moment: connections and trouble. Lost at a restart, by design."""

from dataclasses import dataclass, field
from datetime import datetime

from adb_bridge.carrier import Carrier
from adb_bridge.identity import Body, carrier_of
from adb_bridge.records import AdbState, DeviceProfile, DeviceSerial, DeviceStatus, Source, TransportSerial

from .figures.battery import BatteryTrace

_TRANSPORT_RANK = {AdbState.DEVICE: 0, AdbState.UNAUTHORIZED: 1, AdbState.AUTHORIZING: 2}
_CARRIER_RANK = {carrier: rank for rank, carrier in enumerate(Carrier)}
DUPLICATE_SERIAL = "device.duplicate_serial"
"""Code of two phones that claim one serial number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A connection whose phone said who it is since it came up."""

    carrier: Carrier
    body: Body
    since_s: float
    """Monotonic."""


@dataclass(slots=True, kw_only=True)
class LiveDevice:
    """One phone. Changed only by the fleet and this phone's task, on the event loop."""

    serial: DeviceSerial
    transports: dict[TransportSerial, AdbState] = field(default_factory=dict)
    answered: dict[TransportSerial, Answered] = field(default_factory=dict)
    """Those of `transports` that may be used."""
    wireless_losses: int = 0
    """How often a connection by wireless debugging went, since the start."""
    collected_body: Body | None = None
    """The phone that was collected from last; decides when a second one claims its serial."""
    is_doubled: bool = False
    """Two phones claim this serial: neither is used until that is solved."""
    profile: DeviceProfile | None = None
    status: DeviceStatus | None = None
    battery: BatteryTrace = field(default_factory=BatteryTrace)
    notice_posted: bool | None = None
    last_seen_at: datetime | None = None
    turned_s: float | None = None
    """When its task last took a turn, good or bad, monotonic; None while nothing is collected from it."""
    link_trouble: str | None = None
    """Code of what keeps the task from running."""
    source_troubles: dict[Source, str] = field(default_factory=dict)
    missed_notifications: int = 0
    """Announced by the phone and gone before they could be read, since the start."""

    @property
    def state(self) -> AdbState | None:
        """The state of its best connection, None when it has none."""
        states = sorted(self.transports.values(), key=lambda state: _TRANSPORT_RANK.get(state, 3))
        return states[0] if states else None

    @property
    def last_error(self) -> str | None:
        """The trouble to show first."""
        if self.is_doubled:
            return DUPLICATE_SERIAL
        if self.link_trouble is not None:
            return self.link_trouble
        return next(iter(self.source_troubles.values()), None)

    def best_transport(self) -> TransportSerial | None:
        """The first of `usable_transports`."""
        return next(iter(self.usable_transports()), None)

    def usable_transports(self) -> tuple[TransportSerial, ...]:
        """Those that can be used now: a cable before wireless debugging before an open port."""
        if self.is_doubled:
            return ()
        usable = (name for name, state in self.transports.items() if state is AdbState.DEVICE)
        return tuple(sorted(usable, key=lambda name: (self.rank(name), name)))

    def rank(self, name: TransportSerial) -> int:
        """Lower is better."""
        answered = self.answered.get(name)
        return _CARRIER_RANK[carrier_of(name) if answered is None else answered.carrier]
