"""Have a phone make itself heard, silenced or not.

1. A timer of one second with the clock app (SET_TIMER, API 19+): rings as an alarm, loud also in silent mode, until it
   is dismissed. Heard when `dumpsys audio` has a new player of USAGE_ALARM whose volume is not 0.
2. Notifications of the shell, one every few seconds (11+): heard when the event log says that each made its sound.
Volumes and Do Not Disturb are set back afterwards. Neither needs anything installed; a phone whose clock app takes no
timers and which is older than 11 cannot ring.
"""

import asyncio
import re
import secrets
from contextlib import suppress
from enum import StrEnum
from typing import Final

from ..errors import AdbBridgeError
from ..session import quote
from .answers import Said, said_by
from .audio_print import Sounds, count_beeps, read_sounds
from .codes import Code
from .endings import done, refused, unsure, unverified
from .loudness import ring_louder, set_back
from .notices import post_command
from .orders import Ring
from .result import VerbResult
from .trail import Trail

_POST_EVERY_S: Final = 4.0
_TIMER: Final = (
    "am start -a android.intent.action.SET_TIMER --ei android.intent.extra.alarm.LENGTH 1"
    " --ez android.intent.extra.alarm.SKIP_UI true --es android.intent.extra.alarm.MESSAGE"
)
_DISMISS: Final = "am start -a android.intent.action.DISMISS_TIMER --ez android.intent.extra.alarm.SKIP_UI true"
_CLOCK_APP: Final = "cmd package resolve-activity --brief -a android.intent.action.SET_TIMER"
_COMPONENT: Final = re.compile(rb"^([A-Za-z][A-Za-z0-9_.]{1,200})/[A-Za-z0-9_.$]{1,200}\r?$", re.MULTILINE)
_EVENTS: Final = "logcat -b events -d -t 400"
_SOUNDS: Final = ("dumpsys audio", "settings get global zen_mode")
_TOTAL_SILENCE: Final = b"2"


class _Heard(StrEnum):
    YES = "yes"
    SILENT = "silent"
    """It plays, at no volume."""
    NO = "no"


async def ring(order: Ring, trail: Trail) -> VerbResult:
    """Ring for the order's time; DONE when the phone said that it sounds."""
    before, _ = await _listen(trail)
    louder = await ring_louder(trail)
    try:
        heard, said = await _ring_by_timer(order, before, trail)
        if heard is _Heard.YES:
            return done(Code.RINGING)
        posted, said_of_post = await _ring_by_notices(order, trail)
        if posted is _Heard.YES:
            return done(Code.RINGING)
    finally:
        with suppress(AdbBridgeError):
            await set_back(louder, trail)
    if _Heard.SILENT in {heard, posted}:
        return refused(Code.SILENT)
    return unverified(said_of_post if said_of_post is not Said.NOTHING_BAD else said)


async def read_back_ring(trail: Trail) -> VerbResult:
    """It rings now, or it cannot be told: it may have rung."""
    sounds, zen = await _listen(trail)
    is_heard = _judge(sounds, frozenset(), zen) is _Heard.YES
    return done(Code.RINGING) if is_heard else unsure(Code.NOT_VERIFIED)


async def _ring_by_timer(order: Ring, before: Sounds, trail: Trail) -> tuple[_Heard, Said]:
    (answer,) = await trail.act("timer", f"{_TIMER} {quote(order.title)}")
    if (said := said_by(answer)) in {Said.REFUSED, Said.UNKNOWN_COMMAND} or b"unable to resolve" in answer.output:
        return _Heard.NO, Said.UNKNOWN_COMMAND if said is not Said.REFUSED else said
    heard = _Heard.NO

    async def is_sounding() -> bool:
        nonlocal heard
        sounds, zen = await _listen(trail)
        heard = _judge(sounds, frozenset(before.players), zen)
        return heard is not _Heard.NO

    await trail.settle(is_sounding)
    trail.note("timer_heard", Code.OK if heard is _Heard.YES else Code.SILENT)
    with suppress(AdbBridgeError):
        # It was heard: a link that breaks from here on leaves it ringing until somebody dismisses it.
        if heard is _Heard.YES:
            await asyncio.sleep(order.duration_s)
        await _dismiss(frozenset(before.players), trail)
    return heard, said


async def _dismiss(known: frozenset[int], trail: Trail) -> None:
    """By the clock app's own way; where it goes on ringing, the app is stopped."""
    _, resolved = await trail.act("dismiss", _DISMISS, then_look=(_CLOCK_APP,))
    sounds, zen = await _listen(trail)
    app = _COMPONENT.search(resolved.output)
    if app is not None and _judge(sounds, known, zen) is not _Heard.NO:
        await trail.act("stop_clock", f"am force-stop {app[1].decode('ascii')}")


async def _ring_by_notices(order: Ring, trail: Trail) -> tuple[_Heard, Said]:
    tag = f"{order.tag[:50]}.{secrets.token_hex(4)}"
    rest_s = order.duration_s
    heard, said = _Heard.NO, Said.NOTHING
    while True:
        command = post_command(tag, order.title, order.text)
        (answer,) = await trail.act("post", command)
        said = said_by(answer)
        if said in {Said.REFUSED, Said.UNKNOWN_COMMAND}:
            return heard, said
        (events,) = await trail.look(_EVENTS)
        if count_beeps(events.output, tag):
            heard = _Heard.YES
        rest_s -= _POST_EVERY_S
        if heard is not _Heard.YES or rest_s <= 0:
            return heard, said
        await asyncio.sleep(_POST_EVERY_S)


async def _listen(trail: Trail) -> tuple[Sounds, bytes]:
    audio, zen = await trail.look(*_SOUNDS)
    return read_sounds(audio.output), zen.output.strip()


def _judge(sounds: Sounds, known: frozenset[int], zen: bytes) -> _Heard:
    alarms = [usage for number, usage in sounds.players.items() if number not in known and usage == "USAGE_ALARM"]
    if not alarms:
        return _Heard.NO
    is_silent = zen == _TOTAL_SILENCE or sounds.volumes.get("ALARM") == 0
    return _Heard.SILENT if is_silent else _Heard.YES
