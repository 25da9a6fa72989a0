"""What the console knows of the shop: the last known state of everything, bounded, free of widgets.

Stream items and loaded lists are merged by id; the newer of two versions of one thing wins, so that a list that was
asked for before an item arrived never undoes it.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import Flag, auto
from typing import Final

from daemon.api.errors import ApiRefusedError
from daemon.api.links import LinkOnline, LinkState
from daemon.api.wire import (
    Alert,
    AlertStatus,
    Command,
    CommandState,
    Device,
    Event,
    Health,
    Hello,
    Severity,
    StreamItem,
    StreamKind,
    Verb,
)

from .glyphs import SEVERITIES

DEVICES_KEPT: Final = 2000
ALERTS_KEPT: Final = 20_000
ALERTS_OVER: Final = 500
"""As many more before the least of them are dropped, all at once: dropping sorts them."""
COMMANDS_KEPT: Final = 500
EVENTS_WAITING: Final = 1000
"""Live events kept between two repaints; more than that and the list is loaded anew."""

_ALERT_ORDER: Final = list(AlertStatus)
_COMMAND_ORDER: Final = [
    CommandState.QUEUED, CommandState.NOT_NOW, CommandState.SENT, CommandState.UNKNOWN,
    CommandState.ACKNOWLEDGED, CommandState.FAILED, CommandState.EXPIRED, CommandState.CANCELLED,
]  # fmt: skip


class Part(Flag):
    """What changed, and so what to repaint."""

    NOTHING = 0
    HEADER = auto()
    DEVICES = auto()
    ALERTS = auto()
    EVENTS = auto()
    COMMANDS = auto()
    HEALTH = auto()
    EVERYTHING = HEADER | DEVICES | ALERTS | EVENTS | COMMANDS | HEALTH


class Shop:
    """The shop as last seen. Everything is by id; nothing grows without a limit."""

    def __init__(self) -> None:
        self.hello: Hello | None = None
        self.link: LinkState | None = None
        """None until the first answer or failure."""
        self.lost_at: datetime | None = None
        """When the daemon was last there, of a link that is lost now or was."""
        self.clock_ahead_s = 0.0
        """The daemon's clock against ours, at its last greeting."""
        self.health: Health | None = None
        self.devices: dict[str, Device] = {}
        self.alerts: dict[str, Alert] = {}
        self.commands: dict[str, Command] = {}
        self.loaded = Part.NOTHING
        """The lists that were loaded at least once: nothing is said of what is not known."""
        self.is_alert_count_exact = True
        """False while the daemon holds more open alerts than are here."""
        self._commands_of: dict[str, dict[str, Command]] = {}
        self.refused: dict[Part, ApiRefusedError] = {}
        """Lists that this caller may not read, with the daemon's words."""
        self._waiting: list[Event] = []
        self._has_overflowed = False

    @property
    def is_online(self) -> bool:
        return isinstance(self.link, LinkOnline)

    def apply(self, item: StreamItem) -> Part:
        """Take one stream item; answers what it changed. RESET changes everything: load the lists again."""
        match item.kind:
            case StreamKind.HELLO:
                self.hello = item.hello or self.hello
                return Part.HEADER
            case StreamKind.HEALTH:
                return self.put_health(item.health) if item.health else Part.NOTHING
            case StreamKind.DEVICE:
                return self.put_devices((item.device,)) if item.device else Part.NOTHING
            case StreamKind.ALERT:
                return self.put_alerts((item.alert,)) if item.alert else Part.NOTHING
            case StreamKind.COMMAND:
                return self.put_commands((item.command,)) if item.command else Part.NOTHING
            case StreamKind.EVENT:
                return self._put_event(item.event) if item.event else Part.NOTHING
            case StreamKind.RESET:
                self._waiting.clear()
                self._has_overflowed = True
                return Part.EVERYTHING

    def put_health(self, health: Health) -> Part:
        self.health = health
        return Part.HEALTH | Part.HEADER

    def put_devices(self, devices: Iterable[Device]) -> Part:
        for device in devices:
            if device.serial in self.devices or len(self.devices) < DEVICES_KEPT:
                self.devices[device.serial] = device
        return Part.DEVICES | Part.HEADER

    def put_alerts(self, alerts: Iterable[Alert]) -> Part:
        for alert in alerts:
            known = self.alerts.get(alert.alert_id)
            if known is None or _alert_version(alert) >= _alert_version(known):
                self.alerts[alert.alert_id] = alert
        if len(self.alerts) > ALERTS_KEPT + ALERTS_OVER:
            settled = {AlertStatus.RESOLVED, AlertStatus.SUPPRESSED}
            by_worth = sorted(self.alerts.values(), key=lambda alert: (alert.status not in settled, alert.raised_at))
            for alert in by_worth[: len(self.alerts) - ALERTS_KEPT]:
                self.is_alert_count_exact = self.is_alert_count_exact and alert.status in settled
                del self.alerts[alert.alert_id]
        return Part.ALERTS | Part.HEADER

    @property
    def has_room_for_alerts(self) -> bool:
        """Whether a page more would stay."""
        return len(self.alerts) < ALERTS_KEPT

    def put_alert_page(self, alerts: Iterable[Alert], *, is_last: bool) -> Part:
        """One more page of open alerts, newest first; `is_last` when the daemon holds none beyond it."""
        self.is_alert_count_exact = is_last
        return self.put_alerts(alerts)

    def put_commands(self, commands: Iterable[Command]) -> Part:
        for command in commands:
            known = self.commands.get(command.command_id)
            if known is None or _version(command) >= _version(known):
                self.commands[command.command_id] = command
                self._commands_of.setdefault(command.device, {})[command.command_id] = command
        if len(self.commands) > COMMANDS_KEPT:
            by_worth = sorted(self.commands.values(), key=lambda one: (not one.state.is_terminal, one.requested_at))
            for command in by_worth[: len(self.commands) - COMMANDS_KEPT]:
                del self.commands[command.command_id]
                del self._commands_of[command.device][command.command_id]
        return Part.COMMANDS | Part.DEVICES | Part.HEADER

    def take_events(self) -> tuple[tuple[Event, ...], bool]:
        """The live events since the last call, oldest first, and whether some were lost so that a reload is due."""
        events, self._waiting = tuple(self._waiting), []
        has_overflowed, self._has_overflowed = self._has_overflowed, False
        return events, has_overflowed

    def open_alerts(self) -> tuple[tuple[Severity, int], ...]:
        """Open alerts by severity, worst first."""
        if not self.is_alert_count_exact and self.health is not None:
            counted = self.health.open_alerts_by_severity
            return tuple((severity, counted.get(severity, 0)) for severity in SEVERITIES)
        tally = dict.fromkeys(SEVERITIES, 0)
        for alert in self.alerts.values():
            if alert.status is AlertStatus.OPEN:
                tally[alert.severity] += 1
        return tuple(tally.items())

    def pending_commands(self) -> tuple[Command, ...]:
        """What has not ended, oldest first."""
        pending = (command for command in self.commands.values() if not command.state.is_terminal)
        return tuple(sorted(pending, key=lambda command: command.requested_at))

    def commands_of(self, serial: str) -> tuple[Command, ...]:
        """Those of one phone, in no order; costs no more than there are."""
        return tuple(self._commands_of.get(serial, {}).values())

    def last_command(self, serial: str, verb: Verb | None = None) -> Command | None:
        """The youngest command of a phone."""
        mine = (one for one in self.commands_of(serial) if verb in {None, one.verb})
        return max(mine, key=lambda command: command.requested_at, default=None)

    def name_of(self, serial: str) -> str:
        """The employee, or the serial of a phone that nobody has."""
        device = self.devices.get(serial)
        return device.employee if device is not None and device.employee else serial

    def _put_event(self, event: Event) -> Part:
        if len(self._waiting) >= EVENTS_WAITING:
            self._waiting.clear()
            self._has_overflowed = True
        self._waiting.append(event)
        return Part.EVENTS


def _alert_version(alert: Alert) -> tuple[float, int]:
    """The time of its last step, then the order of statuses: a settled one may be opened again."""
    return alert.handled_at.timestamp() if alert.handled_at is not None else 0.0, _ALERT_ORDER.index(alert.status)


def _version(command: Command) -> tuple[bool, float, int]:
    """Terminal states are last, then time decides, then the order of states."""
    return command.state.is_terminal, command.updated_at.timestamp(), _COMMAND_ORDER.index(command.state)
