"""What `doctor` says of the phones as a whole: one line for each kind of trouble, with the phones that have it."""

from collections.abc import Collection, Iterable
from typing import Final

from adb_bridge.errors import BridgeErrorCode
from adb_bridge.records import Availability, CapabilityName
from policies.display import safe_display

from .api.texts import Texts
from .api.wire import HealthCheck
from .fleet import Fleet
from .health_check import Status, check
from .live import LiveDevice

CLOCK_SLACK_MS: Final = 120_000
_MOST_NAMED: Final = 5


def clock_check(texts: Texts, lives: Iterable[LiveDevice]) -> HealthCheck:
    """Phones whose clock is off by more than two minutes, whatever the uncertainty of the reading."""
    off = [live.serial for live in lives if _surely_off_ms(live) > CLOCK_SLACK_MS]
    if not off:
        return check("clock", Status.OK, texts.get("health.clock_ok"))
    detail = texts.get("health.clock_off", count=len(off), phones=_named(off))
    return check("clock", Status.WARN, detail, texts.get("health.advice.clock"))


def phone_checks(texts: Texts, fleet: Fleet, enrolled: Collection[LiveDevice]) -> list[HealthCheck]:
    """Keys that lapse, two phones of one serial, systems that cannot be read; only what there is to say."""
    found: list[HealthCheck] = []
    lapsing = [live.serial for live in enrolled if _says_no(live, CapabilityName.KEY_EXPIRY)]
    if lapsing:
        detail = texts.get("health.keys_lapse", count=len(lapsing), phones=_named(lapsing))
        found.append(check("key_expiry", Status.WARN, detail, texts.get("advice.key_expiry")))
    open_to_all = [live.serial for live in enrolled if _says_no(live, CapabilityName.ADB_AUTHENTICATION)]
    if open_to_all:
        detail = texts.get("health.open_to_all", count=len(open_to_all), phones=_named(open_to_all))
        found.append(check("open_phones", Status.WARN, detail, texts.get("advice.open_to_all")))
    doubled = [live.serial for live in fleet.devices() if live.is_doubled]
    if doubled:
        detail = texts.get("health.duplicate_serials", count=len(doubled), phones=_named(doubled))
        hint = texts.get("error.device.duplicate_serial.hint")
        found.append(check("duplicate_serials", Status.FAIL, detail, hint))
    foreign = [
        *(live.serial for live in enrolled if _says_no(live, CapabilityName.SUPPORTED_SYSTEM)),
        *(
            one.serial
            for one in fleet.strangers()
            if fleet.trouble_of(one.serial) == BridgeErrorCode.UNSUPPORTED_SYSTEM
        ),
    ]
    if foreign:
        detail = texts.get("health.unsupported", count=len(foreign), phones=_named(foreign))
        found.append(check("unsupported", Status.WARN, detail, texts.get("advice.unsupported_system")))
    return found


def _surely_off_ms(live: LiveDevice) -> int:
    status = live.status
    if status is None or status.clock_offset_ms is None:
        return 0
    return max(0, abs(status.clock_offset_ms) - (status.clock_uncertainty_ms or 0))


def _says_no(live: LiveDevice, name: CapabilityName) -> bool:
    lines = live.profile.capabilities if live.profile is not None else ()
    return any(one.name is name and one.availability is Availability.NO for one in lines)


def _named(serials: Collection[str]) -> str:
    shown = sorted(serials)[:_MOST_NAMED]
    return safe_display(", ".join(shown) + (" …" if len(serials) > len(shown) else ""))
