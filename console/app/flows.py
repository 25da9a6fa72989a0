"""What a person does, from the key to the daemon's answer: ask, call, say what happened. One method a flow.

Flows act on ids that were fixed when the key was pressed: rows may move while a dialog is open.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.policy import RulesInForce
from daemon.api.policy_client import rules_in_force
from daemon.api.wire import (
    Alert,
    AlertStatus,
    Command,
    CommandRequest,
    CommandState,
    Device,
    DeviceAvailability,
    Event,
    EventQuery,
    Verb,
)

from ..safe_text import SafeContent, lines, safe_page, safe_text
from .access import Act
from .calls import CallingApp
from .desk import Desk
from .dialogs.ask import LEAST_NOTE, LEAST_REASON, AskDialog, Weight
from .dialogs.dialog import labelled
from .dialogs.page import PageDialog, RevealedDialog
from .glyphs import device_state
from .shop import Part

LOCK_EXPIRES_S: Final = 24 * 3600
DEVICES_NAMED: Final = 12


class Flows:
    """The actions of the console. `changed` is told which parts of the shop an answer touched."""

    def __init__(self, app: CallingApp, desk: Desk, changed: Callable[[Part], None]) -> None:
        self._app = app
        self._desk = desk
        self._changed = changed

    def why_not_lock(self, devices: Sequence[Device]) -> str | None:
        """The reason why these phones cannot be locked; None when they can."""
        reason = self._desk.refusal(Act.LOCK)
        if reason is not None:
            return reason
        if not devices:
            return self._desk.say("refusal.no_device")
        stranger = next((device for device in devices if device.employee is None), None)
        if stranger is not None:
            return self._desk.say("refusal.not_enrolled", device=stranger.serial)
        for device in devices:
            pending = self._desk.shop.last_command(device.serial, Verb.LOCK)
            if pending is not None and not pending.state.is_terminal:
                return self._desk.say("refusal.lock_pending", device=self._desk.shop.name_of(device.serial))
        return None

    def lock(self, devices: Sequence[Device]) -> None:
        """Confirm ladder, level 1: names target, owner and effect, asks for a reason, starts on Cancel."""
        if self._explained(self.why_not_lock(devices)):
            return
        desk = self._desk
        dialog = AskDialog(
            desk,
            title=safe_text(desk.say("lock.title" if len(devices) == 1 else "lock.title_many", n=len(devices))),
            text=self._lock_text(devices),
            confirm="lock",
            field="reason",
            least=LEAST_REASON,
            weight=Weight.DESTRUCTIVE,
        )
        serials = tuple(device.serial for device in devices)
        self._app.push_screen(dialog, partial(self._lock_confirmed, serials))

    def why_not_cancel(self, command: Command | None) -> str | None:
        reason = self._desk.refusal(Act.CANCEL_COMMAND)
        if reason is not None:
            return reason
        if command is None:
            return self._desk.say("refusal.no_command")
        if command.state not in {CommandState.QUEUED, CommandState.NOT_NOW}:
            return self._desk.say("refusal.not_queued", state=self._desk.say(f"command.{command.state}"))
        return None

    def cancel(self, command: Command | None) -> None:
        """Cancel a command that no phone has yet; nothing is lost by it, so nothing is asked."""
        if not self._explained(self.why_not_cancel(command)) and command is not None:
            self._app.call(self._desk.client.cancel_command(command.command_id), self._command_changed)

    def why_not_handle(self, alerts: Sequence[Alert], to: AlertStatus) -> str | None:
        reason = self._desk.refusal(Act.HANDLE_ALERT)
        if reason is not None:
            return reason
        if not alerts:
            return self._desk.say("refusal.no_alert")
        admitted = (
            {AlertStatus.OPEN} if to is AlertStatus.ACKNOWLEDGED else {AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED}
        )
        if all(alert.status not in admitted for alert in alerts):
            return self._desk.say("refusal.alert_settled", status=self._desk.say(f"status.{alerts[0].status}"))
        return None

    def acknowledge(self, alerts: Sequence[Alert]) -> None:
        """Say that somebody looks at it; nothing is asked."""
        if not self._explained(self.why_not_handle(alerts, AlertStatus.ACKNOWLEDGED)):
            for alert in alerts:
                if alert.status is AlertStatus.OPEN:
                    self._change_alert(AlertStatus.ACKNOWLEDGED, None, alert.alert_id)

    def resolve(self, alerts: Sequence[Alert]) -> None:
        """Close alerts with a note of what came of it."""
        if self._explained(self.why_not_handle(alerts, AlertStatus.RESOLVED)):
            return
        desk = self._desk
        named = [safe_text(f"{desk.shop.name_of(alert.device)} · {alert.title}") for alert in alerts[:DEVICES_NAMED]]
        dialog = AskDialog(
            desk,
            title=safe_text(desk.say("resolve.title", n=len(alerts))),
            text=lines([*named, safe_text(""), safe_page(desk.say("resolve.effect"), "$muted")]),
            confirm="resolve",
            field="note",
            least=LEAST_NOTE,
            weight=Weight.HARMLESS,
        )
        ids = tuple(alert.alert_id for alert in alerts if alert.status in {AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED})
        self._app.push_screen(dialog, partial(self._resolve_confirmed, ids))

    def why_not_reveal(self, event_id: str | None) -> str | None:
        reason = self._desk.refusal(Act.REVEAL)
        if reason is not None:
            return reason
        return self._desk.say("refusal.no_event") if event_id is None else None

    def reveal(self, event_id: str | None, device: str) -> None:
        """Open one event's content. The reason is on the daemon's disk before the content arrives."""
        if self._explained(self.why_not_reveal(event_id)) or event_id is None:
            return
        desk = self._desk
        dialog = AskDialog(
            desk,
            title=safe_text(desk.say("reveal.title")),
            text=lines(
                [
                    *labelled(desk, [("device", safe_text(desk.shop.name_of(device))), ("event", safe_text(event_id))]),
                    safe_text(""),
                    safe_page(desk.say("reveal.effect"), "$muted"),
                ]
            ),
            confirm="reveal",
            field="reason",
            least=LEAST_REASON,
            weight=Weight.HARMLESS,
        )
        self._app.push_screen(dialog, partial(self._reveal_confirmed, event_id))

    def show_timeline(self, event_id: str) -> None:
        """The conversation around an event or an alert, masked."""
        from .dialogs.timeline import TimelineScreen  # it needs these flows itself

        self._app.push_screen(TimelineScreen(self._desk, self, self._app, event_id))

    def why_not_explain(self) -> str | None:
        """The daemon explains: without it nothing is."""
        return None if self._desk.shop.is_online else self._desk.say("refusal.offline")

    def explain(self) -> None:
        """Why the rules in force find a text, told while it is typed."""
        from .dialogs.explain import ExplainScreen

        if not self._explained(self.why_not_explain()):
            self._app.push_screen(ExplainScreen(self._desk, self._app))

    def why_not_try(self) -> str | None:
        return self._desk.refusal(Act.TRY_RULES) or self.why_not_explain()

    def try_rules(self) -> None:
        """What a candidate would find in the archive; every try is in the audit."""
        from .dialogs.trial import TrialScreen

        if not self._explained(self.why_not_try()):
            self._app.push_screen(TrialScreen(self._desk, self._app))

    def load_rules(self, then: Callable[[RulesInForce], None], otherwise: Callable[[ApiClientError], None]) -> None:
        """Those in force, with what each found lately."""
        self._app.call(rules_in_force(self._desk.client), then, otherwise)

    def load_events(
        self,
        query: EventQuery,
        then: Callable[[tuple[Event, ...]], None],
        otherwise: Callable[[ApiClientError], None],
    ) -> None:
        """A page of masked events."""
        self._app.call(self._desk.client.events(query), then, otherwise)

    def _lock_text(self, devices: Sequence[Device]) -> SafeContent:
        desk = self._desk
        if len(devices) > 1:
            rows = []
            head = [
                safe_text(f"{device.employee} · {device.serial} · {device_state(device, desk.texts).plain}")
                for device in devices[:DEVICES_NAMED]
            ]
            if len(devices) > DEVICES_NAMED:
                head.append(desk.line("lock.and_more", n=len(devices) - DEVICES_NAMED))
        else:
            device = devices[0]
            seen = desk.times.both(device.last_seen_at) if device.last_seen_at else desk.say("device.never_seen")
            rows = [
                ("device", safe_text(f"{device.serial} · {device.profile}")),
                ("owner", safe_text(device.employee or "–")),
                ("ownership", desk.line("lock.ownership")),
                ("last_seen", safe_text(seen)),
                ("state", device_state(device, desk.texts)),
            ]
            head = []
        is_online = all(device.availability is DeviceAvailability.ONLINE for device in devices)
        return lines(
            [
                *head,
                *labelled(
                    desk,
                    [
                        *rows,
                        ("effect", desk.line("lock.effect_now" if is_online else "lock.effect_later", "bold")),
                        ("cancellable", desk.line("lock.cancellable")),
                        ("expiry", desk.line("lock.expiry", age=desk.times.span(LOCK_EXPIRES_S))),
                    ],
                ),
            ]
        )

    def _lock_confirmed(self, serials: tuple[str, ...], reason: str | None) -> None:
        if reason is None:
            return
        for serial in serials:
            request = CommandRequest(device=serial, verb=Verb.LOCK, reason=reason, expires_in_s=LOCK_EXPIRES_S)
            self._app.call(self._desk.client.command(request), self._lock_queued)

    def _lock_queued(self, command: Command) -> None:
        self._command_changed(command)
        device = self._desk.shop.devices.get(command.device)
        if device is None or device.availability is not DeviceAvailability.ONLINE:
            self._app.notify(self._desk.say("lock.queued", device=self._desk.shop.name_of(command.device)))

    def _command_changed(self, command: Command) -> None:
        self._changed(self._desk.shop.put_commands((command,)))

    def _resolve_confirmed(self, alert_ids: tuple[str, ...], note: str | None) -> None:
        if note is not None:
            for alert_id in alert_ids:
                self._change_alert(AlertStatus.RESOLVED, note, alert_id)

    def _change_alert(self, to: AlertStatus, note: str | None, alert_id: str) -> None:
        self._app.call(
            self._desk.client.change_alert(alert_id, to, note),
            lambda alert: self._changed(self._desk.shop.put_alerts((alert,))),
        )

    def _reveal_confirmed(self, event_id: str, reason: str | None) -> None:
        if reason is not None:
            query = EventQuery(event_ids=(event_id,), limit=1)
            self._app.call(self._desk.client.reveal(query, reason), self._revealed, self._reveal_refused)

    def _revealed(self, events: tuple[Event, ...]) -> None:
        desk = self._desk
        if not events:
            self._app.notify(desk.say("reveal.gone"), severity="warning")
            return
        event = events[0]
        rows = [
            ("device", safe_text(desk.shop.name_of(event.device))),
            ("peer", safe_text(event.peer or "–")),
            ("when", safe_text(desk.times.both(event.occurred_at))),
        ]
        text = lines([*labelled(desk, rows), safe_text(""), safe_page(event.body)])
        self._app.push_screen(RevealedDialog(desk, title=safe_text(desk.say("reveal.opened")), text=text))

    def _reveal_refused(self, error: ApiClientError) -> None:
        if not isinstance(error, ApiRefusedError):
            self._app.tell_error(error)
            return
        desk = self._desk
        parts = [safe_page(error.message, "bold"), safe_page(error.hint)]
        if error.exit_code == ExitCode.NOT_PERMITTED:
            parts.append(safe_page(desk.say("reveal.who_may", role=desk.role_word()), "$muted"))
        self._app.push_screen(PageDialog(desk, title=safe_text(desk.say("reveal.refused")), text=lines(parts)))

    def _explained(self, reason: str | None) -> bool:
        """Say why not, if there is a reason."""
        if reason is None:
            return False
        self._app.notify(reason, severity="warning")
        return True
