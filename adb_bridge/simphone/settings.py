"""The three settings tables behind `settings`."""

from collections.abc import Callable
from typing import Final

NAMESPACES: Final = ("system", "secure", "global")
MAX_VALUE: Final = 32_768


class Settings:
    """Text by namespace and key."""

    def __init__(self, *, android_id: str, device_name: str) -> None:
        self._device_name = device_name
        self._tables: dict[str, dict[str, str]] = {}
        self.reset(android_id=android_id)
        self._watchers: list[Callable[[str, str], None]] = []

    def reset(self, *, android_id: str) -> None:
        """As after a factory reset; nobody is told."""
        device_name = self._device_name
        self._tables = {
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

    def watch(self, changed: Callable[[str, str], None]) -> None:
        """Call `changed(namespace, key)` after every `put` and `delete`, as a content observer."""
        self._watchers.append(changed)

    def get(self, namespace: str, key: str) -> str | None:
        """The value or None."""
        return self._tables[namespace].get(key)

    def put(self, namespace: str, key: str, value: str) -> None:
        """Set a value (cut to 32 KiB)."""
        self._tables[namespace][key] = value[:MAX_VALUE]
        self._notify(namespace, key)

    def delete(self, namespace: str, key: str) -> bool:
        """Whether there was something to delete."""
        was_set = self._tables[namespace].pop(key, None) is not None
        self._notify(namespace, key)
        return was_set

    def items(self, namespace: str) -> list[tuple[str, str]]:
        """All of a namespace, sorted by key."""
        return sorted(self._tables[namespace].items())

    def _notify(self, namespace: str, key: str) -> None:
        for changed in self._watchers:
            changed(namespace, key)
