"""The battery of a phone over the last two days, in memory: nothing of it is kept."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from .buckets import floor_to

WIDTH: Final = timedelta(minutes=10)
KEPT: Final = timedelta(hours=48)
_MOST: Final = KEPT // WIDTH


class BatteryTrace:
    """Of one phone. The last reading of each ten minutes stays."""

    __slots__ = ("_points",)

    def __init__(self) -> None:
        self._points: deque[tuple[datetime, int]] = deque(maxlen=_MOST)

    def note(self, at: datetime, percent: int) -> None:
        """A reading; one of before the last is of a clock that was set back, and is the last one now."""
        start = floor_to(at, WIDTH)
        while self._points and self._points[-1][0] >= start:
            self._points.pop()
        self._points.append((start, percent))

    def points(self) -> dict[datetime, float]:
        """Percent by the beginning of the ten minutes, oldest first."""
        return {start: float(percent) for start, percent in self._points}
