"""The extras of a notification as `NotificationRecord.dump` prints them: class, value in parentheses, nothing escaped.

Source: NotificationRecord (Android 11; Samsung's 14 and 15). Keys come in the order of an ArrayMap, by their hash. A
Bundle that the service never opened shows only its size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeVar

from ...notifications import Message, Notification
from ...traits import BundlePrint

T = TypeVar("T")
_STYLE: Final = "android.app.Notification$"


class Redaction(Enum):
    """What is kept from who reads."""

    NONE = auto()
    """`--noredact`."""
    CLASS = auto()
    """Texts show their class only (up to 13)."""
    LENGTH = auto()
    """Texts show class and length (14 on)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a phone prints."""

    redaction: Redaction
    bundles: BundlePrint


def extras_of(notification: Notification, look: Look) -> list[str]:
    """The lines between `extras={` and `}`, without the indent that all have."""
    kind = notification.text_class
    entries: dict[str, list[str]] = {
        "android.appInfo": [f"ApplicationInfo (ApplicationInfo{{8d1e4c7 {notification.package}}})"],
        "android.progress": ["Integer (0)"],
        "android.progressIndeterminate": ["Boolean (false)"],
        "android.reduced.images": ["Boolean (true)"],
        "android.showChronometer": ["Boolean (false)"],
        "android.showWhen": ["Boolean (true)"],
        "android.largeIcon": ["Icon (Icon(typ=BITMAP size=160x160))"],
        "android.infoText": ["null"],
        "android.subText": ["null"],
    }
    texts = {
        "android.title": (kind, notification.title),
        "android.text": (kind, notification.text),
        "android.bigText": (kind, notification.big_text),
        "android.title.big": (kind, notification.big_title),
        "android.subText": ("String", notification.sub_text),
        "android.summaryText": ("String", notification.summary_text),
        "android.conversationTitle": ("String", notification.conversation_title),
        "android.template": ("String", _template(notification)),
    }
    for key, (name, text) in texts.items():
        if text is not None:
            entries[key] = [_text(name, text, look.redaction)]
    if notification.text_lines:
        entries["android.textLines"] = _array("CharSequence[]", notification.text_lines, look, str)
    if notification.messages:
        entries["android.messages"] = _array(
            "Parcelable[]", notification.messages, look, lambda one: _bundle(one, look.bundles)
        )
        entries["android.messagingUser"] = ["Person (android.app.Person@3f1c0a2b)"]
        entries["android.isGroupConversation"] = [
            f"Boolean ({'false' if notification.conversation_title is None else 'true'})"
        ]
    lines: list[str] = []
    for key in sorted(entries, key=_java_hash):
        first, *rest = entries[key]
        lines += [f"    {key}={first}", *rest]
    return lines


def _text(name: str, text: str, redaction: Redaction) -> str:
    match redaction:
        case Redaction.NONE:
            return f"{name} ({text})"
        case Redaction.CLASS:
            return name
        case Redaction.LENGTH:
            return f"{name} [length={len(text.encode('utf-16-le', 'surrogatepass')) // 2}]"


def _array(name: str, values: tuple[T, ...], look: Look, show: Callable[[T], str]) -> list[str]:
    lines = [f"{name} ({len(values)})"]
    if look.redaction is Redaction.NONE:
        lines += [f"      [{index}] {show(value)}" for index, value in enumerate(values)]
    return lines


def _bundle(message: Message, bundles: BundlePrint) -> str:
    if bundles is BundlePrint.PARCELLED:
        size = 4 * ((180 + 2 * len(message.text) + 2 * len(message.sender or "")) // 4)
        return f"Bundle[mParcelledData.dataSize={size}]"
    person = "null" if message.sender is None else "android.app.Person@5a2b9c41"
    return (
        f"Bundle[{{extras=Bundle[{{}}], sender={message.sender or 'null'}, sender_person={person}, "
        f"text={message.text}, time={message.time_ms}, type=null}}]"
    )


def _template(notification: Notification) -> str | None:
    if notification.messages:
        return f"{_STYLE}MessagingStyle"
    if notification.text_lines:
        return f"{_STYLE}InboxStyle"
    return None if notification.big_text is None else f"{_STYLE}BigTextStyle"


def _java_hash(text: str) -> int:
    value = 0
    for character in text:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value
