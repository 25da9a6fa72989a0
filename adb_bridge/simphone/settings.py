"""The three settings tables behind `settings`."""

from typing import Final

NAMESPACES: Final = ("system", "secure", "global")
MAX_VALUE: Final = 32_768


class Settings:
    """Text by namespace and key."""

    def __init__(self, *, android_id: str, device_name: str) -> None:
        self._tables: dict[str, dict[str, str]] = {
            "system": {"screen_off_timeout": "60000", "screen_brightness": "96", "time_12_24": "24"},
            "secure": {
                "android_id": android_id,
                "default_input_method": "com.android.inputmethod/.Ime",
                "bluetooth_name": device_name,
                "lock_screen_lock_after_timeout": "5000",
                "user_setup_complete": "1",
            },
            "global": {
                "adb_enabled": "1",
                "airplane_mode_on": "0",
                "auto_time": "1",
                "auto_time_zone": "1",
                "development_settings_enabled": "1",
                "device_name": device_name,
                "device_provisioned": "1",
                "stay_on_while_plugged_in": "0",
                "wifi_on": "1",
            },
        }

    def get(self, namespace: str, key: str) -> str | None:
        """The value or None."""
        return self._tables[namespace].get(key)

    def put(self, namespace: str, key: str, value: str) -> None:
        """Set a value (cut to 32 KiB)."""
        self._tables[namespace][key] = value[:MAX_VALUE]

    def delete(self, namespace: str, key: str) -> bool:
        """Whether there was something to delete."""
        return self._tables[namespace].pop(key, None) is not None

    def items(self, namespace: str) -> list[tuple[str, str]]:
        """All of a namespace, sorted by key."""
        return sorted(self._tables[namespace].items())
