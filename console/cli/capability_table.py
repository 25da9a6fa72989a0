"""What a phone permits, as `doctor` and `devices show` print it: a line each, and what to tap once for all it helps."""

from collections.abc import Sequence

from daemon.api.wire import CapabilityLine, Device

from .context import Context
from .table import Cell

NEEDED_FOR_NOTHING = frozenset({"wireless_debugging", "file_signals"})
"""Without them everything is still collected: to be told, not to be warned of."""
_UNSUPPORTED = "adb.unsupported_system"
_STYLES = {"yes": "32", "no": "31", "unknown": "33"}
COLUMNS = ("capability", "permitted", "evidence")


def capability_rows(context: Context, lines: Sequence[CapabilityLine]) -> list[list[Cell]]:
    """For `COLUMNS`."""
    return [
        [
            Cell(capability_name(context, line.name)),
            Cell(availability_word(context, line.availability), _STYLES.get(line.availability, "")),
            Cell(evidence_text(context, line.evidence)),
        ]
        for line in lines
    ]


def tell_advice(context: Context, lines: Sequence[CapabilityLine]) -> None:
    """Each advice once, under the names of what it helps."""
    names: dict[str, list[str]] = {}
    for line in lines:
        if line.advice:
            names.setdefault(line.advice, []).append(capability_name(context, line.name))
    for advice, helped in names.items():
        context.output.line("")
        context.output.line(", ".join(helped))
        context.output.paragraph(advice, 2)


def status_of(line: CapabilityLine) -> str:
    """How `doctor` takes it: `warn` where something is missing and a person can do something about it."""
    if line.availability == "yes":
        return "ok"
    return "warn" if line.advice and line.name not in NEEDED_FOR_NOTHING else "info"


def profile_text(context: Context, device: Device) -> str:
    """Maker, model and Android; of a phone without Android that it is unsupported; empty while nothing is known."""
    if not device.profile and device.last_error == _UNSUPPORTED:
        return context.texts.get("cli.unsupported")
    return device.profile


def trouble_text(context: Context, device: Device) -> str:
    """What is wrong, with the sources that it keeps from being read; empty when all is well."""
    if device.last_error is None:
        return ""
    key = f"error.{device.last_error}.message"
    text = context.texts.get(key) if context.texts.has(key) else device.last_error
    names = context.texts.get("cli.separator").join(capability_name(context, one) for one in device.troubled_sources)
    return f"{names}: {text}" if names else text


def clock_text(context: Context, device: Device) -> str:
    """`+1.5 s ± 20 ms, UTC+08:00 Asia/Shanghai`; `-` when the phone did not tell."""
    if device.clock_offset_ms is None:
        return "-"
    offset = f"{device.clock_offset_ms / 1000:+.1f} s"
    if device.clock_uncertainty_ms is not None:
        offset += f" ± {device.clock_uncertainty_ms / 1000:.2f} s"
    zone = " ".join(part for part in (utc_offset(device.utc_offset_min), device.timezone) if part)
    return ", ".join(part for part in (offset, zone) if part)


def utc_offset(minutes: int | None) -> str:
    """`UTC+08:00`; empty when not told."""
    if minutes is None:
        return ""
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def capability_name(context: Context, name: str) -> str:
    """In the reader's language."""
    return _text(context, f"capability.name.{name}", name)


def evidence_text(context: Context, evidence: str) -> str:
    """What the probe saw, in the reader's language, and its stable word."""
    key = f"capability.evidence.{evidence}"
    return f"{context.texts.get(key)} ({evidence})" if context.texts.has(key) else evidence


def availability_word(context: Context, availability: str) -> str:
    """`yes`, `no` or `unknown`, in the reader's language."""
    return _text(context, f"capability.availability.{availability}", availability)


def _text(context: Context, key: str, word: str) -> str:
    """A word that this version does not know is shown as it is."""
    return context.texts.get(key) if context.texts.has(key) else word
