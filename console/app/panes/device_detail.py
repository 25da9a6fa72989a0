"""A phone in words: how it is, what it permits and what to tap, what the archive has of it."""

from collections.abc import Iterable
from typing import Final

import msgspec

from daemon.api.wire import CapabilityLine, ClockChange, Device

from ...plain_text import harmless_json
from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..glyphs import device_state
from .life import command_life

CLOCK_OFF_MS: Final = 60_000
CLOCK_SAME_MS: Final = 1_000
_UNSUPPORTED: Final = "adb.unsupported_system"
_PERMITS: Final = {"yes": ("✓", "$text-success"), "no": ("×", "bold $text-error"), "unknown": ("?", "$text-warning")}


def device_detail(item: Device, desk: Desk, no_lock: str | None) -> SafeContent:
    """For the panel. `no_lock` says why it cannot be locked."""
    if item.employee is None:
        return lines([safe_text(item.serial, "bold"), *_of_stranger(item, desk), *permits(item.capabilities, desk)])
    head = joined((safe_text(item.employee, "bold"), safe_text(" · ".join(("", item.serial, *_model(item))))))
    rows = _state_rows(item, desk)
    last = desk.shop.last_command(item.serial)
    if last is not None:
        rows.append(("commands", command_life(last, desk)))
    if no_lock is not None:
        rows.append(("lock", safe_text(no_lock, "$text-warning")))
    return lines([head, *labelled(desk, [*rows, *_trouble_rows(item, desk)]), *permits(item.capabilities, desk)])


def device_overview(item: Device, desk: Desk) -> SafeContent:
    """For the first tab of its own screen: everything but what it permits."""
    if item.employee is None:
        return lines([safe_text(item.serial, "bold"), *_of_stranger(item, desk)])
    unknown = desk.say("device.unknown")
    charging = desk.say("device.charging") if item.is_charging else ""
    battery = unknown if item.battery_pct is None else f"{item.battery_pct}% {charging}".strip()
    screen = {True: "device.screen_on", False: "device.screen_off", None: "device.unknown"}[item.is_screen_on]
    zone = " ".join(filter(None, (item.timezone, _utc_offset(item.utc_offset_min)))) or unknown
    rows = [
        *_state_rows(item, desk),
        ("model", safe_text(" · ".join(_model(item)) or item.serial)),
        ("battery", safe_text(battery)),
        ("display", safe_text(desk.say(screen))),
        ("transport", safe_text(", ".join(item.transports) or "–")),
        ("alerts", desk.line("device.open_alerts", n=item.open_alerts)),
        ("zone", safe_text(zone)),
    ]
    if item.missed_notifications:
        rows.append(("missed", desk.line("device.missed", "$text-warning", n=item.missed_notifications)))
    changes = [_clock_change(change, desk) for change in item.clock_changes]
    if changes:
        changes = [safe_text(""), desk.line("device.clock_changes", "$muted"), *changes]
    return lines([*labelled(desk, [*rows, *_trouble_rows(item, desk)]), *changes])


def device_raw(item: Device) -> SafeContent:
    """As the API gives it, harmless to a terminal."""
    harmless = harmless_json(msgspec.json.encode(item).decode())
    return safe_page(msgspec.json.format(harmless, indent=2))


def permits(capabilities: Iterable[CapabilityLine], desk: Desk) -> list[SafeContent]:
    """What the phone permits, and for what it does not, what to tap."""
    found: list[SafeContent] = []
    for line in sorted(capabilities, key=lambda one: one.availability == "yes"):
        glyph, style = _PERMITS.get(line.availability, _PERMITS["unknown"])
        word = desk.known(f"app.permits.{line.availability}", line.availability)
        name = safe_text(f"{glyph} {desk.known(f'capability.name.{line.name}', line.name)}: {word}", style)
        why = safe_text(f" · {desk.known(f'capability.evidence.{line.evidence}', line.evidence)}", "$muted")
        advice = safe_text(f" · {line.advice}") if line.advice else safe_text("")
        found.append(joined((name, advice, why)))
    return [safe_text(desk.say("device.permits"), "$muted"), *found] if found else []


def _of_stranger(item: Device, desk: Desk) -> list[SafeContent]:
    """What is wrong with a phone that nobody enrolled, and how it is enrolled."""
    told: list[SafeContent] = []
    if item.last_error:
        told.append(safe_text(_trouble(item.last_error, item, desk), "bold $text-warning"))
    if item.last_error != _UNSUPPORTED:
        help_text = "device.unauthorized_help" if item.state == "unauthorized" else "device.enrol_help"
        told.append(safe_page(desk.say(help_text, serial=item.serial)))
    return told


def _state_rows(item: Device, desk: Desk) -> list[tuple[str, SafeContent]]:
    seen = desk.times.both(item.last_seen_at) if item.last_seen_at else desk.say("device.never_seen")
    progress = desk.say("device.complete" if item.backfill_done else "device.reading", n=item.events)
    notice = {True: "device.notice_posted", False: "device.notice_missing", None: "device.notice_unknown"}
    return [
        ("state", joined((device_state(item, desk.texts), safe_text(f" · {seen}", "$muted")))),
        ("archive", safe_text(f"{progress} · {desk.say(notice[item.notice_posted])}")),
    ]


def _trouble_rows(item: Device, desk: Desk) -> list[tuple[str, SafeContent]]:
    rows: list[tuple[str, SafeContent]] = []
    if item.clock_offset_ms is not None and abs(item.clock_offset_ms) >= CLOCK_OFF_MS:
        rows.append(("clock", _offset(item.clock_offset_ms, desk)))
    if item.last_error:
        rows.append(("trouble", safe_text(_trouble(item.last_error, item, desk), "bold $text-warning")))
    if item.connect_advice:
        rows.append(("connect", safe_text(item.connect_advice)))
    return rows


def _trouble(code: str, item: Device, desk: Desk) -> str:
    """What is wrong, after the sources that it keeps from being read."""
    words = desk.known(f"error.{code}.message", code)
    names = ", ".join(desk.known(f"capability.name.{one}", one) for one in item.troubled_sources)
    return f"{names}: {words}" if names else words


def _model(item: Device) -> list[str]:
    return [one for one in (item.profile, item.system) if one]


def _offset(offset_ms: int, desk: Desk) -> SafeContent:
    if abs(offset_ms) < CLOCK_SAME_MS:
        return desk.line("device.clock_same")
    name = "device.clock_ahead" if offset_ms > 0 else "device.clock_behind"
    return desk.line(name, "$text-warning", age=desk.times.span(abs(offset_ms) // 1000))


def _clock_change(change: ClockChange, desk: Desk) -> SafeContent:
    zone = _utc_offset(change.utc_offset_min)
    when = safe_text(f"{desk.times.full(change.read_at)}  ", "$muted")
    return joined((when, _offset(change.offset_ms, desk), safe_text(f"  {zone}" if zone else "")))


def _utc_offset(minutes: int | None) -> str:
    """`UTC+08:00`."""
    if minutes is None:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
