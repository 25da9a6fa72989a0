"""Screen 1: the phones, with what each permits and what to tap. Lock starts here."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from daemon.api.wire import Command, Device, DeviceAvailability, Verb

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..dialogs.dialog import labelled
from ..dialogs.page import PageDialog
from ..glyphs import command_cell, device_state
from ..keys import key, quiet
from ..shop import Part
from ..widgets.columns import Column
from .item_pane import ItemPane
from .life import command_life

BATTERY_LOW_PCT = 20
CLOCK_OFF_MS = 60_000
LOCK_TOLD_S = 600
"""How long the end of a lock stays in its column; the panel and screen 4 keep it."""
_UNSUPPORTED = "adb.unsupported_system"


class DevicesPane(ItemPane[Device]):
    """Every phone known, enrolled or only seen."""

    NAME = "devices"
    PARTS = Part.DEVICES | Part.COMMANDS | Part.ALERTS
    OWN = Part.DEVICES
    COLUMNS = (
        Column(key="mark", title="", width=1),
        Column(key="name", title="app.column.name", width=10, weight=2, most=24),
        Column(key="state", title="app.column.state", width=15, weight=1, most=28),
        Column(key="seen", title="app.column.seen", width=8, most=12, weight=1, drop=2),
        Column(key="alerts", title="app.column.alerts", width=6),
        Column(key="battery", title="app.column.battery", width=7, drop=3),
        Column(key="profile", title="app.column.profile", width=13, weight=3, most=40, drop=5),
        Column(key="transport", title="app.column.transport", width=17, most=24, weight=1, drop=6),
        Column(key="pending", title="app.column.pending", width=12, weight=1, most=20),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("l,f6", "lock", "devices.lock"),
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

    def haystack_of(self, item: Device) -> str:
        state = device_state(item, self.desk.texts).plain
        return " ".join((item.serial, item.employee or "", state, item.state, item.profile, *item.transports))

    def facets_of(self, item: Device) -> Mapping[str, Sequence[str]]:
        state = device_state(item, self.desk.texts).plain
        return {
            "device": (item.serial, item.employee or ""),
            "employee": (item.employee or "",),
            "state": (state, item.state, item.availability.value, "locked" if item.is_locked else "unlocked"),
        }

    def detail_of(self, item: Device) -> SafeContent:
        desk = self.desk
        if item.employee is None:
            trouble = item.last_error and safe_text(self._trouble(item.last_error, item), "bold $text-warning")
            enrol = None if item.last_error == _UNSUPPORTED else self._how_to_enrol(item)
            told = [one for one in (trouble, enrol) if one]
            return lines([safe_text(item.serial, "bold"), *told, *self._permits(item)])
        seen = desk.times.both(item.last_seen_at) if item.last_seen_at else desk.say("device.never_seen")
        progress = desk.say("device.complete" if item.backfill_done else "device.reading", n=item.events)
        head = joined(
            (
                safe_text(item.employee, "bold"),
                safe_text(" · ".join(("", item.serial, item.profile, *filter(None, (item.system,))))),
            )
        )
        notice = {True: "device.notice_posted", False: "device.notice_missing", None: "device.notice_unknown"}
        rows = [
            ("state", joined((device_state(item, desk.texts), safe_text(f" · {seen}", "$muted")))),
            ("archive", safe_text(f"{progress} · {desk.say(notice[item.notice_posted])}")),
        ]
        rows += [("commands", command_life(command, desk)) for command in self._commands(item)]
        refusal = self.flows.phones.why_not_lock([item])
        if refusal is not None:
            rows.append(("lock", safe_text(refusal, "$text-warning")))
        if item.clock_offset_ms is not None and abs(item.clock_offset_ms) >= CLOCK_OFF_MS:
            name = "device.clock_ahead" if item.clock_offset_ms > 0 else "device.clock_behind"
            rows.append(
                ("clock", desk.line(name, "$text-warning", age=desk.times.span(abs(item.clock_offset_ms) // 1000)))
            )
        if item.last_error:
            rows.append(("trouble", safe_text(self._trouble(item.last_error, item), "bold $text-warning")))
        if item.connect_advice:
            rows.append(("connect", safe_text(item.connect_advice)))
        return lines([head, *labelled(desk, rows), *self._permits(item)])

    def _trouble(self, code: str, item: Device) -> str:
        """What is wrong, after the sources that it keeps from being read."""
        words = self.desk.known(f"error.{code}.message", code)
        names = ", ".join(self.desk.known(f"capability.name.{one}", one) for one in item.troubled_sources)
        return f"{names}: {words}" if names else words

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.devices"))

    def why_not(self, action: str) -> str | None:
        return self.flows.phones.why_not_lock(self.chosen()) if action == "lock" else None

    def action_lock(self) -> None:
        self.flows.phones.lock(self.chosen())

    def open_detail(self) -> None:
        device = self.current()
        if device is not None:
            title = safe_text(device.employee or device.serial)
            self.app.push_screen(PageDialog(self.desk, title=title, text=self.detail_of(device)))

    def _commands(self, item: Device) -> list[Command]:
        last = self.desk.shop.last_command(item.serial)
        return [last] if last is not None else []

    def _battery(self, item: Device) -> SafeContent:
        if item.battery_pct is None:
            return safe_text("–")
        is_low = item.battery_pct < BATTERY_LOW_PCT and not item.is_charging
        charging = "+" if item.is_charging else "!" if is_low else ""
        return safe_text(f"{item.battery_pct}%{charging}", "bold $text-warning" if is_low else "")

    def _pending(self, item: Device) -> SafeContent:
        pending = [one for one in self.desk.shop.pending_commands() if one.device == item.serial]
        if any(command.verb is Verb.LOCK for command in pending):
            return self.desk.line("device.lock_pending", "bold $text-warning")
        last = self.desk.shop.last_command(item.serial, Verb.LOCK)
        count = max(len(pending), item.pending_commands if not pending else 0)
        if count:
            return self.desk.line("device.pending", "$text-warning", n=count)
        if last is not None and (self.desk.times.now() - last.updated_at).total_seconds() < LOCK_TOLD_S:
            return command_cell(last.state, self.desk.texts)
        return safe_text("–")

    def _permits(self, item: Device) -> list[SafeContent]:
        """What the phone permits, and for what it does not, what to tap."""
        found: list[SafeContent] = []
        for line in sorted(item.capabilities, key=lambda one: one.availability == "yes"):
            glyph, style = _PERMITS.get(line.availability, _PERMITS["unknown"])
            word = self.desk.known(f"app.permits.{line.availability}", line.availability)
            name = safe_text(f"{glyph} {self.desk.known(f'capability.name.{line.name}', line.name)}: {word}", style)
            why = safe_text(f" · {self.desk.known(f'capability.evidence.{line.evidence}', line.evidence)}", "$muted")
            advice = safe_text(f" · {line.advice}") if line.advice else safe_text("")
            found.append(joined((name, advice, why)))
        return [safe_text(self.desk.say("device.permits"), "$muted"), *found] if found else []

    def _how_to_enrol(self, item: Device) -> SafeContent:
        if item.state == "unauthorized":
            return safe_page(self.desk.say("device.unauthorized_help"))
        return safe_page(self.desk.say("device.enrol_help", serial=item.serial))


_PERMITS = {"yes": ("✓", "$text-success"), "no": ("×", "bold $text-error"), "unknown": ("?", "$text-warning")}


def _transport(serial: str) -> str:
    """`tcp 192.168.1.7` or `usb`: what the cable is, not the serial again."""
    host, colon, port = serial.rpartition(":")
    return f"tcp {host}" if colon and port.isdigit() else "usb"
