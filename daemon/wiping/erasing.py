"""Phones that were told to erase themselves: nothing is collected from one, as its emptiness is nobody's deleting."""

from collections.abc import Iterable

from adb_bridge.records import DeviceSerial


class Erasing:
    """One per daemon. Belongs to the event loop."""

    def __init__(self) -> None:
        self._phones: set[DeviceSerial] = set()

    def load(self, phones: Iterable[DeviceSerial]) -> None:
        """At the start, as the archive has it."""
        self._phones = set(phones)

    def begin(self, phone: DeviceSerial) -> None:
        """Before the order is given."""
        self._phones.add(phone)

    def end(self, phone: DeviceSerial) -> None:
        """It was not erased, or is not enrolled any more."""
        self._phones.discard(phone)

    def has(self, phone: DeviceSerial) -> bool:
        """Whether its collecting rests."""
        return phone in self._phones
