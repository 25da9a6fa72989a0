"""Who is behind a connection: the profile, what carries the connection, and what tells two phones of one serial apart.

Cheap phones share serial numbers (`0123456789ABCDEF`). Two connections that answer at the same time with different boot
ids lead to two phones: the kernel draws the id at each boot. Where a vendor hides it, `android_id` decides, which
Android 8+ draws for shell at each factory reset.
"""

import hashlib
import re
from dataclasses import dataclass

from .carrier import Carrier
from .probe import profile_of
from .records import DeviceProfile, TransportSerial
from .session import Session
from .shell_batch import Section, run_batch

_TIMEOUT_S = 15.0
_BOOT_ID = re.compile(rb"\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*")
_ANDROID_ID = re.compile(rb"\s*([0-9a-f]{8,32})\s*")
_PORT = re.compile(rb"\s*([0-9]{1,5})\s*")
_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^:\s]+):([0-9]{1,5})")
_ANNOUNCED = re.compile(r"\._adb(-tls-connect)?\._tcp\.?(?:local\.?)?$")
"""An external server that connects to announced phones by itself names the transport after the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Marks of the phone itself; None: it does not tell."""

    boot_id: str | None
    install_mark: str | None
    """16 hex digits, a hash of `android_id`. Stays until a factory reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who answered on a connection."""

    profile: DeviceProfile
    """Without capabilities."""
    body: Body
    carrier: Carrier


def is_same_phone(one: Body, other: Body) -> bool:
    """Of two connections that claim one serial and answer now. What nobody tells counts as the same."""
    if one.boot_id is not None and other.boot_id is not None:
        return one.boot_id == other.boot_id
    if one.install_mark is not None and other.install_mark is not None:
        return one.install_mark == other.install_mark
    return True


def carrier_of(name: TransportSerial, tls_port: int | None = None) -> Carrier:
    """By adb's name of the connection. A network address is wireless debugging if its port is the phone's TLS port."""
    if (announced := _ANNOUNCED.search(name)) is not None:
        return Carrier.WIRELESS_DEBUGGING if announced[1] else Carrier.NETWORK
    if (address := _ADDRESS.fullmatch(name)) is None:
        return Carrier.CABLE
    return Carrier.WIRELESS_DEBUGGING if tls_port is not None and int(address[1]) == tls_port else Carrier.NETWORK


async def read_identity(session: Session) -> Identity:
    """All that is read from a phone without an enrolment.

    Raises:
        As `profile_of`.
    """
    profile = await profile_of(session)
    body, tls_port = await _read_body(session)
    return Identity(profile=profile, body=body, carrier=carrier_of(session.transport, tls_port))


async def read_body(session: Session) -> Body:
    """The marks alone. Raises as `run_batch`."""
    return (await _read_body(session))[0]


async def _read_body(session: Session) -> tuple[Body, int | None]:
    commands = (
        "getprop service.adb.tls.port",
        "cat /proc/sys/kernel/random/boot_id",
        "settings get secure android_id",
    )
    port, boot_id, android_id = await run_batch(session, commands, timeout_s=_TIMEOUT_S)
    return parse_body(boot_id, android_id), parse_tls_port(port)


def parse_body(boot_id: Section, android_id: Section) -> Body:
    """Total on any bytes: what is no boot id or no `android_id` was not told.

    Sources: Linux random(4), readable for every Android domain (sepolicy `proc_random`); SettingsProvider, which prints
    `null` without one. Seen on the simulated phone only.
    """
    boot = _BOOT_ID.fullmatch(boot_id.output)
    install = _ANDROID_ID.fullmatch(android_id.output)
    return Body(
        boot_id=boot[1].decode() if boot else None,
        install_mark=hashlib.sha256(b"install\0" + install[1]).hexdigest()[:16] if install else None,
    )


def parse_tls_port(port: Section) -> int | None:
    """`service.adb.tls.port` (adbd, Android 11+): empty, 0 or -1 while wireless debugging is off."""
    match = _PORT.fullmatch(port.output)
    return int(match[1]) if match and 0 < int(match[1]) < 65536 else None
