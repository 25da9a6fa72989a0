"""Wireless debugging and the life of this computer's key, set on the phone and read back.

Source: AOSP AdbService, AdbDebuggingManager (Android 11+): `settings global adb_wifi_enabled` switches wireless
debugging where the Wi-Fi network was allowed for ever; elsewhere the phone asks and sets it back to 0 until somebody
answers. The port is in `service.adb.tls.port`. `adb_allowed_connection_time` (milliseconds, absent: 7 days, 0:
never) is how long a computer's key lives without use. Vendors may refuse `settings put`. Checked on the simulated
phone only.
"""

import asyncio
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .identity import parse_tls_port
from .session import Session
from .shell_batch import Section, run_batch

_TIMEOUT_S: Final = 15.0
_FIRST_SDK: Final = 30
_LOOKS: Final = 6
_BETWEEN_LOOKS_S: Final = 0.5
_ADDRESS: Final = re.compile(rb"\binet ([0-9]{1,3}(?:\.[0-9]{1,3}){3})/[0-9]{1,2}\b")
_EXPIRY: Final = "settings get global adb_allowed_connection_time"


class WirelessSwitch(StrEnum):
    """What the phone is asked for."""

    ON = "on"
    OFF = "off"


class WirelessOutcome(StrEnum):
    """What reading back showed."""

    ON = "on"
    OFF = "off"
    ASKED = "asked"
    """The phone asks its holder about this Wi-Fi network, or has no Wi-Fi: it switched itself off again."""
    REFUSED = "refused"
    """The phone does not let shell write this setting."""
    UNSUPPORTED = "unsupported"
    """Before Android 11."""


class ExpiryOutcome(StrEnum):
    """What became of the seven-day rule."""

    ALREADY_OFF = "already_off"
    SWITCHED_OFF = "switched_off"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class WirelessReport:
    """The state after a switch."""

    outcome: WirelessOutcome
    address: str | None
    """`host:port` to connect to; None when it is off, or the phone does not tell its address."""


async def is_wireless_on(session: Session) -> bool | None:
    """None: the phone does not know the setting. Raises as `run_batch`."""
    (section,) = await run_batch(session, ["settings get global adb_wifi_enabled"], timeout_s=_TIMEOUT_S)
    return _switch_state(section)


async def switch_wireless(session: Session, switch: WirelessSwitch, *, sdk: int) -> WirelessReport:
    """Switch, then look for three seconds what became of it. Over wireless debugging itself, OFF ends the session.

    Args:
        sdk: The phone's API level, 0 when unknown.

    Raises:
        As `run_batch`.
    """
    if 0 < sdk < _FIRST_SDK:
        return WirelessReport(outcome=WirelessOutcome.UNSUPPORTED, address=None)
    wanted = switch is WirelessSwitch.ON
    (written,) = await run_batch(session, [f"settings put global adb_wifi_enabled {int(wanted)}"], timeout_s=_TIMEOUT_S)
    if written.status != 0 or b"Exception" in written.output:
        return WirelessReport(outcome=WirelessOutcome.REFUSED, address=None)
    for _ in range(_LOOKS):
        state, port, address = await _look(session)
        if state is wanted and (port is not None) is wanted:
            endpoint = f"{address}:{port}" if address is not None and wanted else None
            return WirelessReport(outcome=WirelessOutcome.ON if wanted else WirelessOutcome.OFF, address=endpoint)
        if wanted and state is False:
            return WirelessReport(outcome=WirelessOutcome.ASKED, address=None)
        await asyncio.sleep(_BETWEEN_LOOKS_S)
    return WirelessReport(outcome=WirelessOutcome.ASKED if wanted else WirelessOutcome.REFUSED, address=None)


async def keep_authorised(session: Session) -> ExpiryOutcome:
    """Switch the seven-day rule off and read that back. Raises as `run_batch`."""
    (before,) = await run_batch(session, [_EXPIRY], timeout_s=_TIMEOUT_S)
    if before.output.strip() == b"0":
        return ExpiryOutcome.ALREADY_OFF
    commands = ["settings put global adb_allowed_connection_time 0", _EXPIRY]
    _, after = await run_batch(session, commands, timeout_s=_TIMEOUT_S)
    return ExpiryOutcome.SWITCHED_OFF if after.output.strip() == b"0" else ExpiryOutcome.REFUSED


async def _look(session: Session) -> tuple[bool | None, int | None, str | None]:
    commands = (
        "settings get global adb_wifi_enabled", "getprop service.adb.tls.port", "ip -f inet addr show wlan0",
    )  # fmt: skip
    state, port, address = await run_batch(session, commands, timeout_s=_TIMEOUT_S)
    return _switch_state(state), parse_tls_port(port), parse_inet(address)


def _switch_state(section: Section) -> bool | None:
    return {b"1": True, b"0": False}.get(section.output.strip())


def parse_inet(section: Section) -> str | None:
    """The IPv4 address in `ip -f inet addr show wlan0` (iproute2 of Android 5-15); None without one. Total."""
    match = _ADDRESS.search(section.output)
    if match is None or any(int(part) > 255 for part in match[1].split(b".")):
        return None
    return match[1].decode("ascii")
