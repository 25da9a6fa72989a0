"""`cmd notification list|get|post` (NotificationShellCmd, Android 11+)."""

from typing import Final

from ..faults import Right
from ..notifications import Notification
from ..traits import Presence
from .call import Call
from .dumpsys.notification import record_lines

SHELL_ID: Final = 2020
"""The id of every notification the shell posts; tags keep them apart."""

_WITH_VALUE: Final = {"-t", "--title", "-i", "--icon", "-I", "--large-icon", "-S", "--style", "-c", "--content-intent"}


async def notification_command(call: Call, words: tuple[str, ...]) -> int:
    """Where the phone has none of them, the commands are unknown words."""
    is_absent = call.handset.traits.notification_shell is Presence.ABSENT
    if is_absent and words[:1] in (("post",), ("list",), ("get",)):
        await call.complain(f"Unknown command: {words[0]}")
        return 255
    if words[:1] in (("list",), ("get",)) and call.handset.faults.is_denied(Right.NOTIFICATIONS):
        await call.complain(f"\nException occurred while executing '{words[0]}':")
        await call.complain("java.lang.SecurityException: Permission Denial: reading notifications")
        return 255
    match words:
        case ("list", *_):
            for notification in call.handset.notifications.list():
                await call.print(notification.key)
            return 0
        case ("get", key, *_):
            found = call.handset.notifications.get(key)
            if found is None:
                await call.complain(f"error: no active notification matching key: {key}")
                return 1
            text = record_lines(call.handset, found, indent=0, is_open=True)
            await call.stdout.write(text.encode("utf-8", "replace"))
            return 0
        case ("post", *rest):
            return await _post(call, list(rest))
        case _:
            await call.print("usage: cmd notification SUBCMD [args]")
            return 0 if words[:1] in ((), ("help",)) else 255


async def _post(call: Call, rest: list[str]) -> int:
    title = ""
    while rest and rest[0].startswith("-"):
        flag = rest.pop(0)
        if flag in _WITH_VALUE and rest:
            value = rest.pop(0)
            title = value if flag in ("-t", "--title") else title
    if len(rest) < 2:
        await call.complain("error: post requires a tag and text")
        return 255
    notification = Notification(
        package="com.android.shell",
        uid=2000,
        id=SHELL_ID,
        tag=rest[0],
        title=title,
        text=rest[1],
        channel="shell_cmd",
        when_ms=int(call.handset.now().timestamp() * 1000),
    )
    await call.print(f"posting:\n  {call.handset.notifications.describe(notification)}")
    if not call.handset.faults.is_denied(Right.NOTICES):
        call.handset.notifications.post(notification, pid=12345)
    return 0
