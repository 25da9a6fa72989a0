"""The notifications that are posted now, those that were, and their log lines."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_POSTED: Final = 1_000
"""Of all apps together; the oldest go. (Android's own limit, 25 or 50 an app, is not simulated.)"""

MAX_REMEMBERED: Final = 50_000
AUTO_CANCEL: Final = 0x10
_APP_CANCEL: Final = 8
_APP_CANCEL_ALL: Final = 9


class TextClass(StrEnum):
    """The Java class of an app's texts, as dumps name it."""

    STRING = "String"
    SPANNABLE = "SpannableString"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of a MessagingStyle."""

    sender: str | None
    """None is the person at the phone."""
    text: str
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVersion:
    """What a locked screen shows instead."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One posted notification. None leaves an extra out."""

    package: str
    uid: int
    id: int
    tag: str | None = None
    title: str | None
    text: str | None
    channel: str = "default"
    when_ms: int
    user_id: int = 0
    """Another Android user or an app clone, such as 999."""
    text_class: TextClass = TextClass.STRING
    """Of title and text."""
    ticker: str | None = None
    big_text: str | None = None
    big_title: str | None = None
    sub_text: str | None = None
    summary_text: str | None = None
    conversation_title: str | None = None
    text_lines: tuple[str, ...] = ()
    """InboxStyle."""
    messages: tuple[Message, ...] = ()
    """MessagingStyle."""
    actions: tuple[str, ...] = ()
    """Titles of buttons."""
    group: str | None = None
    flags: int = AUTO_CANCEL
    public: PublicVersion | None = None

    @property
    def key(self) -> str:
        """`userId|package|id|tag|uid`."""
        return f"{self.user_id}|{self.package}|{self.id}|{self.tag if self.tag is not None else 'null'}|{self.uid}"

    @property
    def group_key(self) -> str:
        """The key itself without a group."""
        return self.key if self.group is None else f"{self.user_id}|{self.package}|g:{self.group}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One post or update, for comparing an archive with the truth."""

    notification: Notification
    is_update: bool


class Notifications:
    """Posted notifications by key, oldest first."""

    def __init__(
        self,
        *,
        sdk: int,
        has_ninth_field: bool,
        emit: Callable[[str, str], None],
        is_heard: Callable[[], bool] = lambda: True,
    ) -> None:
        """`is_heard` tells whether the phone lets notifications sound now."""
        self._posted: dict[str, Notification] = {}
        self._history: deque[Posting] = deque(maxlen=MAX_REMEMBERED)
        self._has_shortcut = sdk >= 30
        self._has_ninth_field = has_ninth_field
        self._emit = emit
        self._is_heard = is_heard

    @property
    def history(self) -> Sequence[Posting]:
        """Everything posted so far (the newest 50,000), oldest first."""
        return tuple(self._history)

    def post(self, notification: Notification, *, pid: int = 2211) -> None:
        """Post or update."""
        status = 1 if notification.key in self._posted else 0
        self._posted.pop(notification.key, None)
        self._posted[notification.key] = notification
        self._history.append(Posting(notification=notification, is_update=status == 1))
        while len(self._posted) > MAX_POSTED:
            self._posted.pop(next(iter(self._posted)))
        extra = f",{notification.key}" if self._has_ninth_field else ""
        self._emit(
            "notification_enqueue",
            f"[{notification.uid},{pid},{notification.package},{notification.id},{_tag(notification)},"
            f"{notification.user_id},{self.describe(notification)},{status}{extra}]",
        )
        if self._is_heard():
            self._emit("notification_alert", f"[{notification.key},1,1,0]")

    def cancel(self, key: str, *, reason: int = _APP_CANCEL, pid: int = 2211) -> bool:
        """The app takes it away; whether it was there."""
        notification = self._posted.get(key)
        if notification is None:
            return False
        self._emit(
            "notification_cancel",
            f"[{notification.uid},{pid},{notification.package},{notification.id},{_tag(notification)},"
            f"{notification.user_id},0,0,{reason},NULL]",
        )
        self._take_away(key, reason)
        return True

    def cancel_all(self, package: str, *, user_id: int = 0, reason: int = _APP_CANCEL_ALL, pid: int = 2211) -> int:
        """The app takes all of its own away; how many there were."""
        keys = [one.key for one in self._posted.values() if (one.package, one.user_id) == (package, user_id)]
        uid = self._posted[keys[0]].uid if keys else 0
        self._emit("notification_cancel_all", f"[{uid},{pid},{package},{user_id},0,0,{reason},NULL]")
        for key in keys:
            self._take_away(key, reason)
        return len(keys)

    def list(self) -> tuple[Notification, ...]:
        """What is posted, oldest first."""
        return tuple(self._posted.values())

    def get(self, key: str) -> Notification | None:
        """By key."""
        return self._posted.get(key)

    def clear(self) -> None:
        """After a reboot nothing is posted."""
        self._posted.clear()

    def describe(self, notification: Notification) -> str:
        """`Notification(channel=…)` as toString prints it."""
        shortcut = "shortcut=null " if self._has_shortcut else ""
        return (
            f"Notification(channel={notification.channel} {shortcut}contentView=null vibrate=null sound=null "
            f"defaults=0x0 flags={notification.flags:#x} color=0x00000000 category=msg vis=PRIVATE)"
        )

    def _take_away(self, key: str, reason: int) -> None:
        del self._posted[key]
        self._emit("notification_canceled", f"[{key},{reason},9000,9000,0,-1,-1,NULL]")


def _tag(notification: Notification) -> str:
    return "NULL" if notification.tag is None else notification.tag
