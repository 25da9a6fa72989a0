"""The switches that vendors put into their settings, and the rights of adb that hang on them (facts/android.md §9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .faults import Right


class Switch(StrEnum):
    """A switch by what it is called."""

    USB_DEBUGGING_SECURITY = "usb_debugging_security"
    """Xiaomi: USB debugging (Security settings)."""
    PERMISSION_MONITORING_DISABLED = "permission_monitoring_disabled"
    """OPPO, realme, OnePlus: Disable permission monitoring."""
    AUTO_BLOCKER = "auto_blocker"
    """Samsung: Auto Blocker."""
    SIMULATED_TAP = "simulated_tap"
    """vivo: USB simulated tap (USB 模拟点击). Reported, not verified."""


class SwitchState(StrEnum):
    """Where a switch stands."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRule:
    """One switch of one software."""

    switch: Switch
    state: SwitchState
    """As the phone leaves the factory."""
    takes: frozenset[Right]
    """What shell does not have …"""
    taken_while: SwitchState
    """… while the switch stands here."""


class Switches:
    """The switches of one phone. They keep their states over a reboot."""

    def __init__(self, rules: Iterable[SwitchRule]) -> None:
        self._rules = {rule.switch: rule for rule in rules}
        self._states = {rule.switch: rule.state for rule in self._rules.values()}

    @property
    def names(self) -> tuple[Switch, ...]:
        """The switches this phone has."""
        return tuple(self._rules)

    def state(self, switch: Switch) -> SwitchState:
        """Raise `KeyError` for a switch this phone does not have."""
        return self._states[switch]

    def set(self, switch: Switch, state: SwitchState) -> None:
        """The person at the phone flips it; rights follow at once. Raise `KeyError` as `state`."""
        self._states[self._rules[switch].switch] = state

    def denied(self) -> frozenset[Right]:
        """What the switches take from shell as they stand now."""
        taken = [rule.takes for rule in self._rules.values() if self._states[rule.switch] is rule.taken_while]
        return frozenset[Right]().union(*taken)
