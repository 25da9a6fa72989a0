"""What only a person can do on a phone, from what its probe found. Pure.

Each item names the daemon's text with the taps for this maker. An item that the probe finds is gone when the probe
finds it no more; the others somebody has to confirm, because no phone tells them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..advice import Advice, Menu, advice_for
from ..records import Availability, Capability, CapabilityName, Source, Vendor

_SOURCES: Final = {
    Source.SMS: CapabilityName.SMS,
    Source.MMS: CapabilityName.MMS,
    Source.CALL_LOG: CapabilityName.CALL_LOG,
    Source.CONTACTS: CapabilityName.CONTACTS,
    Source.NOTIFICATIONS: CapabilityName.NOTIFICATIONS,
}
_ALWAYS: Final = (
    CapabilityName.LOCK,
    CapabilityName.SETTINGS,
    CapabilityName.KEY_EXPIRY,
    CapabilityName.ADB_AUTHENTICATION,
)
_NOTHING_TO_TAP: Final = frozenset({Advice.CALL_LOG_NEEDS_ANDROID_12.value, Advice.OLD_ANDROID.value})
_ADVICE_ONLY: Final = frozenset({Advice.OPEN_TO_ALL.value, Advice.SET_SCREEN_LOCK.value})
"""No tap helps, or the plan leaves it to the shop; said all the same."""
_PRINTED_NOTICE: Final = Advice.NOTICE_NEEDS_ANDROID_11.value
_BENCH: Final = frozenset({Vendor.XIAOMI, Vendor.HUAWEI, Vendor.HONOR, Vendor.OPPO, Vendor.VIVO, Vendor.SAMSUNG})
BACKGROUND: Final = "bench.stay_connected"
"""Taps against a maker's own power saving and USB changes; a text for each maker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One thing to do by hand."""

    item: str
    """Its name, the same on every phone."""
    text_key: str
    """Of the daemon's catalog."""
    is_detected: bool
    """The probe tells when it is done."""
    is_required: bool = True
    """False: good advice; the phone is in service without it."""


def checklist(
    capabilities: Sequence[Capability],
    *,
    vendor: Vendor,
    scope: frozenset[Source],
    wants_lock: bool,
    wants_notice: bool,
) -> tuple[ChecklistItem, ...]:
    """Items in the order of the probe's lines, each text once; then what no probe tells.

    Args:
        scope: What the enrolment covers: only those sources have to be readable.
        wants_lock: The phone is to have a screen lock, and nobody sets one from here.
        wants_notice: It is to show the standing notice.
    """
    wanted = {*_ALWAYS, *(name for source, name in _SOURCES.items() if source in scope)}
    if wants_lock:
        wanted.add(CapabilityName.LOCK_CREDENTIAL_SET)
    if wants_notice:
        wanted.add(CapabilityName.NOTICE)
    found: dict[str, ChecklistItem] = {}
    for one in capabilities:
        if one.name is CapabilityName.SUPPORTED_SYSTEM and one.availability is Availability.NO and one.advice:
            return (_item(one.advice, is_detected=True),)
        if one.name not in wanted or one.availability is not Availability.NO or one.advice is None:
            continue
        if one.advice not in _NOTHING_TO_TAP:
            found.setdefault(one.advice, _item(one.advice, is_detected=one.advice != _PRINTED_NOTICE))
    if Source.RECORDINGS in scope and _lacks(capabilities, CapabilityName.RECORDINGS):
        key = advice_for(Menu.RECORD_CALLS, vendor)
        found.setdefault(key, _item(key, is_detected=False))
    if vendor in _BENCH:
        found[BACKGROUND] = ChecklistItem(
            item="stay_connected", text_key=f"{BACKGROUND}.{vendor.value}", is_detected=False, is_required=False
        )
    return tuple(found.values())


def _lacks(capabilities: Sequence[Capability], name: CapabilityName) -> bool:
    return any(one.name is name and one.availability is not Availability.YES for one in capabilities)


def _item(advice: str, *, is_detected: bool) -> ChecklistItem:
    return ChecklistItem(
        item=advice.split(".")[1],
        text_key=advice,
        is_detected=is_detected,
        is_required=advice not in _ADVICE_ONLY,
    )


def every_text() -> tuple[str, ...]:
    """Keys of the texts that are made here; the others are `advice.every_advice`."""
    return tuple(sorted(f"{BACKGROUND}.{vendor.value}" for vendor in _BENCH))
