"""What phones announce on the local network (mDNS), and what the names claim. Pure.

Services (AOSP packages/modules/adb, adb_mdns.h): `_adb-tls-connect._tcp` for wireless debugging, Android 11+, with a
port that changes at every switch-on; `_adb-tls-pairing._tcp` while the phone shows a pairing code, or has scanned our
QR code; `_adb._tcp` for `adb tcpip`. Instances: `adb-<serial>-<6 letters and digits>` and `adb-<serial>`, with ` (2)`
behind when two announce the same. Everything in here is a claim of whoever announces it.
"""

import contextlib
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .records import DeviceSerial, Untrusted

MOST_KEPT: Final = 512
_LONGEST_INSTANCE: Final = 63
_WITH_SUFFIX: Final = re.compile(r"adb-([A-Za-z0-9._:-]{1,56})-[A-Za-z0-9]{6}(?: \([0-9]{1,3}\))?")
_PLAIN: Final = re.compile(r"adb-([A-Za-z0-9._:-]{1,59})(?: \([0-9]{1,3}\))?")


class AdbService(StrEnum):
    """What is announced."""

    TLS_CONNECT = "_adb-tls-connect._tcp.local."
    TLS_PAIRING = "_adb-tls-pairing._tcp.local."
    PLAIN = "_adb._tcp.local."


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A service at an address."""

    service: AdbService
    instance: Untrusted
    """Printable, at most 63 characters."""
    address: str
    """IPv4 in dotted form, of a local network."""
    port: int

    @property
    def endpoint(self) -> str:
        """`host:port`, for `Bridge.connect` or, of TLS_PAIRING, `Bridge.pair`."""
        return f"{self.address}:{self.port}"

    @property
    def claimed_serial(self) -> DeviceSerial | None:
        """The serial number in the name; None when the name has none."""
        pattern = _PLAIN if self.service is AdbService.PLAIN else _WITH_SUFFIX
        match = pattern.fullmatch(self.instance)
        return None if match is None else DeviceSerial(match[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A service was taken back, or was not heard of for its time."""

    service: AdbService
    instance: Untrusted


def read_announcement(
    service: AdbService, name: str, addresses: Sequence[str], port: int | None
) -> Announcement | None:
    """A resolved service, None when it names no usable address. Total on any input.

    Only addresses of local networks are usable: an announcement must not make us connect to the outside.
    """
    instance = read_instance(service, name)
    if instance is None or port is None or not 0 < port < 65536:
        return None
    for address in addresses:
        with contextlib.suppress(ValueError):
            parsed = ipaddress.IPv4Address(address)
            if not (parsed.is_multicast or parsed.is_unspecified or parsed.is_global or parsed.is_reserved):
                return Announcement(service=service, instance=instance, address=str(parsed), port=port)
    return None


def read_instance(service: AdbService, name: str) -> Untrusted | None:
    """The instance of a service's full name; None when it is none. Total on any input."""
    instance = name.removesuffix(service.value).rstrip(".")
    if not instance or len(instance) > _LONGEST_INSTANCE or not instance.isprintable():
        return None
    return Untrusted(instance)


class Announced:
    """What is announced now. Bounded: a network that shouts loses its oldest announcements."""

    def __init__(self) -> None:
        self._current: dict[tuple[AdbService, str], Announcement] = {}

    def take(self, news: Announcement | Withdrawal) -> Announcement | None:
        """Returns the announcement that this replaces or ends."""
        key = (news.service, str(news.instance))
        before = self._current.pop(key, None)
        if isinstance(news, Announcement):
            self._current[key] = news
            while len(self._current) > MOST_KEPT:
                self._current.pop(next(iter(self._current)))
        return before

    def clear(self) -> None:
        """Nobody listens any more."""
        self._current.clear()

    def all(self) -> tuple[Announcement, ...]:
        """Oldest first."""
        return tuple(self._current.values())

    def find(self, service: AdbService, instance: str) -> Announcement | None:
        """By its exact name."""
        return self._current.get((service, instance))
