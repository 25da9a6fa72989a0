"""`cmd media_session volume …` (Android 11 on), `media volume …` (before, and still a shorthand): VolumeCtrl."""

import asyncio
import re
from typing import Final

from ..audio import RANGES, Stream, Zen
from .call import Call
from .java import throw

FIRST_AS_SERVICE: Final = 30
_ADJUSTMENTS: Final = {"same": 0, "lower": -1, "raise": 1}


async def media(call: Call) -> int:
    """`media volume …`; `media dispatch` is taken and does nothing."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await media_command(call, call.arguments)


async def media_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part."""
    match words[:1]:
        case ("volume",):
            return await _volume(call, list(words[1:]))
        case ("dispatch" | "list-sessions",):
            return 0
        case _:
            await call.print(
                "usage: media_session [subcommand] [options]\n"
                "       media_session dispatch KEY\n       media_session list-sessions\n"
                "       media_session volume [options]"
            )
            return 0 if words else 255


async def _volume(call: Call, words: list[str]) -> int:
    """`--set` outside of the stream's range is refused; do-not-disturb lets nobody change the ringer."""
    stream, index, adjustment, wants_it = Stream.MUSIC.value, None, None, False
    while words:
        match words.pop(0):
            case "--show":
                pass
            case "--get":
                wants_it = True
                await call.print("[V] will get volume")
            case "--stream" if words and _is_number(words[0]):
                stream = int(words.pop(0))
                await call.print(f"[V] will control stream={stream} ({_name(stream)})")
            case "--set" if words and _is_number(words[0]):
                index = int(words.pop(0))
                await call.print(f"[V] will set volume to index={index}")
            case "--adj" if words:
                adjustment = words.pop(0)
                await call.print("[V] will adjust volume")
            case other:
                return await throw(call, "volume", "java.lang.IllegalArgumentException", f"Unknown argument {other}")
    if adjustment is not None and adjustment not in _ADJUSTMENTS:
        await call.complain(f"Error: no valid volume adjustment, was {adjustment}, expected same|lower|raise")
        return 0
    await call.print("[V] Connecting to AudioService")
    if stream not in RANGES:
        return await throw(call, "volume", "java.lang.IllegalArgumentException", f"Bad stream type {stream}")
    audio, real = call.handset.audio, Stream(stream)
    low, high = RANGES[real]
    if adjustment is not None:
        index = max(low, min(high, audio.volume(real) + _ADJUSTMENTS[adjustment]))
    if index is not None:
        if not low <= index <= high:
            await call.complain(f"Error: invalid volume index {index}, range is [{low}..{high}]")
            return 0
        if real in (Stream.RING, Stream.NOTIFICATION) and audio.zen is not Zen.OFF:
            why = "Not allowed to change Do Not Disturb state"
            return await throw(call, "volume", "java.lang.SecurityException", why)
        wished = index
        call.do(lambda: audio.set_volume(real, wished))
    if wants_it:
        shown = index if call.is_pretended and index is not None else audio.volume(real)
        await call.print(f"[V] volume is {shown} in range [{low}..{high}]")
    return 0


def _is_number(word: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,6}", word) is not None


def _name(stream: int) -> str:
    return f"STREAM_{Stream(stream).name}" if stream in RANGES else "invalid stream"
