"""`cmd wifi status` (WifiShellCommand, Android 11 on): switched on, and where it is connected."""

from typing import Final

from .call import Call

FIRST_SDK: Final = 30
_PRIMARY: Final = 31
_MISSING: Final = "Wifi scanning is only available when wifi is enabled"


async def wifi_command(call: Call, words: tuple[str, ...]) -> int:
    """Read only: what shell could switch is `svc wifi`'s."""
    if words[:1] != ("status",):
        await call.print("Wi-Fi (wifi) commands:")
        return 255
    handset = call.handset
    if handset.settings.get("global", "wifi_on") == "0":
        await call.print(f"Wifi is disabled\n{_MISSING}")
        return 0
    await call.print(f"Wifi is enabled\n{_MISSING}")
    if handset.spec.sdk >= _PRIMARY:
        await call.print("==== Primary ClientModeManager instance ====")
    if handset.bssid is None:
        await call.print("Wifi is not connected")
        return 0
    await call.print(f'Wifi is connected to "{handset.spec.ssid}"')
    await call.print(
        f'WifiInfo: SSID: "{handset.spec.ssid}", BSSID: {handset.bssid}, MAC: 02:00:00:00:00:00, IP: /192.168.1.23, '
        "Security type: 2, Supplicant state: COMPLETED, Wi-Fi standard: 11ac, RSSI: -52, Link speed: 433Mbps, "
        "Frequency: 5180MHz, Net ID: 0, Metered hint: false, score: 60"
    )
    return 0
