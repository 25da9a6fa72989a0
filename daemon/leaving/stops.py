"""From when a phone is not collected from any more. The archive refuses records after that by itself; this is what
keeps them from being read at all."""

from collections.abc import Mapping
from datetime import datetime

from adb_bridge.records import DeviceSerial


class CaptureStops:
    """One per daemon. Belongs to the event loop."""

    def __init__(self) -> None:
        self._stops: dict[DeviceSerial, datetime] = {}

    def load(self, stops: Mapping[DeviceSerial, datetime]) -> None:
        """As the archive has it."""
        self._stops = dict(stops)

    def has(self, phone: DeviceSerial, now: datetime) -> bool:
        """Whether collecting from this phone is over."""
        stops_at = self._stops.get(phone)
        return stops_at is not None and stops_at <= now
