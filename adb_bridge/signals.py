"""Change signals from the phone's `events` log: hints that something may have changed, never data.

A received message shows as a notification of a messages app, what a messenger received as one of its own. A sent
message, an edited contact and an ended call show nothing, so the app in front is followed: while it is one of those
apps, polling about once a second is advised, and one more poll when it leaves.

Tags (AOSP EventLogTags, Android 11; `wm_` from 10 on, `am_` before):
`notification_enqueue: [uid,pid,pkg,id,tag,userid,Notification(…),status]` (status 0 posted, 1 updated, 2 refused by the
person's settings; some vendors add a ninth field; from the tag on fields may hold commas),
`wm_set_resumed_activity: [user,pkg/activity,reason]`, `battery_level: [level,…]`, `power_screen_state: [on,…]`,
`screen_toggled: on`. `notification_cancel` and what follows a posting are not asked for.
"""

import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from .session import Session

_COMMAND = (
    "logcat -b events -T 1 -v threadtime notification_enqueue:I wm_set_resumed_activity:I am_set_resumed_activity:I"
    " battery_level:I power_screen_state:I screen_toggled:I '*:S'"
)
_LONGEST_LINE = 16 * 1024
_LINE = re.compile(
    rb"[0-9]{2}-[0-9]{2} [0-9:.]{8,15} +[0-9]+ +[0-9]+ [A-Z] "
    rb"(notification_enqueue|wm_set_resumed_activity|am_set_resumed_activity"
    rb"|battery_level|power_screen_state|screen_toggled) *: \[?(.*?)\]?\r?"
)
_PACKAGE = re.compile(rb"[A-Za-z][A-Za-z0-9_.]{1,200}")


class Signal(StrEnum):
    """What may have changed."""

    MESSAGES = "messages"
    CALLS = "calls"
    CONTACTS = "contacts"
    NOTIFICATION = "notification"
    SCREEN = "screen"
    BATTERY = "battery"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSignal:
    """A hint."""

    kinds: frozenset[Signal]
    is_fast_poll_advised: bool
    """True while an app that changes messages, contacts or calls is in front."""


_NOTHING: frozenset[Signal] = frozenset()
_TALK = frozenset({Signal.MESSAGES})
_PEOPLE = frozenset({Signal.CONTACTS})
_PHONE = frozenset({Signal.CALLS})

APPS: dict[bytes, frozenset[Signal]] = {
    b"com.android.mms": _TALK,
    b"com.android.messaging": _TALK,
    b"com.google.android.apps.messaging": _TALK,
    b"com.samsung.android.messaging": _TALK,
    b"com.oneplus.mms": _TALK,
    b"com.coloros.mms": _TALK,
    b"com.vivo.mms": _TALK,
    b"com.hihonor.mms": _TALK,
    b"com.android.providers.telephony": _TALK,
    # Several vendors' dialer is an activity of their contacts app.
    b"com.android.contacts": _PEOPLE | _PHONE,
    b"com.google.android.contacts": _PEOPLE,
    b"com.samsung.android.app.contacts": _PEOPLE,
    b"com.hihonor.contacts": _PEOPLE | _PHONE,
    b"com.android.dialer": _PHONE | _PEOPLE,
    b"com.google.android.dialer": _PHONE | _PEOPLE,
    b"com.samsung.android.dialer": _PHONE | _PEOPLE,
    b"com.samsung.android.incallui": _PHONE,
    b"com.android.incallui": _PHONE,
    b"com.android.phone": _PHONE,
    b"com.android.server.telecom": _PHONE,
}
"""Which app changes what. An app that is not here is found by the slow poll."""


async def watch_signals(
    session: Session, notification_apps: Iterable[str] | None = None
) -> AsyncGenerator[ChangeSignal, None]:
    """Follow the log until the connection ends. Start again, and poll once, whenever it did.

    Lines that are none of the above, whatever they hold, are skipped. The first signal may repeat an old event.

    Args:
        notification_apps: Packages whose notifications count as NOTIFICATION; None: every app's.

    Raises:
        DeviceUnavailableError, ServerUnavailableError: the connection; ShellCommandError: the phone refuses the log;
        ParseError: not the shell protocol.
    """
    watcher = SignalReader(notification_apps)
    async with aclosing(session.lines(_COMMAND, idle_timeout_s=None, max_line_bytes=_LONGEST_LINE)) as lines:
        async for line in lines:
            signal = watcher.read(line)
            if signal is not None:
                yield signal


class SignalReader:
    """Lines in, hints out. Remembers which app is in front; total on any bytes."""

    def __init__(self, notification_apps: Iterable[str] | None = None) -> None:
        self._front = _NOTHING
        self._apps = None if notification_apps is None else frozenset(app.encode() for app in notification_apps)

    def read(self, line: bytes) -> ChangeSignal | None:
        """What a line hints at, None for nothing."""
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        fields = match[2].split(b",", 5)
        match match[1]:
            case b"notification_enqueue":
                kinds = self._enqueued(fields)
                return self._hint(kinds) if kinds else None
            case b"wm_set_resumed_activity" | b"am_set_resumed_activity":
                return self._resumed(fields)
            case b"battery_level":
                return self._hint(frozenset({Signal.BATTERY}))
            case _:
                return self._screen(is_on=fields[0] == b"1")

    def _hint(self, kinds: frozenset[Signal]) -> ChangeSignal:
        return ChangeSignal(kinds=kinds, is_fast_poll_advised=bool(self._front))

    def _enqueued(self, fields: list[bytes]) -> frozenset[Signal]:
        package = fields[2] if len(fields) > 2 else b""
        is_wanted = self._apps is None or package in self._apps
        return APPS.get(package, _NOTHING) | ({Signal.NOTIFICATION} if is_wanted else _NOTHING)

    def _resumed(self, fields: list[bytes]) -> ChangeSignal | None:
        package = _PACKAGE.match(fields[1]) if len(fields) > 1 else None
        before, self._front = self._front, APPS.get(package[0], _NOTHING) if package else _NOTHING
        touched = before | self._front
        return self._hint(touched) if touched else None

    def _screen(self, *, is_on: bool) -> ChangeSignal:
        before = self._front
        if not is_on:
            self._front = _NOTHING
        return self._hint(before | {Signal.SCREEN})
