"""Restart. Sent is not restarted: only another boot id proves it, once the phone is back.

`svc power reboot` (PowerManager; REBOOT is the shell's from 11) shuts down in order and sets `sys.shutdown.requested`;
the program `reboot` is the way where that is refused, and sets `sys.powerctl`; a device owner's `reboot` is the last.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ..errors import DeviceUnavailableError
from .answers import Said, said_by
from .codes import Code
from .endings import done, not_now, refused, unsure, unverified
from .facts import PhoneFacts, read_boot_id, read_properties
from .orders import Reboot
from .owner_print import OwnerApp
from .result import VerbResult
from .trail import Trail

_ROUTES: Final = ("svc power reboot", "reboot")
_TESTDPC: Final = "dumpsys activity --user 0 service com.afwsamples.testdpc reboot"
_BOOT_STATE: Final = ("cat /proc/sys/kernel/random/boot_id", "getprop")
_FIRST_BOOT: Final = "firstboot:"
_LEAST_BATTERY_PCT: Final = 5
"""Below that a phone may not come back."""
_AFTER_A_CALL_S: Final = 60.0
_AFTER_CHARGING_S: Final = 900.0


class _Boot(StrEnum):
    ANOTHER = "another"
    SAME = "same"
    GOING = "going"
    UNTOLD = "untold"


async def reboot(order: Reboot, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Send, and watch the phone go: UNSURE `rebooting` when it does."""
    if facts.in_call:
        return not_now(Code.IN_CALL, _AFTER_A_CALL_S)
    if facts.battery_pct is not None and facts.battery_pct < _LEAST_BATTERY_PCT and facts.is_powered is False:
        return not_now(Code.BATTERY_LOW, _AFTER_CHARGING_S)
    before = order.boot_id_before or facts.boot_id
    said = Said.NOTHING
    has_testdpc = facts.owner is not None and facts.owner.app is OwnerApp.TESTDPC
    for route in (*_ROUTES, _TESTDPC) if has_testdpc else _ROUTES:
        try:
            (answer,) = await trail.act("reboot", route)
        except DeviceUnavailableError:
            return unsure(Code.REBOOTING)
        said = said_by(answer)
        if said not in {Said.REFUSED, Said.UNKNOWN_COMMAND}:
            break
    else:
        return unverified(said)
    return await _watch_it_go(before, trail)


async def read_back_reboot(order: Reboot, trail: Trail) -> VerbResult:
    """DONE when the phone tells another boot id than before and has started."""
    match await _look(order.boot_id_before, trail):
        case _Boot.ANOTHER:
            return done(Code.REBOOTED)
        case _Boot.SAME:
            return refused(Code.NOT_IN_EFFECT)
        case _Boot.GOING:
            return unsure(Code.REBOOTING)
        case _Boot.UNTOLD:
            return unsure(Code.NOT_VERIFIED)


async def _watch_it_go(before: str | None, trail: Trail) -> VerbResult:
    seen = _Boot.UNTOLD

    async def is_going() -> bool:
        nonlocal seen
        seen = await _look(before, trail)
        return seen in {_Boot.ANOTHER, _Boot.GOING}

    try:
        if await trail.settle(is_going):
            return done(Code.REBOOTED) if seen is _Boot.ANOTHER else unsure(Code.REBOOTING)
    except DeviceUnavailableError:
        return unsure(Code.REBOOTING)
    return refused(Code.NOT_IN_EFFECT) if seen is _Boot.SAME else unsure(Code.NOT_VERIFIED)


async def _look(before: str | None, trail: Trail) -> _Boot:
    boot_id, getprop = await trail.look(*_BOOT_STATE)
    told = read_properties(getprop.output)
    if _is_going_down(told):
        return _Boot.GOING
    now = read_boot_id(boot_id.output, told)
    if now is None or before is None or now.startswith(_FIRST_BOOT) != before.startswith(_FIRST_BOOT):
        return _Boot.UNTOLD
    if now == before:
        return _Boot.SAME
    return _Boot.ANOTHER if told.get("sys.boot_completed") == "1" else _Boot.GOING


def _is_going_down(told: Mapping[str, str]) -> bool:
    return bool(told.get("sys.powerctl") or told.get("sys.shutdown.requested"))
