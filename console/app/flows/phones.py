"""What is done to phones: each names its target and effect and asks for a reason."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from daemon.api.wire import (
    Command,
    CommandRequest,
    Device,
    DeviceAvailability,
    Verb,
)

from ...safe_text import SafeContent, lines, safe_text
from ..access import Act
from ..dialogs.ask import LEAST_REASON, AskDialog, Weight
from ..dialogs.dialog import labelled
from ..glyphs import device_state
from .base import FlowBase

LOCK_EXPIRES_S: Final = 24 * 3600
DEVICES_NAMED: Final = 12


class PhoneFlows(FlowBase):
    """Actions on phones."""

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
        if self.explained(self.why_not_lock(devices)):
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
        self._changed(self._desk.shop.put_commands((command,)))
        device = self._desk.shop.devices.get(command.device)
        if device is None or device.availability is not DeviceAvailability.ONLINE:
            self._app.notify(self._desk.say("lock.queued", device=self._desk.shop.name_of(command.device)))
