"""Printed notifications become rows."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..rows import NotificationMessage, NotificationRow
from ..untrusted import Untrusted
from .notification_extras import BIG_TEXT, CONVERSATION, LINES, MESSAGES, SUB_TEXT, TEXT, TITLE, Entry, Extras
from .notification_print import PrintedRecord, Shape, read_print

_KEY = re.compile(r"(-?[0-9]{1,10})\|([A-Za-z0-9_.]{1,256})\|-?[0-9]{1,10}\|(.*)\|[0-9]{1,10}", re.DOTALL)
_TEXTS = (TITLE, TEXT, BIG_TEXT, SUB_TEXT, CONVERSATION)
_MESSAGE = re.compile(r"Bundle\[\{(.*)\}\]", re.DOTALL)
_MESSAGE_FIELD = re.compile(r"(?:^|, )(extras|sender_person|sender|key|uri|text|time|type)=")
_MAX_KEY = 300
_MAX_ITEMS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationKey:
    """`userId|pkg|id|tag|uid`."""

    text: str
    user_id: int
    package: str
    tag: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A row, and whether it is the only one that the print allows."""

    row: NotificationRow
    is_certain: bool


def parse_key(text: str) -> NotificationKey | None:
    """A key as StatusBarNotification makes it; None for anything else."""
    match = _KEY.fullmatch(text)
    if match is None or len(text) > 64 * 1024 or "\0" in text:
        return None
    tag = None if match[3] == "null" else match[3]
    return NotificationKey(text=text, user_id=int(match[1]), package=match[2], tag=tag)


def source_key_of(row: NotificationRow) -> str:
    """`<key>#<when_ms>#<12 hex digits of what is shown>`: the same for the same content, however often it is read.

    A key over 300 characters is cut, with a hash of the whole behind it.
    """
    shown = hashlib.sha256()
    for text in (row.package, row.title, row.text, row.big_text, *row.lines):
        data = b"\0" if text is None else text.encode("utf-8", "replace")
        shown.update(b"%d:%b" % (len(data), data))
    return f"{short_key(row.key)}#{row.when_ms}#{shown.hexdigest()[:12]}"


def short_key(key: str) -> str:
    """A key of at most 333 characters."""
    if len(key) <= _MAX_KEY:
        return key
    return f"{key[:_MAX_KEY]}~{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}"


def read_notification(lines: Sequence[str], key: NotificationKey, shape: Shape | None = None) -> Reading | None:
    """The row of one printed record; None when it is none, or of another app than the key's.

    With `shape`, what cannot be told apart is marked as `ambiguous`.
    """
    printed = read_print(lines, shape)
    if printed is None or printed.package != key.package:
        return None
    row = _row(printed, key, is_marked=shape is not None and not printed.is_certain)
    return Reading(row=row, is_certain=printed.is_certain)


def _row(printed: PrintedRecord, key: NotificationKey, *, is_marked: bool) -> NotificationRow:
    extras = printed.extras
    title, text, big_text, sub_text, conversation = (_text(extras, name) for name in _TEXTS)
    problem = "ambiguous" if is_marked else None
    if extras is not None and any(_is_hidden(extras.entries.get(name)) for name in _TEXTS):
        problem = "redacted"
    return NotificationRow(
        key=Untrusted(key.text),
        package=key.package,
        user_id=key.user_id,
        when_ms=printed.when_ms,
        title=title,
        text=text,
        big_text=big_text,
        sub_text=sub_text,
        conversation_title=conversation,
        lines=tuple(Untrusted(item) for item in _items(extras, LINES)),
        messages=tuple(message for item in _items(extras, MESSAGES) if (message := read_message(item)) is not None),
        ticker=None if printed.ticker is None else Untrusted(printed.ticker),
        channel=None if printed.channel is None else Untrusted(printed.channel),
        category=None if printed.category is None else Untrusted(printed.category),
        problem=problem,
    )


def read_message(item: str) -> NotificationMessage | None:
    """One element of `android.messages` where the phone prints its content: `Bundle[{sender=…, text=…, time=…}]`.

    Print: Bundle.toString of an unparcelled bundle (ArrayMap, order by hash: extras, sender_person, sender, key, uri,
    text, time, type; other orders are taken too). Most phones print `Bundle[mParcelledData.dataSize=…]`: None.
    A text may imitate fields: the first `sender` and `text` and the last `time` count.
    """
    match = _MESSAGE.fullmatch(item)
    if match is None:
        return None
    inner = match[1]
    marks = list(_MESSAGE_FIELD.finditer(inner))[:_MAX_ITEMS]
    first: dict[str, int] = {}
    for index, mark in enumerate(marks):
        if mark[1] == "time":
            first["time"] = index
        else:
            first.setdefault(mark[1], index)
    borders = sorted(first.values())
    values: dict[str, str] = {}
    for name, index in first.items():
        following = next((marks[other].start() for other in borders if other > index), len(inner))
        values[name] = inner[marks[index].end() : following]
    if "text" not in values:
        return None
    sender, time = values.get("sender"), values.get("time", "")
    return NotificationMessage(
        sender=None if sender is None or sender == "null" else Untrusted(sender),
        text=Untrusted(values["text"]),
        time_ms=int(time) if re.fullmatch(r"[0-9]{1,15}", time) else None,
    )


def _text(extras: Extras | None, name: str) -> Untrusted | None:
    entry = None if extras is None else extras.entries.get(name)
    return None if entry is None or entry.text is None else Untrusted(entry.text)


def _items(extras: Extras | None, name: str) -> tuple[str, ...]:
    entry = None if extras is None else extras.entries.get(name)
    return () if entry is None else entry.items[:_MAX_ITEMS]


def _is_hidden(entry: Entry | None) -> bool:
    return entry is not None and entry.is_redacted
