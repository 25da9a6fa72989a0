"""`am` = `cmd activity` (ActivityManagerShellCommand): start, broadcast, force-stop, and what it tells of users.

`am broadcast` prints "Broadcast completed" for anything, also for FACTORY_RESET, which does nothing. What `am start`
does is in activities.py. Errors of `start` go to stderr; the exit code is 0 up to Android 11, then 1 (inferred).
"""

import asyncio
from functools import partial

from .activities import start_activity
from .call import Call
from .intents import Intent, read_intent
from .owners import take_broadcast


async def am(call: Call) -> int:
    """Accepts any intent."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await activity_command(call, call.arguments)


async def activity_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part."""
    match words[:1]:
        case ("start" | "start-activity",):
            return await start_activity(call, read_intent(words[1:]))
        case ("broadcast",):
            return await _broadcast(call, read_intent(words[1:]))
        case ("force-stop",) if len(words) > 1:
            call.do(partial(_force_stop, call, words[-1]))
            return 0
        case ("kill" | "task",):
            return 0
        case ("get-started-user-state",):
            await call.print("RUNNING_UNLOCKED" if call.handset.power.is_user_unlocked else "RUNNING_LOCKED")
            return 0
        case ("get-current-user",):
            await call.print("0")
            return 0
        case _:
            await call.complain(f"Unknown command: {words[0]}" if words else "Activity manager (activity) commands:")
            return 255


async def _broadcast(call: Call, intent: Intent) -> int:
    shown = Intent(
        action=intent.action,
        data=intent.data,
        component=intent.component,
        package=intent.package,
        flags=intent.flags | 0x400000,
        extras=intent.extras,
    )
    await call.print(f"Broadcasting: {shown}")
    take_broadcast(call, intent)
    await call.print("Broadcast completed: result=0")
    return 0


def _force_stop(call: Call, name: str) -> None:
    """Silent for packages that are not there."""
    handset = call.handset
    if not handset.packages.is_installed(name):
        return
    handset.packages.state(name).is_stopped = True
    handset.audio.stop(name)
    if handset.foreground.current.package == name:
        handset.foreground.stay(handset.apps.launcher)
    handset.notifications.cancel_all(name)
