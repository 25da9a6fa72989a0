"""`logcat -b events`: dump or follow the events buffer, in the formats threadtime, brief, raw, time and epoch.

Filters are `TAG:PRIORITY` and `*:S`; all entries here have priority I. Only the events buffer has entries.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ..event_log import LogEntry
from ..handset import Handset
from .call import Call, encode

_PRIORITIES: Final = "VDIWEFS"
_DATE: Final = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9})")


@dataclass(slots=True, kw_only=True)
class _Options:
    follows: bool = True
    clears: bool = False
    buffers: set[str] = field(default_factory=set)
    form: str = "threadtime"
    newest: int | None = None
    since: datetime | None = None
    regex: re.Pattern[str] | None = None
    filters: dict[str, str] = field(default_factory=dict)


class _UsageError(Exception):
    pass


async def logcat(call: Call) -> int:
    """Return when dumped, or when the reader is gone."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    try:
        options = _parse(call.arguments, call.handset)
    except _UsageError as error:
        await call.complain(f"logcat: {error}")
        return 1
    log = call.handset.events
    has_events = not options.buffers or options.buffers & {"events", "all"}
    if options.clears:
        if has_events:
            log.clear()
        return 0
    sequence = log.next_sequence
    entries = [entry for entry in log.since(0) if _passes(entry, options)] if has_events else []
    if options.since is not None:
        entries = [entry for entry in entries if entry.at >= options.since]
    if options.newest is not None:
        entries = entries[-options.newest :] if options.newest else []
    show = _FORMATS[options.form]
    has_header = options.form != "raw" and bool(options.buffers) and "default" not in options.buffers
    while True:
        lines = [show(entry, call.handset) + "\n" for entry in entries]
        if lines and has_header:
            lines.insert(0, "--------- beginning of events\n")
            has_header = False
        if lines:
            await call.stdout.write(encode("".join(lines)))
        if not options.follows or not has_events:
            if options.follows:
                await asyncio.Event().wait()
            return 0
        await log.wait_beyond(sequence)
        entries = [entry for entry in log.since(sequence) if _passes(entry, options)]
        sequence = log.next_sequence


def _passes(entry: LogEntry, options: _Options) -> bool:
    if options.regex is not None and options.regex.search(entry.message) is None:
        return False
    level = options.filters.get(entry.tag, options.filters.get("*", "V"))
    return _PRIORITIES.index(level) <= _PRIORITIES.index("I")


def _parse(words: tuple[str, ...], handset: Handset) -> _Options:
    options = _Options()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-d", "-c", "-s", "-D"):
            options.follows = options.follows and word != "-d"
            options.clears = options.clears or word == "-c"
            if word == "-s":
                options.filters["*"] = "S"
            continue
        if re.fullmatch(r"-[bvtTme].+", word):
            rest.insert(0, word[2:])
            word = word[:2]
        name = {"--buffer": "-b", "--format": "-v", "--regex": "-e", "--max-count": "-m"}.get(word, word)
        if name in ("-b", "-v", "-t", "-T", "-e", "-m"):
            if not rest:
                raise _UsageError(f"option requires an argument -- '{name[1:]}'")
            _apply(options, name, rest.pop(0), handset)
        elif word.startswith("-"):
            raise _UsageError(f"unrecognized option: {word}")
        else:
            tag, _, priority = word.partition(":")
            level = (priority or "V")[:1].upper()
            if level not in _PRIORITIES:
                raise _UsageError(f"Invalid filter expression '{word}'")
            options.filters[tag] = level
    return options


def _apply(options: _Options, name: str, value: str, handset: Handset) -> None:
    match name:
        case "-b":
            options.buffers.update(value.split(","))
        case "-v":
            for word in value.split(","):
                if word in _FORMATS:
                    options.form = word
        case "-e":
            try:
                options.regex = re.compile(value)
            except re.error as error:
                raise _UsageError("invalid regex") from error
        case "-t" | "-T":
            options.follows = options.follows and name == "-T"
            if value.isdigit():
                options.newest = int(value)
                return
            options.since = _date(value, handset)
            if options.since is None:
                raise _UsageError(f'{name} "{value}" not in time format')
        case _:
            pass


def _date(text: str, handset: Handset) -> datetime | None:
    if re.fullmatch(r"\d+\.\d+", text):
        return datetime.fromtimestamp(float(text), handset.zone)
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction = match.groups()
    try:
        return datetime(
            int(year or handset.local_time().year), int(month), int(day), int(hour), int(minute), int(second),
            int(fraction.ljust(6, "0")[:6]), tzinfo=handset.zone,
        )  # fmt: skip
    except ValueError:
        return None


def _threadtime(entry: LogEntry, handset: Handset) -> str:
    at = entry.at.astimezone(handset.zone)
    return (
        f"{at:%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} {entry.pid:5d} {entry.pid:5d} I {entry.tag}: {entry.message}"
    )


def _time(entry: LogEntry, handset: Handset) -> str:
    at = entry.at.astimezone(handset.zone)
    return f"{at:%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} I/{entry.tag}({entry.pid:5d}): {entry.message}"


def _epoch(entry: LogEntry, _handset: Handset) -> str:
    return f"{entry.at.timestamp():19.3f} {entry.pid:5d} {entry.pid:5d} I {entry.tag}: {entry.message}"


def _brief(entry: LogEntry, _handset: Handset) -> str:
    return f"I/{entry.tag}({entry.pid:5d}): {entry.message}"


def _raw(entry: LogEntry, _handset: Handset) -> str:
    return entry.message


_FORMATS: Final[dict[str, Callable[[LogEntry, Handset], str]]] = {
    "threadtime": _threadtime,
    "time": _time,
    "epoch": _epoch,
    "brief": _brief,
    "raw": _raw,
}
