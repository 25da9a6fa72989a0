"""The `extras={…}` block of a printed notification: text between lines that the text itself may imitate.

Print (AOSP services/core/java/com/android/server/notification/NotificationRecord.java, 10-15; `get` of
NotificationShellCmd prints the same): one entry a line, `name=Class (value)`, `name=null`, arrays as `name=Class[] (n)`
with one line `[i] item` each. Texts stand there unescaped: with line breaks, closing brackets and whatever else.
Redacted (`dumpsys notification` without --noredact) texts and items are left out and only `name=Class` remains,
`name=Class [length=n]` from 14 on, n in UTF-16 units.

Rules:
1. A line begins an entry only when it has exactly the entries' indent, a name, a class, and the value before it is
   complete for its class.
2. A bundle holds every name once and is printed in the order of its names' Java hashes: a reading that breaks this is
   not certain. Nor is one in which a text is followed by anything but an entry that the framework's builders always
   write: imitated inside a text, that entry would stand there twice.
3. What is not certain is read again beside the redacted print, whose structure no text can change. One reading that
   fits it is the truth; several leave the record marked as ambiguous.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

TITLE, TEXT, BIG_TEXT, SUB_TEXT = "android.title", "android.text", "android.bigText", "android.subText"
CONVERSATION, LINES, MESSAGES = "android.conversationTitle", "android.textLines", "android.messages"
_WANTED = frozenset({TITLE, TEXT, BIG_TEXT, SUB_TEXT, CONVERSATION, LINES, MESSAGES})
_FRAME = frozenset({
    "android.reduced.images", "android.showChronometer", "android.progress", "android.showWhen", "android.infoText",
    "android.progressIndeterminate",
})  # fmt: skip
"""What androidx's NotificationCompat and Notification.Builder write into every notification between them."""
MAX_SLOTS = 200
_MAX_PLACES = 300
"""Lines that may begin one entry. More come only from a text made for it."""

_ENTRY = re.compile(r"([A-Za-z0-9_.$:/-]{1,200})=(.*)", re.DOTALL)
_VALUE = re.compile(r"(null)|([A-Za-z_$][\w$]*(?:\[\])*)?(?: \((.*)|( \[length=([0-9]{1,9})\])?)", re.DOTALL)
_EXACT = {
    "Boolean": re.compile(r"(?:true|false)"),
    "Bitmap": re.compile(r"[0-9]{1,6}x[0-9]{1,6}"),
} | dict.fromkeys(("Integer", "Long", "Short", "Byte", "Float", "Double"), re.compile(r"[-+0-9.A-Za-z]{1,40}"))
_COUNT = re.compile(r"([0-9]{1,5})\)")
_FOLLOWS = re.compile(r" {0,12}[A-Za-z][\w ]{0,80}[=:(]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One entry of a redacted print: what stands there, whatever it says."""

    name: str
    kind: str
    """Simple class name; empty for a null."""
    length: int | None
    """UTF-16 units of a text, where the phone tells them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry with its text."""

    name: str
    kind: str
    text: str | None
    """None for null, for a text that was redacted and for arrays."""
    items: tuple[str, ...]
    """Of an array."""
    is_redacted: bool
    is_certain: bool
    """False when its items can be told apart in several ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """A block that was read."""

    entries: dict[str, Entry]
    end: int
    """Line after the closing brace."""
    is_certain: bool
    """False: some text may be cut in the wrong place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """The first line of an entry."""

    kind: str
    opened: str | None
    """What follows ` (`; None for null and for a redacted text."""
    is_null: bool


def read_extras(lines: Sequence[str], start: int, indent: int) -> Extras | None:
    """The block whose first entry is line `start`, entries at `indent`. None when no closing brace follows.

    Takes every line that can begin an entry as one. `is_certain` as rule 2 says.
    """
    block = _Block(lines, indent)
    pieces: list[_Piece] = []
    begin: int | None = None
    name = ""
    for position in range(start, len(lines)):
        is_close = lines[position] == block.close
        entry = None if is_close else block.name_at(position)
        if (not is_close and entry is None) or (begin is not None and not block.is_complete(begin, position)):
            continue
        if begin is not None:
            pieces.append(_Piece(name=name, start=begin, end=position))
        if entry is None:
            break
        begin, name = position, entry
        if len(pieces) > MAX_SLOTS:
            return None
    else:
        return None
    hashes = [java_hash(piece.name) for piece in pieces]
    is_sound = all(before < after for before, after in zip(hashes, hashes[1:], strict=False))
    is_sound = is_sound and not block.looks_imitated(pieces)
    entries = block.entries(block.without_doubles(pieces))
    return Extras(entries=entries, end=position + 1, is_certain=is_sound and _items_certain(entries))


def read_slots(lines: Sequence[str], start: int, indent: int) -> tuple[tuple[Slot, ...], int] | None:
    """The structure of a redacted block and the line after its closing brace; None when it is not one."""
    block = _Block(lines, indent)
    slots: list[Slot] = []
    for position in range(start, min(len(lines), start + MAX_SLOTS * 4)):
        if lines[position] == block.close:
            return tuple(slots), position + 1
        match = _ENTRY.fullmatch(lines[position], indent) if lines[position].startswith(block.pad) else None
        value = None if match is None else _VALUE.fullmatch(match[2])
        if match is None or value is None:
            continue  # the rest of a value that is not a text, such as a bundle's
        length = None if value[5] is None else int(value[5])
        slots.append(Slot(name=match[1], kind=value[2] or "", length=length))
    return None


def fit_extras(lines: Sequence[str], start: int, indent: int, slots: Sequence[Slot]) -> tuple[Extras, ...]:
    """Readings of the block that fit the structure: none, the one, or two of several (then the likelier first).

    Likelier is the one in which a text holds the imitation rather than ends at it.
    """
    block = _Block(lines, indent)
    borders = [block.places(start, slot) for slot in slots]
    borders.append([at for at in range(start, len(lines)) if block.is_end(at)][:_MAX_PLACES])
    if any(not 0 < len(one) <= _MAX_PLACES for one in borders) or (slots and borders[0][0] != start):
        return ()
    followers: dict[tuple[int, int], tuple[int, ...]] = {}
    leads = {(len(slots), end) for end in borders[-1]}
    for index in range(len(slots) - 1, -1, -1):
        for place in borders[index]:
            after = tuple(
                following
                for following in reversed(borders[index + 1])
                if following > place and (index + 1, following) in leads and block.fits(place, following, slots[index])
            )
            followers[index, place] = after
            if after:
                leads.add((index, place))
    found: list[Extras] = []
    for path in _paths(followers, start, len(slots), borders[-1]):
        pieces = [_Piece(name=slot.name, start=path[at], end=path[at + 1]) for at, slot in enumerate(slots)]
        entries = block.entries(pieces)
        found.append(Extras(entries=entries, end=path[-1] + 1, is_certain=_items_certain(entries)))
    return tuple(found)


def java_hash(text: str) -> int:
    """`String.hashCode`: what a bundle's names are ordered by."""
    value = 0
    for character in text:
        value = (31 * value + ord(character)) & 0xFFFF_FFFF
    return value - (1 << 32) if value >> 31 else value


class _Block:
    """Lines in which entries stand at one indent."""

    def __init__(self, lines: Sequence[str], indent: int) -> None:
        self._lines = lines
        self._indent = indent
        self.pad = " " * indent
        self.close = " " * (indent - 4) + "}"
        self._items: dict[int, list[int]] | None = None
        self._units: list[int] | None = None

    def name_at(self, position: int) -> str | None:
        """The name of the entry that this line may begin."""
        line = self._lines[position]
        match = _ENTRY.fullmatch(line, self._indent) if line.startswith(self.pad) else None
        return match[1] if match is not None and _VALUE.fullmatch(match[2]) else None

    def is_end(self, at: int) -> bool:
        """A closing brace with a field of the record, the next block, or the end behind it."""
        if self._lines[at] != self.close:
            return False
        return (
            at + 1 >= len(self._lines) or not self._lines[at + 1].strip() or bool(_FOLLOWS.match(self._lines[at + 1]))
        )

    def places(self, start: int, slot: Slot) -> list[int]:
        """Lines on which this entry may begin; more than `_MAX_PLACES` are not told."""
        head = f"{self.pad}{slot.name}={slot.kind or 'null'}"
        opened = f"{head} (" if slot.kind else "\n"
        found: list[int] = []
        for position in range(start, len(self._lines)):
            line = self._lines[position]
            if line.startswith(head) and (line == head or line.startswith(opened)):
                found.append(position)
                if len(found) > _MAX_PLACES:
                    break
        return found

    def fits(self, start: int, end: int, slot: Slot) -> bool:
        """Whether these lines are a whole value of the entry's class and length."""
        if not self.is_complete(start, end):
            return False
        if slot.length is None:
            return True
        around = self._indent + len(slot.name) + len(slot.kind) + 4  # `name=Class (` and `)`
        return self._utf16_units(start, end) - around == slot.length

    def is_complete(self, start: int, end: int) -> bool:
        """Whether the lines from `start` to before `end` are one whole value of the class that the first names."""
        opening = self._opening(start)
        is_single = end == start + 1
        if opening is None or opening.opened is None:
            return opening is not None and is_single
        if opening.kind.endswith("[]"):
            return self._item_starts(start, end, opening.opened) is not None
        if (exact := _EXACT.get(opening.kind)) is not None:
            inner = opening.opened.removesuffix(")")
            return is_single and inner != opening.opened and exact.fullmatch(inner) is not None
        last = opening.opened if is_single else self._lines[end - 1]
        return last.endswith(")")

    def looks_imitated(self, pieces: Sequence[_Piece]) -> bool:
        """Whether a value holds a closing brace, or a text that matters may have been cut too early (rule 2)."""
        is_framed = {piece.name for piece in pieces} >= _FRAME
        for piece, following in zip(pieces, [*pieces[1:], None], strict=False):
            if self.close in self._lines[piece.start : piece.end]:
                return True
            is_bounded = is_framed and following is not None and following.name in _FRAME
            if piece.name in _WANTED and self._holds_text(piece) and not is_bounded:
                return True
        return False

    def without_doubles(self, pieces: Sequence[_Piece]) -> list[_Piece]:
        """A name that stands there twice is imitated once: the earlier one, where a text stands before it."""
        kept: list[_Piece] = []
        at_of: dict[str, int] = {}
        for piece in pieces:
            kept.append(piece)
            double = at_of.get(piece.name)
            if double is not None:
                at = double if double > 0 and self._holds_text(kept[double - 1]) else len(kept) - 1
                before, gone = kept[at - 1 : at + 1]
                kept[at - 1 : at + 1] = [_Piece(name=before.name, start=before.start, end=gone.end)]
                at_of = {one.name: index for index, one in enumerate(kept)}
            else:
                at_of[piece.name] = len(kept) - 1
        return kept

    def entries(self, pieces: Sequence[_Piece]) -> dict[str, Entry]:
        """By name."""
        return {piece.name: self._entry(piece) for piece in pieces}

    def _entry(self, piece: _Piece) -> Entry:
        opening = self._opening(piece.start)
        content: str | None = None
        items: tuple[str, ...] = ()
        is_certain = True
        if opening is not None and opening.opened is not None:
            if opening.kind.endswith("[]"):
                items, is_certain = self._read_items(piece, opening.opened)
            else:
                rest = self._lines[piece.start + 1 : piece.end]
                content = "\n".join([opening.opened, *rest]).removesuffix(")")
        return Entry(
            name=piece.name,
            kind="" if opening is None else opening.kind,
            text=content,
            items=items,
            is_redacted=opening is not None and opening.opened is None and not opening.is_null,
            is_certain=is_certain,
        )

    def _opening(self, position: int) -> _Opening | None:
        match = _ENTRY.fullmatch(self._lines[position], self._indent)
        value = None if match is None else _VALUE.fullmatch(match[2])
        if value is None:
            return None
        return _Opening(kind=value[2] or "", opened=value[3], is_null=value[1] is not None)

    def _holds_text(self, piece: _Piece) -> bool:
        opening = self._opening(piece.start)
        return opening is not None and opening.opened is not None and opening.kind not in _EXACT

    def _read_items(self, piece: _Piece, opened: str) -> tuple[tuple[str, ...], bool]:
        starts = self._item_starts(piece.start, piece.end, opened)
        if not starts:
            return (), True
        items = tuple(
            "\n".join(self._lines[start:end])[self._indent + 2 + len(f"[{index}] ") :]
            for index, (start, end) in enumerate(zip(starts, [*starts[1:], piece.end], strict=True))
        )
        heads = self._item_heads()
        seen = sum(
            bisect_left(heads[index], piece.end) - bisect_left(heads[index], piece.start) for index in range(len(items))
        )
        return items, seen == len(items)

    def _item_starts(self, start: int, end: int, opened: str) -> list[int] | None:
        """The lines on which the items begin, the latest that fit; None when there are not as many as it says."""
        count = _COUNT.fullmatch(opened)
        if count is None:
            return None
        if int(count[1]) == 0:
            return [] if end == start + 1 else None
        heads = self._item_heads()
        starts: list[int] = []
        bound = end
        for index in range(int(count[1]) - 1, 0, -1):
            places = heads.get(index, [])
            before = bisect_left(places, bound) - 1
            if before < 0 or places[before] <= start + 1:
                return None
            bound = places[before]
            starts.append(bound)
        if start + 1 >= bound or not self._lines[start + 1].startswith(f"{self.pad}  [0] "):
            return None
        return [start + 1, *reversed(starts)]

    def _utf16_units(self, start: int, end: int) -> int:
        """Of the lines with the line breaks between them."""
        if self._units is None:
            sizes = (len(line) + sum(character > "\uffff" for character in line) + 1 for line in self._lines)
            self._units = list(accumulate(sizes, initial=0))
        return self._units[end] - self._units[start] - 1

    def _item_heads(self) -> dict[int, list[int]]:
        if self._items is None:
            head = re.compile(rf" {{{self._indent + 2}}}\[([0-9]{{1,5}})\] ")
            self._items = {}
            for position, line in enumerate(self._lines):
                if (match := head.match(line)) is not None:
                    self._items.setdefault(int(match[1]), []).append(position)
        return self._items


def _paths(
    followers: dict[tuple[int, int], tuple[int, ...]], start: int, length: int, ends: Sequence[int]
) -> list[list[int]]:
    """At most two ways from the first entry to a closing brace."""
    if length == 0:
        return [[end] for end in ends if end == start]
    paths: list[list[int]] = []
    waiting = [[start]]
    while waiting and len(paths) < 2:
        path = waiting.pop()
        if len(path) == length + 1:
            paths.append(path)
            continue
        after = followers.get((len(path) - 1, path[-1]), ())
        waiting += [[*path, following] for following in reversed(after[:2])]
    return paths


def _items_certain(entries: dict[str, Entry]) -> bool:
    return all(entry.is_certain for entry in entries.values())
