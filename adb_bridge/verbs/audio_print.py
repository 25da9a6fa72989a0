"""What can be heard on a phone. Pure; total on any bytes.

`dumpsys audio` (AudioService, PlaybackActivityMonitor, 8-15): `- STREAM_ALARM:` with `Muted:` and `streamVolume:` below
it, and a line for each player, `AudioPlaybackConfiguration piid:23 … state:started attr:AudioAttributes:
usage=USAGE_ALARM …` (before 10 `ID:23 -- type:… -- state:started …`). `media volume --get` (VolumeCtrl) prints
`volume is 5 in range [0..7]`. The event log's `notification_alert: [key,buzz,beep,blink]` (27532) has beep 1 when the
phone played the sound of a notification, which it does not while it is silenced.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_STREAM: Final = re.compile(rb"^- STREAM_([A-Z_]{1,40}):\s*$")
_MUTED: Final = re.compile(rb"^ +Muted: (true|false)\s*$")
_VOLUME: Final = re.compile(rb"^ +streamVolume: ?([0-9]{1,4})\s*$")
_PLAYER: Final = re.compile(
    rb"^ *(?:AudioPlaybackConfiguration piid:|ID:)([0-9]{1,9})\b[^\n]{0,200}?\bstate:started\b[^\n]{0,200}?"
    rb"\busage=(USAGE_[A-Z_]{1,60})\b",
    re.MULTILINE,
)
_RANGE: Final = re.compile(rb"volume is ([0-9]{1,4}) in range \[([0-9]{1,4})\.\.([0-9]{1,4})\]")
_ALERT: Final = re.compile(rb"notification_alert: \[([^\n]{1,300}?),([01]),([01]),([01])(?:,[^\n\]]*)?\]")
_LOUD: Final = frozenset(
    {
        b"USAGE_ALARM", b"USAGE_NOTIFICATION", b"USAGE_NOTIFICATION_EVENT", b"USAGE_NOTIFICATION_RINGTONE",
        b"USAGE_NOTIFICATION_DELAYED", b"USAGE_NOTIFICATION_COMMUNICATION_INSTANT",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One stream, in its own steps."""

    index: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """What plays that is no music, and how loud each stream is."""

    players: Mapping[int, str]
    """Of what has started: the usage by number."""
    volumes: Mapping[str, int]
    """By stream (`ALARM`); 0 where muted. Streams that are not told are missing."""


def read_sounds(printed: bytes) -> Sounds:
    """`dumpsys audio`."""
    players = {int(match[1]): match[2].decode("ascii") for match in _PLAYER.finditer(printed) if match[2] in _LOUD}
    volumes: dict[str, int] = {}
    stream = ""
    for line in printed.split(b"\n"):
        if (head := _STREAM.match(line)) is not None:
            stream = head[1].decode("ascii")
        elif not line.startswith(b" "):
            stream = ""
        elif stream and (muted := _MUTED.match(line)) is not None and muted[1] == b"true":
            volumes[stream] = 0
        elif stream and (volume := _VOLUME.match(line)) is not None:
            volumes.setdefault(stream, int(volume[1]))
    return Sounds(players=players, volumes=volumes)


def read_volume(printed: bytes) -> Volume | None:
    """The last `volume is … in range […]` of `media volume --get`."""
    found = _RANGE.findall(printed)
    return Volume(index=int(found[-1][0]), highest=int(found[-1][2])) if found else None


def count_beeps(printed: bytes, tag: str) -> int:
    """How often the event log says that the shell's notification with this tag made its sound."""
    middle = f"|{tag}|2000".encode()
    return sum(
        1
        for match in _ALERT.finditer(printed)
        if match[3] == b"1" and b"|com.android.shell|" in match[1] and match[1].endswith(middle)
    )
