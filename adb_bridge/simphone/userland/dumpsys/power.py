"""`dumpsys power` (PowerManagerService, Android 11), the lines at its head and the display's state."""

from ...handset import Handset
from ...power import Wakefulness


def dump_power(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """The first part of the answer; real phones print some hundred lines more."""
    is_on = handset.power.wakefulness is Wakefulness.AWAKE
    flag = "true" if is_on else "false"
    return (
        "POWER MANAGER (dumpsys power)\n\n"
        "Power Manager State:\n"
        "  Settings power_manager_constants:\n"
        "    no_cached_wake_locks=true\n"
        "  mDirty=0x0\n"
        f"  mWakefulness={handset.power.wakefulness}\n"
        "  mWakefulnessChanging=false\n"
        f"  mIsPowered={'true' if handset.battery.is_usb_powered else 'false'}\n"
        f"  mPlugType={2 if handset.battery.is_usb_powered else 0}\n"
        f"  mBatteryLevel={handset.battery.level}\n"
        f"  mStayOn={'true' if is_on and _stays_on(handset) else 'false'}\n"
        "  mBootCompleted=true\n"
        f"  mStayOnWhilePluggedInSetting={handset.settings.get('global', 'stay_on_while_plugged_in') or 0}\n"
        f"  mHoldingWakeLockSuspendBlocker={flag}\n"
        f"  mHoldingDisplaySuspendBlocker={flag}\n\n"
        "Wake Locks: size=0\n\n"
        f"Display Power: state={'ON' if is_on else 'OFF'}\n"
    )


def _stays_on(handset: Handset) -> bool:
    """USB is bit 2 of the setting."""
    setting = handset.settings.get("global", "stay_on_while_plugged_in") or ""
    return handset.battery.is_usb_powered and setting.isdigit() and int(setting) & 2 != 0
