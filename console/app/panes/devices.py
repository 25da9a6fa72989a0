"""Screen 1: the phones, with what each permits and what to tap. Lock starts here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType

from daemon.api.wire import Device, DeviceAvailability, Verb

from ...safe_text import SafeContent, safe_page, safe_text
from ..dialogs.device import DeviceScreen, DeviceTab
from ..flows.phone_acts import PhoneAct
from ..glyphs import command_cell, device_state
from ..keys import key, quiet
from ..ordering import SortKey
from ..shop import Part
from ..widgets.columns import Column
from .device_detail import device_detail
from .item_pane import ItemPane

BATTERY_LOW_PCT = 20
LOCK_TOLD_S = 600
"""How long the end of a lock stays in its column; the panel and screen 4 keep it."""


class DevicesPane(ItemPane[Device]):
    """Every phone known, enrolled or only seen."""

    NAME = "devices"
    PARTS = Part.DEVICES | Part.COMMANDS | Part.ALERTS
    OWN = Part.DEVICES
    COLUMNS = (
        Column(key="mark", title="", width=1),
        Column(key="name", title="app.column.name", width=10, weight=2, most=24, sort_letter="N"),
        Column(key="state", title="app.column.state", width=17, weight=1, most=28, sort_letter="S"),
        Column(
            key="seen", title="app.column.seen", width=8, most=12, weight=1, drop=2, sort_letter="T", sorts_down=True
        ),
        Column(key="alerts", title="app.column.alerts", width=6, sort_letter="A", sorts_down=True),
        Column(key="battery", title="app.column.battery", width=7, drop=3, sort_letter="B"),
        Column(key="profile", title="app.column.profile", width=13, weight=3, most=40, drop=5, sort_letter="P"),
        Column(key="transport", title="app.column.transport", width=17, most=24, weight=1, drop=6),
        Column(key="pending", title="app.column.pending", width=12, weight=1, most=20),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("l,f6", "lock", "devices.lock"),
        key("a,f7", "menu", "devices.menu"),
        key("r,alt+r", "refetch", "devices.refetch"),
        key("t,f9", "timeline", "devices.timeline"),
        key("L,alt+l", "leavings", "devices.leavings"),
        quiet("space", "mark", "mark"),
    ]

    def items(self) -> Sequence[Device]:
        """Enrolled phones by name, then strangers by serial."""
        devices = self.desk.shop.devices.values()
        return sorted(devices, key=lambda one: (one.employee is None, one.employee or "", one.serial))

    def key_of(self, item: Device) -> str:
        return item.serial

    def cells_of(self, item: Device) -> Mapping[str, SafeContent]:
        desk = self.desk
        name = safe_text(item.employee, "bold") if item.employee else safe_text(item.serial, "$muted")
        seen = desk.times.ago(item.last_seen_at) if item.last_seen_at else desk.say("device.never_seen")
        return {
            "mark": self.mark_cell(item),
            "name": name,
            "state": device_state(item, desk.texts),
            "seen": safe_text(desk.say("device.now") if item.availability is DeviceAvailability.ONLINE else seen),
            "alerts": safe_text(f"! {item.open_alerts}", "bold $text-error") if item.open_alerts else safe_text("–"),
            "battery": self._battery(item),
            "profile": safe_text(item.profile or item.serial),
            "transport": safe_text(", ".join(_transport(transport) for transport in item.transports) or "–"),
            "pending": self._pending(item),
        }

    def sort_value(self, item: Device, column: str) -> SortKey:
        match column:
            case "name":
                return (item.employee is None, (item.employee or item.serial).casefold())
            case "state":
                return (list(DeviceAvailability).index(item.availability), item.state)
            case "seen":
                return (item.last_seen_at.timestamp(),) if item.last_seen_at is not None else ()
            case "alerts":
                return (item.open_alerts,)
            case "battery":
                return (item.battery_pct,) if item.battery_pct is not None else ()
            case "profile":
                return (item.profile.casefold(),) if item.profile else ()
            case _:
                return super().sort_value(item, column)

    def moment_of(self, item: Device) -> datetime | None:
        return item.last_seen_at

    def haystack_of(self, item: Device) -> str:
        state = device_state(item, self.desk.texts).plain
        return " ".join((item.serial, item.employee or "", state, item.state, item.profile, *item.transports))

    def facets_of(self, item: Device) -> Mapping[str, Sequence[str]]:
        state = device_state(item, self.desk.texts).plain
        return {
            "device": (item.serial, item.employee or ""),
            "employee": (item.employee or "",),
            "state": (state, item.state, item.availability.value, "locked" if item.is_locked else "unlocked"),
            "battery": () if item.battery_pct is None else (str(item.battery_pct),),
        }

    def detail_of(self, item: Device) -> SafeContent:
        return device_detail(item, self.desk, self.flows.phones.why_not(PhoneAct.LOCK, (item,)))

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.devices"))

    def why_not(self, action: str) -> str | None:
        match action:
            case "menu":
                return self.flows.phones.why_not_menu()
            case "leavings":
                return self.flows.services.why_not_shown()
            case "timeline":
                return self.desk.say("refusal.no_device") if self.current() is None else None
            case "lock" | "refetch":
                return self.flows.phones.why_not(PhoneAct(action), self.chosen())
            case _:
                return super().why_not(action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "refetch":
            return self.desk.shop.is_online
        return super().check_action(action, parameters)

    def action_lock(self) -> None:
        self.flows.phones.run(PhoneAct.LOCK, self.chosen())

    def action_refetch(self) -> None:
        self.flows.phones.run(PhoneAct.REFETCH, self.chosen())

    def action_menu(self) -> None:
        self.flows.phones.menu(self.chosen())

    def action_timeline(self) -> None:
        """Everything that was recorded of the current phone."""
        self._open(DeviceTab.TIMELINE)

    def action_leavings(self) -> None:
        """Employees who leave, and what is still to do."""
        from ..dialogs.leavings import LeavingsScreen

        if not self.flows.services.explained(self.why_not("leavings")):
            self.app.push_screen(LeavingsScreen(self.desk, self.flows.services))

    def open_detail(self) -> None:
        self._open(DeviceTab.OVERVIEW)

    def _open(self, tab: DeviceTab) -> None:
        device = self.current()
        if device is not None:
            self.app.push_screen(DeviceScreen(self.desk, self.flows, device, tab))

    def _battery(self, item: Device) -> SafeContent:
        if item.battery_pct is None:
            return safe_text("–")
        is_low = item.battery_pct < BATTERY_LOW_PCT and not item.is_charging
        charging = "+" if item.is_charging else "!" if is_low else ""
        return safe_text(f"{item.battery_pct}%{charging}", "bold $text-warning" if is_low else "")

    def _pending(self, item: Device) -> SafeContent:
        mine = self.desk.shop.commands_of(item.serial)
        pending = [one for one in mine if not one.state.is_terminal]
        if any(command.verb is Verb.LOCK for command in pending):
            return self.desk.line("device.lock_pending", "bold $text-warning")
        if len(pending) == 1:
            (one,) = pending
            name = "device.approval_pending" if one.awaiting_approval else "device.verb_pending"
            return self.desk.line(name, "$text-warning", verb=self.desk.say(f"verb.{one.verb}"))
        count = max(len(pending), item.pending_commands if not pending else 0)
        if count:
            return self.desk.line("device.pending", "$text-warning", n=count)
        locks = [one for one in mine if one.verb is Verb.LOCK]
        last = max(locks, key=lambda command: command.requested_at, default=None)
        if last is not None and (self.desk.times.now() - last.updated_at).total_seconds() < LOCK_TOLD_S:
            return command_cell(last.state, self.desk.texts)
        return safe_text("–")


def _transport(serial: str) -> str:
    """`tcp 192.168.1.7` or `usb`: what the cable is, not the serial again."""
    host, colon, port = serial.rpartition(":")
    return f"tcp {host}" if colon and port.isdigit() else "usb"
