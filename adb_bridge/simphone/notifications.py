"""The notifications that are posted now, and their log lines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MAX_POSTED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One posted notification."""

    package: str
    uid: int
    id: int
    tag: str | None
    title: str
    text: str
    channel: str
    when_ms: int

    @property
    def key(self) -> str:
        """`userId|package|id|tag|uid`."""
        return f"0|{self.package}|{self.id}|{self.tag if self.tag is not None else 'null'}|{self.uid}"


class Notifications:
    """Posted notifications by key, oldest first."""

    def __init__(self, *, sdk: int, has_ninth_field: bool, emit: Callable[[str, str], None]) -> None:
        self._posted: dict[str, Notification] = {}
        self._has_shortcut = sdk >= 30
        self._has_ninth_field = has_ninth_field
        self._emit = emit

    def post(self, notification: Notification, *, pid: int = 2211) -> None:
        """Post or update."""
        status = 1 if notification.key in self._posted else 0
        self._posted.pop(notification.key, None)
        self._posted[notification.key] = notification
        while len(self._posted) > MAX_POSTED:
            self._posted.pop(next(iter(self._posted)))
        tag = "NULL" if notification.tag is None else notification.tag
        extra = f",{notification.key}" if self._has_ninth_field else ""
        self._emit(
            "notification_enqueue",
            f"[{notification.uid},{pid},{notification.package},{notification.id},{tag},0,"
            f"{self.describe(notification)},{status}{extra}]",
        )
        self._emit("notification_alert", f"[{notification.key},1,1,0]")

    def cancel(self, key: str, *, reason: int = 8) -> bool:
        """Take away; whether it was there."""
        notification = self._posted.pop(key, None)
        if notification is None:
            return False
        self._emit("notification_canceled", f"[{key},{reason},9000,9000,0,-1,-1,NULL]")
        return True

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
            "defaults=0x0 flags=0x10 color=0x00000000 category=msg vis=PRIVATE)"
        )
