"""What can be heard: volumes, ringer mode, do-not-disturb, and what plays.

Only what plays makes a sound; a volume makes none. The alarm stream is heard in silent mode, and under do-not-disturb
unless that is total silence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import count
from typing import Final


class Stream(IntEnum):
    """AudioSystem's numbers."""

    VOICE_CALL = 0
    SYSTEM = 1
    RING = 2
    MUSIC = 3
    ALARM = 4
    NOTIFICATION = 5


class Ringer(StrEnum):
    """`mode (internal)` in `dumpsys audio`."""

    SILENT = "SILENT"
    VIBRATE = "VIBRATE"
    NORMAL = "NORMAL"


class Zen(IntEnum):
    """`settings get global zen_mode`."""

    OFF = 0
    PRIORITY = 1
    TOTAL_SILENCE = 2
    ALARMS = 3


RANGES: Final = {
    Stream.VOICE_CALL: (1, 5),
    Stream.SYSTEM: (0, 7),
    Stream.RING: (0, 7),
    Stream.MUSIC: (0, 15),
    Stream.ALARM: (1, 7),
    Stream.NOTIFICATION: (0, 7),
}
_USAGES: Final = {
    Stream.RING: "USAGE_NOTIFICATION_RINGTONE",
    Stream.MUSIC: "USAGE_MEDIA",
    Stream.ALARM: "USAGE_ALARM",
    Stream.NOTIFICATION: "USAGE_NOTIFICATION",
}
_QUIETED: Final = (Stream.RING, Stream.NOTIFICATION, Stream.SYSTEM)
"""What silent mode and do-not-disturb hold back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Something that plays, or will."""

    piid: int
    package: str
    uid: int
    stream: Stream
    from_s: float
    """By the phone's monotonic clock."""
    until_s: float | None
    """None plays until somebody stops it."""

    @property
    def usage(self) -> str:
        """As AudioAttributes print it."""
        return _USAGES.get(self.stream, "USAGE_UNKNOWN")


class Audio:
    """Streams and players of one phone."""

    def __init__(self, *, monotonic: Callable[[], float], is_linked: bool) -> None:
        """`is_linked`: notifications have the ringer's volume (before Android 14)."""
        self._monotonic = monotonic
        self._is_linked = is_linked
        self._players: list[Player] = []
        self._ids = count(87, 8)
        self.ringer = Ringer.NORMAL
        self.zen = Zen.OFF
        self._volumes: dict[Stream, int] = {}
        self.reset()

    def reset(self) -> None:
        """As after a factory reset or a reboot: the factory's volumes, nothing plays."""
        self._volumes = {stream: (low + high + 1) // 2 for stream, (low, high) in RANGES.items()}
        self.ringer, self.zen = Ringer.NORMAL, Zen.OFF
        self._players.clear()

    def volume(self, stream: Stream) -> int:
        """The index; 0 for what silent mode holds back."""
        is_quiet = self.ringer is not Ringer.NORMAL and stream in _QUIETED
        return 0 if is_quiet else self._volumes[self._real(stream)]

    def set_volume(self, stream: Stream, index: int) -> None:
        """Within its range. The ringer's 0 is vibration; more than 0 ends silence."""
        low, high = RANGES[stream]
        real = self._real(stream)
        self._volumes[real] = max(low, min(high, index))
        if real is Stream.RING:
            self.ringer = Ringer.NORMAL if self._volumes[real] else Ringer.VIBRATE

    def silence(self, ringer: Ringer) -> None:
        """The person switches the ringer."""
        self.ringer = ringer

    def play(
        self, package: str, uid: int, stream: Stream, *, after_s: float = 0.0, lasts_s: float | None = None
    ) -> None:
        """Something begins to play `after_s` from now, until stopped when it has no length."""
        start_s = self._monotonic() + after_s
        self._players.append(
            Player(
                piid=next(self._ids),
                package=package,
                uid=uid,
                stream=stream,
                from_s=start_s,
                until_s=None if lasts_s is None else start_s + lasts_s,
            )
        )

    def stop(self, package: str) -> None:
        """The app is stopped, or somebody dismisses its alarm; what it has planned is gone too."""
        self._players = [one for one in self._players if one.package != package]

    def stop_planned(self) -> None:
        """A reboot: nothing plays."""
        self._players.clear()

    @property
    def playing(self) -> tuple[Player, ...]:
        """What plays now, heard or not."""
        now_s = self._monotonic()
        self._players = [one for one in self._players if one.until_s is None or one.until_s > now_s]
        return tuple(one for one in self._players if one.from_s <= now_s)

    @property
    def audible(self) -> tuple[Player, ...]:
        """What a person in the room hears now."""
        return tuple(one for one in self.playing if self.is_heard(one.stream))

    def is_heard(self, stream: Stream) -> bool:
        """Whether something on this stream would be heard now."""
        if self.zen is Zen.TOTAL_SILENCE:
            return False
        if stream in _QUIETED and self.zen is not Zen.OFF:
            return False
        return self.volume(stream) > 0

    def _real(self, stream: Stream) -> Stream:
        return Stream.RING if stream is Stream.NOTIFICATION and self._is_linked else stream
