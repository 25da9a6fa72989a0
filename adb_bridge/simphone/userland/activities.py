"""What `am start` starts: calls, alarms and timers of the clock app, sounds, and apps by name."""

from typing import Final
from urllib.parse import unquote

from ..apps import App
from ..audio import Stream
from ..faults import Right
from ..spec import Calling
from ..traits import Presence
from .call import Call
from .intents import Intent
from .java import throw

CLOCK: Final = "com.android.deskclock"
_CLOCK_UID: Final = 10_088
_MUSIC: Final = "com.android.music"
_ALARM: Final = "android.intent.extra.alarm."
_FIRST_WITH_EXIT_CODES: Final = 31
_LONGEST_S: Final = 86_400


async def start_activity(call: Call, intent: Intent) -> int:
    """Print what `am start` prints and do what the activity does at once."""
    await call.print(f"Starting: {intent}")
    match intent.action:
        case "android.intent.action.CALL":
            return await _call(call, intent)
        case "android.intent.action.SET_TIMER" | "android.intent.action.SET_ALARM":
            return await _alarm(call, intent)
        case "android.intent.action.DISMISS_TIMER" | "android.intent.action.DISMISS_ALARM":
            call.do(lambda: call.handset.audio.stop(CLOCK))
            return 0
        case "android.intent.action.VIEW" if (intent.kind or "").startswith("audio/"):
            call.do(lambda: call.handset.audio.play(_MUSIC, 10_089, Stream.MUSIC, lasts_s=180.0))
            return 0
        case _:
            return await _by_name(call, intent)


async def _call(call: Call, intent: Intent) -> int:
    handset = call.handset
    number = unquote((intent.data or "").removeprefix("tel:"))
    if handset.faults.is_denied(Right.CALL):
        origin = "from null (pid=12345, uid=2000) requires android.permission.CALL_PHONE"
        why = f"Permission Denial: starting {intent} {origin}"
        return await throw(call, "start", "java.lang.SecurityException", why)
    if not (intent.data or "").startswith("tel:") or not number:
        return await _unresolved(call, intent)
    is_possible = handset.spec.calling is Calling.READY and handset.settings.get("global", "airplane_mode_on") != "1"
    if is_possible and not handset.calls.is_busy:
        call.do(lambda: handset.calls.dial(number))
    return 0


async def _alarm(call: Call, intent: Intent) -> int:
    """Without SKIP_UI the clock app only opens. A timer rings on the alarm stream until somebody dismisses it."""
    handset = call.handset
    if handset.traits.clock_intents is Presence.ABSENT or handset.packages.state(CLOCK).is_disabled:
        return await _unresolved(call, intent)
    extras = intent.extras
    length = extras.get(f"{_ALARM}LENGTH", "")
    is_quick = extras.get(f"{_ALARM}SKIP_UI", "").lower() == "true" and not handset.packages.state(CLOCK).suspended_by
    if is_quick and length.isdigit() and 0 < int(length) <= _LONGEST_S:
        call.do(lambda: handset.audio.play(CLOCK, _CLOCK_UID, Stream.ALARM, after_s=float(length)))
    return 0


async def _by_name(call: Call, intent: Intent) -> int:
    handset, component = call.handset, intent.component
    if component is None:
        if intent.action is None or intent.action.startswith("android."):
            return 0
        return await _unresolved(call, intent)
    package, _, activity = component.partition("/")
    if not handset.packages.is_installed(package) or handset.packages.state(package).is_disabled:
        await call.complain(f"Error type 3\nError: Activity class {{{component}}} does not exist.")
        return _failed(call)
    if not handset.packages.state(package).suspended_by:
        app = App(package=package, activity=f"{package}/{activity}", uid=handset.packages.uid(package) or 0)
        call.do(lambda: handset.foreground.stay(app))
    return 0


async def _unresolved(call: Call, intent: Intent) -> int:
    await call.complain(f"Error: Activity not started, unable to resolve {intent}")
    return _failed(call)


def _failed(call: Call) -> int:
    return int(call.handset.spec.sdk >= _FIRST_WITH_EXIT_CODES)
