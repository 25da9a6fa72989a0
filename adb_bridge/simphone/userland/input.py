"""`input`: the keys that change something here are power, sleep, wake-up, and those that take and end a call."""

import asyncio
from typing import Final

from ..faults import Right
from .call import Call

_POWER, _SLEEP, _WAKEUP = 26, 223, 224
_NAMES: Final = {
    "POWER": _POWER,
    "SLEEP": _SLEEP,
    "WAKEUP": _WAKEUP,
    "HOME": 3,
    "CALL": 5,
    "ENDCALL": 6,
    "BACK": 4,
    "MENU": 82,
    "ENTER": 66,
    "UNKNOWN": 0,
}
_OTHERS: Final = ("text", "tap", "swipe", "draganddrop", "press", "roll", "motionevent", "keycombination")


async def input_(call: Call) -> int:
    """`input [SOURCE] keyevent [--longpress] CODE…`; the rest is accepted and does nothing."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    words = list(call.arguments)
    if words and words[0] in ("keyboard", "touchscreen", "dpad", "gamepad", "mouse", "stylus"):
        words.pop(0)
    if not words or words[0] not in ("keyevent", *_OTHERS):
        await call.complain(
            f"Error: Unknown command: {words[0]}" if words else "Usage: input [<source>] <command> [<arg>...]"
        )
        return 255
    if call.handset.faults.is_denied(Right.INPUT):
        await call.complain(
            "java.lang.SecurityException: Injecting input events requires the caller (or the source of the "
            "instrumentation, if any) to have the INJECT_EVENTS permission."
        )
        return 255
    if words[0] == "keyevent":
        for name in words[1:]:
            if not name.startswith("--"):
                _press(call, name)
    return 0


def _press(call: Call, name: str) -> None:
    code = int(name) if name.isdigit() else _NAMES.get(name.removeprefix("KEYCODE_"), 0)
    match code:
        case 26:
            call.do(call.handset.power.press)
        case 223:
            call.do(call.handset.power.sleep)
        case 224:
            call.do(call.handset.power.wake)
        case 6 if call.handset.calls.is_busy:
            call.do(call.handset.calls.hang_up)
        case 5 if call.handset.calls.is_busy:
            call.do(call.handset.calls.answer)
        case _:
            pass
