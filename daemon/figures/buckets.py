"""Time cut into hours or days of a shop, so that each moment falls into one of them."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ..api.figures import Bucket

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """Whole ones from the one that `since` is in to `until`, oldest first."""

    starts: tuple[datetime, ...]
    """UTC."""
    until: datetime
    """UTC; the last one may end later."""
    bucket_s: int

    def place(self, moment: datetime) -> int | None:
        """Which one; None for a moment outside."""
        if not self.starts or not self.starts[0] <= moment < self.until:
            return None
        return bisect_right(self.starts, moment) - 1

    def holding(self, moments: dict[datetime, float]) -> tuple[float | None, ...]:
        """The last value of each one; None where there is none."""
        values: list[float | None] = [None] * len(self.starts)
        for moment in sorted(moments):
            at = self.place(moment)
            if at is not None:
                values[at] = moments[moment]
        return tuple(values)


def cut(since: datetime, until: datetime, bucket: Bucket, zone: tzinfo | None) -> Buckets:
    """`zone`: of days, and of hours where it differs by half an hour; None: this machine's. Both moments are aware."""
    starts: list[datetime] = []
    if bucket is Bucket.HOUR:
        local = since.astimezone(zone)
        moment = since.astimezone(UTC) - timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
        while moment < until:
            starts.append(moment)
            moment += _HOUR
        return Buckets(starts=tuple(starts), until=until.astimezone(UTC), bucket_s=round(_HOUR.total_seconds()))
    day = since.astimezone(zone).date()
    while (moment := _midnight(day, zone)) < until:
        starts.append(moment)
        day += _DAY
    return Buckets(starts=tuple(starts), until=until.astimezone(UTC), bucket_s=round(_DAY.total_seconds()))


def tens(since: datetime, until: datetime, width: timedelta) -> Buckets:
    """Of one width, on its multiples."""
    moment = floor_to(since, width)
    starts: list[datetime] = []
    while moment < until:
        starts.append(moment)
        moment += width
    return Buckets(starts=tuple(starts), until=until.astimezone(UTC), bucket_s=round(width.total_seconds()))


def floor_to(moment: datetime, width: timedelta) -> datetime:
    """The multiple of `width` since 1970 before it, UTC."""
    seconds = round(width.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    """A time without a zone is one of this machine's."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
