"""Which hosts a phone knows, and for how long.

Source: `AdbDebuggingManager.AdbKeyStore` (Android 11+): a key not used for `adb_allowed_connection_time` milliseconds
by the phone's wall clock is forgotten; 604,800,000 (7 days) when the setting is absent, never when it is 0.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from .settings import Settings
from .wire.auth import HostKey

ALLOWED_TIME_SETTING: Final = "adb_allowed_connection_time"
DEFAULT_ALLOWED_MS: Final = 604_800_000
_LONGEST_MS: Final = 10**14


class TrustedHosts:
    """Host keys with the time of their last use. A key with a connection open is in use all the time."""

    def __init__(self, keys: Iterable[HostKey], *, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._last_use = dict.fromkeys(keys, now())
        self._open: Counter[HostKey] = Counter()

    def current(self) -> frozenset[HostKey]:
        """The keys that may come in now; those that lapsed are forgotten."""
        allowed_ms = self._allowed_ms()
        if allowed_ms:
            oldest = self._now() - timedelta(milliseconds=allowed_ms)
            self._last_use = {key: at for key, at in self._last_use.items() if self._open[key] or at >= oldest}
        return frozenset(self._last_use)

    def trust(self, key: HostKey) -> None:
        """Remember a host: it was paired, or the person tapped "always allow"."""
        self._last_use[key] = self._now()

    def enter(self, key: HostKey) -> None:
        """A connection with this key begins."""
        self._open[key] += 1
        self._touch(key)

    def leave(self, key: HostKey) -> None:
        """It ended."""
        self._open[key] -= 1
        self._touch(key)

    def forget_all(self) -> None:
        """ "Revoke USB debugging authorisations"."""
        self._last_use.clear()

    def _touch(self, key: HostKey) -> None:
        if key in self._last_use:
            self._last_use[key] = self._now()

    def _allowed_ms(self) -> int:
        text = self._settings.get("global", ALLOWED_TIME_SETTING) or ""
        return min(int(text), _LONGEST_MS) if text.isascii() and text.isdecimal() else DEFAULT_ALLOWED_MS
