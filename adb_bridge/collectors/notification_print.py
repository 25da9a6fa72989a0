"""One printed notification record: which lines are its fields, which its texts.

Print (AOSP NotificationRecord.dump, Android 10-15): a line `NotificationRecord(0x…: pkg=… key=…: Notification(…))`,
fields two spaces deeper, the `extras={` block among them. From 14 on the notification's own fields stand once more
deeper under `notification=`, with the indent doubled, and `publicNotification=` (what a locked screen shows) follows
with the same names: only the first block counts. `cmd notification get` prints a record at indent 0, dumps at 4.
Seen: 11, 14 and 15 in source; 10 and vendors' prints by their public shape. Names and indents decide, not positions,
so that fields which another version adds or leaves out change nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .notification_extras import Extras, Slot, fit_extras, read_extras, read_slots

_HEADER = re.compile(r" {0,8}NotificationRecord\(0x[0-9a-f]{1,16}: pkg=([A-Za-z0-9_.]{1,256}) user=")
_WHEN = re.compile(r"when=(-?[0-9]{1,19})(?:/(-?[0-9]{1,19}))?\r?")
_CHANNEL = re.compile(r": Notification\(channel=(.{1,1000}?) (?:shortcut|pri|contentView|vibrate|sound|defaults)=")
_CATEGORY = re.compile(r" color=0x[0-9a-f]{1,8}(?: [^()]{0,200}?)? category=([^ ()]{1,100})")
_OPENING = "extras={"
_MAX_OPENINGS = 20
_LARGEST_TIME_MS = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a redacted print tells of a record: no text, so nothing in it is imitated."""

    key: str
    slots: tuple[Slot, ...] | None
    """None: it has no extras."""
    blocks: int
    """How many extras blocks stand in the record: two with a public form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRecord:
    """One record as it was printed."""

    package: str
    key: str
    when_ms: int
    """0 when not told or not a time."""
    ticker: str | None
    channel: str | None
    category: str | None
    extras: Extras | None
    """None: it has none, or (then not `is_certain`) they cannot be told from the rest."""
    is_certain: bool
    """False: a text imitates the print, and this is only the likeliest reading."""


def is_header(line: str) -> bool:
    """Whether a record begins on this line, or a text imitates that."""
    return _HEADER.match(line) is not None


def unix_lines(lines: Sequence[str]) -> list[str]:
    """The same lines without the carriage returns of a print whose first line, which holds no text, ends with one."""
    if not lines or not lines[0].endswith("\r"):
        return list(lines)
    return [line.removesuffix("\r") for line in lines]


def package_of(header: str) -> str | None:
    """The app that a header line names."""
    match = _HEADER.match(header)
    return None if match is None else match[1]


def read_print(lines: Sequence[str], shape: Shape | None = None) -> PrintedRecord | None:
    """A record from its header on; what follows the record is passed over. None when it is not one.

    With `shape`, of the same record at the same moment, only readings that fit it count.
    """
    package = package_of(lines[0]) if lines else None
    if package is None:
        return None
    frame = _Frame.of(lines)
    extras, is_certain = _fitted(frame, shape) if shape is not None else _plain(frame)
    channel, category = _CHANNEL.search(lines[0]), _CATEGORY.search(lines[0])
    return PrintedRecord(
        package=package,
        key=frame.key(),
        when_ms=frame.when_ms(),
        ticker=frame.ticker(),
        channel=None if channel is None or channel[1] == "null" else channel[1],
        category=None if category is None else category[1],
        extras=extras,
        is_certain=is_certain,
    )


def read_shape(lines: Sequence[str]) -> Shape | None:
    """The structure of a redacted record; None when it is not one."""
    if not lines or not is_header(lines[0]):
        return None
    frame = _Frame.of(lines)
    slots = None
    if frame.openings:
        read = read_slots(lines, frame.openings[0] + 1, frame.inner + 4)
        if read is None:
            return None
        slots = read[0]
    return Shape(key=frame.key(), slots=slots, blocks=len(frame.openings))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where things stand in a record."""

    lines: Sequence[str]
    outer: int
    """Indent of the record's fields."""
    inner: int
    """Indent of the notification's fields."""
    openings: tuple[int, ...]
    """Lines on which an extras block may begin."""
    starts: tuple[int, ...]
    """Those of `openings` that the ticker, whatever it says, does not reach."""
    publics: tuple[int, ...]
    """Lines on which the second block may begin."""

    @classmethod
    def of(cls, lines: Sequence[str]) -> "_Frame":
        outer = len(lines[0]) - len(lines[0].lstrip(" ")) + 2
        first = next((at for at, line in enumerate(lines) if line.endswith(_OPENING) and _is_alone(line)), None)
        doubled = f"{' ' * outer}notification="
        ticker = next((at for at, line in enumerate(lines) if line.lstrip(" ").startswith("tickerText=")), first)
        is_doubled = doubled in lines[:ticker]
        inner = outer * 2 if is_doubled else outer
        if first is not None and f"{' ' * inner}{_OPENING}" not in lines:
            inner = len(lines[first]) - len(_OPENING)
        opening, public = f"{' ' * inner}{_OPENING}", f"{' ' * outer}publicNotification="
        openings = tuple(at for at, line in enumerate(lines) if line == opening)
        view = f"{' ' * inner}contentView="  # stands behind the ticker and before the extras in every version
        first_view = next((at for at, line in enumerate(lines) if at > (ticker or 0) and line.startswith(view)), 0)
        return cls(
            lines=lines,
            outer=outer,
            inner=inner,
            openings=openings,
            starts=tuple(at for at in openings if at > first_view) or openings,
            publics=tuple(at for at, line in enumerate(lines) if line.startswith(public)),
        )

    def key(self) -> str:
        return self._field(self.outer, "key") or ""

    def when_ms(self) -> int:
        value = self._field(self.inner, "when")
        match = None if value is None else _WHEN.fullmatch(f"when={value}")
        for number in () if match is None else match.groups():
            if number is not None and 0 < int(number) < _LARGEST_TIME_MS:
                return int(number)
        return 0

    def ticker(self) -> str | None:
        """From its name to the next field."""
        pad = " " * self.inner
        head, following = f"{pad}tickerText=", (f"{pad}contentView=", f"{pad}vis=")
        start = next((at for at, line in enumerate(self.lines) if line.startswith(head)), None)
        if start is None:
            return None
        end = next((at for at in range(start + 1, len(self.lines)) if self.lines[at].startswith(following)), start + 1)
        text = "\n".join(self.lines[start:end])[len(head) :]
        return None if text == "null" else text

    def _field(self, indent: int, name: str) -> str | None:
        head = f"{' ' * indent}{name}="
        return next((line[len(head) :] for line in self.lines if line.startswith(head)), None)


def _is_alone(line: str) -> bool:
    return line.lstrip(" ") == _OPENING


def _plain(frame: _Frame) -> tuple[Extras | None, bool]:
    """The first block, and whether nothing in the print speaks for an imitation."""
    if not frame.openings:
        return None, True
    extras = read_extras(frame.lines, frame.starts[0] + 1, frame.inner + 4)
    if extras is None:
        return None, False
    end = frame.publics[0] if frame.publics else len(frame.lines)
    first_blocks = [at for at in frame.openings if at < end]
    close = f"{' ' * frame.inner}}}"
    is_single = len(first_blocks) == 1 and len(frame.openings) <= 2 and len(frame.publics) <= 1
    is_closed = extras.end <= end and close not in frame.lines[extras.end : end]
    return extras, extras.is_certain and is_single and is_closed


def _fitted(frame: _Frame, shape: Shape) -> tuple[Extras | None, bool]:
    if shape.slots is None:
        return None, not frame.openings
    found: list[Extras] = []
    is_imitated = len(frame.openings) != shape.blocks
    for opening in frame.starts[: _MAX_OPENINGS if is_imitated else 1]:
        found += fit_extras(frame.lines, opening + 1, frame.inner + 4, shape.slots)
        if len(found) > 1:
            break
    if not found:
        return _plain(frame)[0], False
    return found[0], len(found) == 1 and found[0].is_certain and len(frame.starts) <= _MAX_OPENINGS
