"""`dumpsys battery` (BatteryService, Android 11; `Dock powered` since 13)."""

from ...handset import Handset


def dump_battery(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """The whole answer."""
    battery = handset.battery
    dock = "  Dock powered: false\n" if handset.spec.sdk >= 33 else ""
    return (
        "Current Battery Service state:\n"
        "  AC powered: false\n"
        f"  USB powered: {'true' if battery.is_usb_powered else 'false'}\n"
        f"  Wireless powered: false\n{dock}"
        f"  Max charging current: {500_000 if battery.is_usb_powered else 0}\n"
        f"  Max charging voltage: {5_000_000 if battery.is_usb_powered else 0}\n"
        f"  Charge counter: {battery.level * 45_000}\n"
        f"  status: {battery.status}\n"
        "  health: 2\n"
        "  present: true\n"
        f"  level: {battery.level}\n"
        "  scale: 100\n"
        f"  voltage: {battery.voltage}\n"
        f"  temperature: {battery.temperature}\n"
        "  technology: Li-ion\n"
    )
