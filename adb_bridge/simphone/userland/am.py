"""`am` = `cmd activity`: start, broadcast, force-stop, get-started-user-state, get-current-user.

`am broadcast` prints "Broadcast completed" for anything, also for FACTORY_RESET, which does nothing.
"""

import asyncio

from .call import Call


async def am(call: Call) -> int:
    """Accepts any intent."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await activity_command(call, call.arguments)


async def activity_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part."""
    match words[:1]:
        case ("start" | "start-activity",):
            await call.print(f"Starting: Intent {{ {_intent(words[1:])} }}")
            return 0
        case ("broadcast",):
            await call.print(f"Broadcasting: Intent {{ {_intent(words[1:])} flg=0x400000 }}")
            await call.print("Broadcast completed: result=0")
            return 0
        case ("force-stop",) if len(words) > 1:
            call.do(lambda: _force_stop(call, words[-1]))
            return 0
        case ("kill",):
            return 0
        case ("get-started-user-state",):
            await call.print("RUNNING_UNLOCKED" if call.handset.power.is_user_unlocked else "RUNNING_LOCKED")
            return 0
        case ("get-current-user",):
            await call.print("0")
            return 0
        case ("task",):
            return 0
        case _:
            await call.complain(f"Unknown command: {words[0]}" if words else "Activity manager (activity) commands:")
            return 255


def _force_stop(call: Call, name: str) -> None:
    """Silent for packages that are not there."""
    handset = call.handset
    if not handset.packages.is_installed(name):
        return
    handset.packages.state(name).is_stopped = True
    if handset.foreground.current.package == name:
        handset.foreground.stay(handset.apps.launcher)
    handset.notifications.cancel_all(name)


def _intent(words: tuple[str, ...]) -> str:
    parts: list[str] = []
    for flag, value in zip(words, words[1:], strict=False):
        if flag == "-a":
            parts.append(f"act={value}")
        elif flag == "-d":
            parts.append(f"dat={value}")
        elif flag == "-n":
            parts.append(f"cmp={value}")
    return " ".join(parts)
