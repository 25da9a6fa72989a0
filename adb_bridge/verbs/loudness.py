"""Make a phone's streams loud for a ring, and set them back.

`cmd media_session volume` (12+) or `media volume` (before): an index outside of a stream's own range is refused, so the
range is asked first. Do Not Disturb lets nobody change the ringer's volume, so it goes first (`set_dnd`, 11+).
"""

from dataclasses import dataclass
from typing import Final

from .answers import Said, said_by
from .audio_print import Volume, read_volume
from .trail import Trail

_ALARM, _RING, _NOTIFICATION = 4, 2, 5
_STREAMS: Final = (_ALARM, _RING, _NOTIFICATION)
_PROGRAMS: Final = ("cmd media_session volume", "media volume")
_ZEN: Final = "settings get global zen_mode"
_WORDS: Final = {b"1": "priority", b"2": "none", b"3": "alarms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """How it was before."""

    program: str | None
    """What sets volumes here; None: nothing does."""
    volumes: dict[int, Volume]
    """Only the streams that were changed."""
    zen: str | None
    """The word for `set_dnd`; None: it was off."""


async def ring_louder(trail: Trail) -> Loudness:
    """Do Not Disturb off, streams up. What a phone does not allow is left as it is."""
    (told,) = await trail.look(_ZEN)
    zen = _WORDS.get(told.output.strip())
    if zen is not None:
        await trail.act("set_dnd", "cmd notification set_dnd off")
    for program in _PROGRAMS:
        answers = await trail.look(*(f"{program} --stream {stream} --get" for stream in _STREAMS))
        if said_by(answers[0]) is Said.UNKNOWN_COMMAND:
            continue
        found = {stream: read_volume(answer.output) for stream, answer in zip(_STREAMS, answers, strict=True)}
        quiet = {stream: one for stream, one in found.items() if one is not None and one.index < one.highest}
        if quiet:
            await trail.act("volume", *(_set(program, stream, one.highest) for stream, one in quiet.items()))
        return Loudness(program=program, volumes=quiet, zen=zen)
    return Loudness(program=None, volumes={}, zen=zen)


async def set_back(before: Loudness, trail: Trail) -> None:
    """As it was."""
    if before.program is not None and before.volumes:
        lines = (_set(before.program, stream, one.index) for stream, one in before.volumes.items())
        await trail.act("volume_back", *lines)
    if before.zen is not None:
        await trail.act("set_dnd_back", f"cmd notification set_dnd {before.zen}")


def _set(program: str, stream: int, index: int) -> str:
    return f"{program} --stream {stream} --set {index}"
