"""The section `lan` of shopwarden.toml: consoles of other machines."""

import ipaddress
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

LAST_PORT: Final = 65534
"""The port after it is for joining."""
FIRST_PORT: Final = 1024
ANY_ADDRESS: Final = "an address of this machine; 0.0.0.0 or [::] only with lan.any_address = true"
PLACE: Final = "ADDRESS:PORT with an address of this machine and a port of 1024-65534"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanSection:
    """Consoles of other machines. Off unless an address is named."""

    listen: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    """`address:port` for consoles; the next port is for joining, open only while somebody is invited. None: off."""
    any_address: bool = False
    """Permit `0.0.0.0` and `[::]`: every network that this machine is in."""
    advertise: bool = True
    """Let consoles find the address by mDNS."""
    owner_consoles: bool = False
    """Permit consoles of other machines with the role `owner`."""

    def place(self) -> tuple[str, int]:
        """Address and port. ValueError when `listen` is not what it should be; its text says why."""
        host, separator, port = (self.listen or "").rpartition(":")
        if not separator or not port.isascii() or not port.isdecimal() or not FIRST_PORT <= int(port) <= LAST_PORT:
            raise ValueError(PLACE)
        is_bracketed = host.startswith("[") and host.endswith("]")
        try:
            address = ipaddress.ip_address(host[1:-1] if is_bracketed else host)
        except ValueError:
            raise ValueError(PLACE) from None
        if is_bracketed is not (address.version == 6) or address.is_multicast:
            raise ValueError(PLACE)
        if address.is_unspecified and not self.any_address:
            raise ValueError(ANY_ADDRESS)
        return str(address), int(port)
