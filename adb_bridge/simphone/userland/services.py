"""The system services a phone has, as `dumpsys -l` and `cmd -l` list them."""

from typing import Final

from ..handset import Handset
from ..traits import TestHarness

_ALWAYS: Final = (
    "account", "activity", "activity_task", "alarm", "appops", "audio", "battery", "batterystats", "bluetooth_manager",
    "clipboard", "connectivity", "content", "device_policy", "deviceidle", "display", "fingerprint", "input",
    "input_method", "isms", "jobscheduler", "location", "lock_settings", "media_session", "meminfo", "mount",
    "netpolicy", "netstats", "notification", "package", "permission", "phone", "power", "role", "search", "settings",
    "shortcut", "SurfaceFlinger", "statusbar", "telecom", "telephony.registry", "thermalservice", "trust", "uimode",
    "usagestats", "usb", "user", "vibrator", "wallpaper", "wifi", "window",
)  # fmt: skip
_SINCE: Final = {"adb": 29, "testharness": 29, "app_hibernation": 31, "device_state": 31, "cross_device": 34}


def service_names(handset: Handset) -> list[str]:
    """Sorted; nothing before the system has booted."""
    if not handset.is_booted:
        return []
    names = [*_ALWAYS, *(name for name, sdk in _SINCE.items() if handset.spec.sdk >= sdk)]
    if handset.traits.test_harness is TestHarness.ABSENT:
        names = [name for name in names if name != "testharness"]
    return sorted(names)


def listing(handset: Handset) -> str:
    """The whole answer, without the last line's end."""
    return "Currently running services:\n" + "\n".join(f"  {name}" for name in service_names(handset))
