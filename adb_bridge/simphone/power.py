"""Screen, keyguard and battery: what the power button, the PIN and time do to a phone."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Wakefulness(StrEnum):
    """`mWakefulness` in `dumpsys power`."""

    AWAKE = "Awake"
    ASLEEP = "Asleep"


_THROTTLE_S: Final = 30.0
_DAY_S: Final = 86_400.0


def throttle_s(failures: int) -> float:
    """How long the keeper of credentials refuses to look after this many wrong ones in a row (gatekeeper.cpp)."""
    if failures <= 10:
        return _THROTTLE_S if failures and failures % 5 == 0 else 0.0
    if failures < 30:
        return _THROTTLE_S
    return _THROTTLE_S * 2 ** ((failures - 30) // 10) if failures < 140 else _DAY_S


class CredentialResult(StrEnum):
    """What the lock settings service says of a credential."""

    OK = "ok"
    MISMATCH = "mismatch"
    THROTTLED = "throttled"
    NOT_SET = "not_set"
    """A credential was given and none is set."""


@dataclass(slots=True, kw_only=True)
class Battery:
    """What `dumpsys battery` reads."""

    level: int
    """0..100."""
    is_usb_powered: bool = False
    temperature: int = 286
    """0.1 °C."""
    voltage: int = 3987
    """mV."""

    @property
    def status(self) -> int:
        """2 charging, 3 discharging, 5 full."""
        return (5 if self.level == 100 else 2) if self.is_usb_powered else 3


class Power:
    """Screen and keyguard. `emit(tag, message)` writes to the event log."""

    def __init__(
        self,
        *,
        pin: str | None,
        wakefulness: Wakefulness,
        is_locked: bool,
        emit: Callable[[str, str], None],
        monotonic: Callable[[], float],
    ) -> None:
        self.wakefulness = wakefulness
        self.is_keyguard_showing = is_locked or wakefulness is Wakefulness.ASLEEP
        self.is_user_unlocked = True
        """False from a reboot until the first unlock: credential-encrypted storage is closed."""
        self.strong_auth_flags = 0
        self.is_lock_disabled = False
        """`locksettings set-disabled true`: swipe is off too."""
        self.credential_kind = "Pin"
        self._pin = pin
        self._emit = emit
        self._monotonic = monotonic
        self.failures = 0
        """Wrong credentials in a row; a reboot does not forgive them."""
        self._throttled_until = 0.0

    @property
    def has_credential(self) -> bool:
        """A PIN, password or pattern is set."""
        return self._pin is not None

    @property
    def is_device_locked(self) -> bool:
        """`deviceLocked` in `dumpsys trust`: the keyguard shows and wants a credential."""
        return self.is_keyguard_showing and self.has_credential

    def sleep(self) -> None:
        """KEYCODE_SLEEP: screen off; locks at once ("power button instantly locks" is on)."""
        if self.wakefulness is Wakefulness.ASLEEP:
            return
        self.wakefulness = Wakefulness.ASLEEP
        self._emit("power_screen_state", "[0,2,0,0,412]")
        self._emit("screen_toggled", "0")
        if self.has_credential or not self.is_lock_disabled:
            self.is_keyguard_showing = True

    def wake(self) -> None:
        """KEYCODE_WAKEUP: screen on; the keyguard stays."""
        if self.wakefulness is Wakefulness.AWAKE:
            return
        self.wakefulness = Wakefulness.AWAKE
        self._emit("power_screen_state", "[1,0,0,0,318]")
        self._emit("screen_toggled", "1")

    def press(self) -> None:
        """KEYCODE_POWER: toggles."""
        if self.wakefulness is Wakefulness.AWAKE:
            self.sleep()
        else:
            self.wake()

    def unlock(self) -> None:
        """The person enters the credential (or swipes)."""
        self.wake()
        self.is_keyguard_showing = False
        self.is_user_unlocked = True
        self.strong_auth_flags = 0

    def restart(self) -> None:
        """After a reboot: locked, storage closed when there is a credential."""
        self.wakefulness = Wakefulness.AWAKE
        self.is_keyguard_showing = not self.is_lock_disabled or self.has_credential
        self.is_user_unlocked = not self.has_credential
        self.strong_auth_flags = 0x1 if self.has_credential else 0

    def require_strong_auth(self, flags: int) -> None:
        """Biometrics and trust agents are off until the credential is entered."""
        self.strong_auth_flags |= flags

    def check(self, credential: str) -> CredentialResult:
        """Check a credential as the lock settings service does: the fifth wrong one in a row, and some after it, is
        answered with a pause instead; no credential is looked at until it is over. The right one opens storage."""
        if self._pin is None:
            return CredentialResult.OK if credential == "" else CredentialResult.NOT_SET
        if self._monotonic() < self._throttled_until:
            return CredentialResult.THROTTLED
        if credential == self._pin:
            self.failures = 0
            self.is_user_unlocked = True
            return CredentialResult.OK
        self.failures += 1
        pause_s = throttle_s(self.failures)
        self._throttled_until = self._monotonic() + pause_s
        return CredentialResult.THROTTLED if pause_s else CredentialResult.MISMATCH

    def set_disabled(self, *, is_disabled: bool) -> None:
        """Swipe goes or comes back; without effect while there is a credential."""
        self.is_lock_disabled = is_disabled
        if is_disabled and not self.has_credential:
            self.is_keyguard_showing = False

    def set_credential(self, pin: str | None, kind: str = "Pin") -> None:
        """Set or clear the credential without asking for the old one."""
        self._pin = pin
        self.credential_kind = kind
        self.failures = 0
        if pin is None:
            self.is_user_unlocked = True
