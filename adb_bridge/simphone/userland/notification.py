"""`cmd notification list|get|post|set_dnd` (NotificationShellCmd, Android 11+)."""

from typing import Final

from ..audio import Stream, Zen
from ..faults import Right
from ..notifications import Message, Notification
from ..traits import Presence
from .call import Call
from .dumpsys.notification import record_lines
from .java import throw

SHELL_ID: Final = 2020
"""The id of every notification the shell posts; tags keep them apart."""

SOUND_S: Final = 1.2
"""How long the default notification sound is heard."""

_STYLES: Final = ("bigtext", "bigpicture", "inbox", "media", "messaging")
_MODES: Final = {
    "on": Zen.TOTAL_SILENCE, "none": Zen.TOTAL_SILENCE, "priority": Zen.PRIORITY, "alarms": Zen.ALARMS,
    "all": Zen.OFF, "off": Zen.OFF,
}  # fmt: skip
_USAGE: Final = (
    "usage: cmd notification post [flags] <tag> <text>\n\nflags:\n  -h|--help\n  -v|--verbose\n  -t|--title <text>\n"
    "  -i|--icon <iconspec>\n  -I|--large-icon <iconspec>\n  -S|--style <style> [styleargs]\n"
    "  -c|--content-intent <intentspec>"
)


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
        case ("set_dnd", *rest) if not is_absent:
            return await _set_dnd(call, list(rest))
        case ("post", *rest):
            return await _post(call, list(rest))
        case _:
            await call.print("usage: cmd notification SUBCMD [args]")
            return 0 if words[:1] in ((), ("help",)) else 255


async def _set_dnd(call: Call, words: list[str]) -> int:
    mode = _MODES.get(words[0].lower()) if words else None
    if mode is None:
        await call.print("usage: cmd notification SUBCMD [args]")
        return 255

    def change() -> None:
        call.handset.audio.zen = mode
        call.handset.settings.put("global", "zen_mode", str(mode.value))

    call.do(change)
    return 0


async def _post(call: Call, rest: list[str]) -> int:
    """Flags, then a tag and a text; `--style` takes what follows it as its own."""
    title, big_text, lines, is_loud = "", None, [], False
    conversation: str | None = None
    messages: list[Message] = []
    now_ms = int(call.handset.now().timestamp() * 1000)
    while rest and rest[0].startswith("-"):
        flag = rest.pop(0)
        if flag in ("-v", "--verbose"):
            is_loud = True
            continue
        if flag in ("-h", "--help") or not rest:
            await call.print(_USAGE)
            return 0 if rest else 255
        value = rest.pop(0)
        match flag:
            case "-t" | "--title":
                title = value
            case "-S" | "--style" if value == "bigtext":
                big_text = ""
            case "-S" | "--style" if value not in _STYLES:
                why = f"unrecognized notification style: {value}"
                return await throw(call, "post", "java.lang.IllegalArgumentException", why)
            case "--line":
                lines.append(value)
            case "--conversation":
                conversation = value
            case "--message":
                sender, _, said = value.partition(":")
                messages.append(Message(sender=sender or None, text=said, time_ms=now_ms))
            case _:
                pass
    if len(rest) < 2:
        await call.print(_USAGE)
        return 255
    notification = Notification(
        package="com.android.shell",
        uid=2000,
        id=SHELL_ID,
        tag=rest[0],
        title=title,
        text=rest[1],
        big_text=None if big_text is None else rest[1],
        text_lines=tuple(lines),
        messages=tuple(messages),
        conversation_title=conversation,
        channel="shell_cmd",
        when_ms=now_ms,
    )
    await call.print(f"posting:\n  {call.handset.notifications.describe(notification)}")
    if not call.handset.faults.is_denied(Right.NOTICES):
        call.do(lambda: _show(call, notification))
    if is_loud and call.handset.notifications.get(notification.key) is not None:
        await call.print("posted: ")
    elif is_loud:
        await call.print("waiting for notification to post...\nwarning: couldn't find notification after enqueueing")
    return 0


def _show(call: Call, notification: Notification) -> None:
    """The shell's channel has the default sound: each posting is heard, where notifications are heard."""
    handset = call.handset
    handset.notifications.post(notification, pid=12345)
    if handset.audio.is_heard(Stream.NOTIFICATION):
        handset.audio.play("com.android.systemui", 10_060, Stream.NOTIFICATION, lasts_s=SOUND_S)
