"""Severity and state as glyph + word + colour, so that none of the three carries the meaning alone."""

from collections.abc import Iterable
from typing import Final

from daemon.api.texts import Texts
from daemon.api.wire import (
    AlertStatus,
    Command,
    CommandState,
    Device,
    DeviceAvailability,
    Direction,
    EventKind,
    Severity,
)

from ..safe_text import SafeContent, joined, safe_text
from .symbols import GlyphName as GlyphName
from .symbols import glyph as glyph

SEVERITIES: Final = tuple(reversed(Severity))
"""Worst first."""

_SEVERITY: Final[dict[Severity, tuple[str, str]]] = {
    Severity.CRITICAL: ("▲", "bold $text-error"),
    Severity.HIGH: ("◆", "$text-error"),
    Severity.MEDIUM: ("■", "$text-warning"),
    Severity.LOW: ("●", "$text-primary"),
    Severity.INFO: ("○", "$muted"),
}
_AVAILABILITY: Final[dict[DeviceAvailability, tuple[str, str]]] = {
    DeviceAvailability.ONLINE: ("●", "$text-success"),
    DeviceAvailability.IDLE: ("◐", "$text-primary"),
    DeviceAvailability.OFFLINE: ("○", "$text-warning"),
    DeviceAvailability.MISSING: ("×", "$text-error"),
}
_STATUS: Final[dict[AlertStatus, tuple[str, str]]] = {
    AlertStatus.OPEN: ("○", "bold"),
    AlertStatus.ACKNOWLEDGED: ("◐", ""),
    AlertStatus.RESOLVED: ("●", "$text-success"),
    AlertStatus.SUPPRESSED: ("×", "$muted"),
}
_COMMAND: Final[dict[CommandState, tuple[str, str]]] = {
    CommandState.QUEUED: ("○", "$text-primary"),
    CommandState.SENT: ("◐", "$text-warning"),
    CommandState.ACKNOWLEDGED: ("●", "$text-success"),
    CommandState.FAILED: ("×", "bold $text-error"),
    CommandState.NOT_NOW: ("◌", "$text-warning"),
    CommandState.UNKNOWN: ("?", "bold $text-warning"),
    CommandState.EXPIRED: ("×", "$text-warning"),
    CommandState.CANCELLED: ("×", "$muted"),
}
_DIRECTION: Final[dict[Direction, str]] = {Direction.IN: "←", Direction.OUT: "→", Direction.NONE: " "}
ADB_TROUBLE: Final = frozenset({"unauthorized", "offline", "authorizing", "connecting", "no permissions", "recovery"})
"""adb states that say more than the availability does; each has its word in the catalog."""


def severity_rank(severity: Severity) -> int:
    """0 for info up to 4 for critical."""
    return list(Severity).index(severity)


def severity_cell(severity: Severity, texts: Texts) -> SafeContent:
    """Glyph, word and colour of a severity."""
    sign, style = _SEVERITY[severity]
    return safe_text(f"{sign} {texts.get(f'app.severity.{severity}')}", style)


def status_cell(status: AlertStatus, texts: Texts) -> SafeContent:
    """Glyph, word and colour of an alert's status."""
    sign, style = _STATUS[status]
    return safe_text(f"{sign} {texts.get(f'app.status.{status}')}", style)


def command_cell(state: CommandState, texts: Texts) -> SafeContent:
    """Glyph, word and colour of a command's state."""
    sign, style = _COMMAND[state]
    return safe_text(f"{sign} {texts.get(f'app.command.{state}')}", style)


def state_cell(command: Command, texts: Texts) -> SafeContent:
    """The same of a command, with what it waits for from people."""
    if not command.state.is_terminal and command.awaiting_approval:
        return safe_text(f"◌ {texts.get('app.command.approval')}", "bold $text-warning")
    if not command.state.is_terminal and command.needs_decision:
        return safe_text(f"? {texts.get('app.command.decision')}", "bold $text-warning")
    return command_cell(command.state, texts)


def direction_glyph(direction: Direction) -> str:
    """An arrow from or to the phone, a blank for neither."""
    return _DIRECTION[direction]


def kind_word(kind: EventKind, texts: Texts) -> str:
    """The kind in words."""
    return texts.get(f"app.kind.{kind}")


def device_state(device: Device, texts: Texts) -> SafeContent:
    """Availability, or the adb state where that is what a person must act on, and whether the phone is locked."""
    sign, style = _AVAILABILITY[device.availability]
    if device.state in ADB_TROUBLE and device.availability is not DeviceAvailability.ONLINE:
        sign, style = "!", "bold $text-warning"
        word = texts.get(f"app.adb.{device.state.replace(' ', '_')}")
    else:
        word = texts.get(f"app.availability.{device.availability}")
    parts = [safe_text(f"{sign} {word}", style)]
    if device.is_locked and device.availability is DeviceAvailability.ONLINE:
        parts.append(safe_text(" · " + texts.get("app.device.locked")))
    return joined(parts)


def severity_counts(counts: Iterable[tuple[Severity, int]], texts: Texts) -> SafeContent:
    """`▲ 2 crit ◆ 1 high`, worst first, zeros left out; the word for none when all are zero."""
    parts: list[SafeContent] = []
    for severity, count in counts:
        if count:
            sign, style = _SEVERITY[severity]
            lead = "  " if parts else ""
            parts.append(safe_text(f"{lead}{sign} {count} {texts.get(f'app.severity_short.{severity}')}", style))
    return joined(parts) if parts else safe_text(texts.get("app.header.no_alerts"), "$text-success")
