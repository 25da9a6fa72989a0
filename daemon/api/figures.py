"""Wire types of figures over time: what plots are drawn from."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Line, Wire

MOST_BUCKETS = 5_000
LONGEST_DAYS = 90


class FigureName(StrEnum):
    """What is counted."""

    ALERTS = "alerts"
    """Raised alerts by severity. Needs `alerts.read`."""
    REPLIES = "replies"
    """Minutes from the first message of a customer to the first answer, by employee. Needs `events.read`."""
    BATTERY = "battery"
    """Percent of one phone, of the last 48 hours, kept in memory since the daemon started. Needs `devices.read`."""


class Bucket(StrEnum):
    """How long one value is for."""

    HOUR = "hour"
    DAY = "day"
    """A day of the store's time zone."""


class Unit(StrEnum):
    """What the values count."""

    COUNT = "count"
    MINUTES = "minutes"
    PERCENT = "percent"


class Measure(StrEnum):
    """Which figure of a bucket a series has."""

    TOTAL = "total"
    MEDIAN = "median"
    P90 = "p90"
    """Nine of ten are below."""
    LAST = "last"


class FigureQuery(Wire, frozen=True, kw_only=True):
    """Asked for; filters are joined by AND."""

    name: FigureName
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """None: 7 days ago, for `battery` 48 hours. At most 90 days before `until`."""
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """None: now."""
    bucket: Bucket = Bucket.DAY
    """`battery` has its own, of 10 minutes."""
    device: Id | None = None
    """`battery` needs one."""
    employee: Line | None = None
    rule: Id | None = None
    """Alerts of this rule only; for `alerts`."""


class FigureSeries(Wire, frozen=True, kw_only=True):
    """One line of a plot."""

    label: str
    """A severity, the name of an employee (empty: nobody has the phone) or a serial."""
    measure: Measure
    unit: Unit
    values: tuple[float | None, ...]
    """One for each of `Figures.starts`; None: there is nothing to tell of that time."""


class Figures(Wire, frozen=True, kw_only=True):
    """An answer; `series` is empty where nothing is known."""

    name: FigureName
    bucket_s: int
    """How long one is, in seconds; a day of a change of clocks is an hour longer or shorter."""
    since: datetime
    until: datetime
    starts: tuple[datetime, ...]
    """When each bucket begins, oldest first."""
    series: tuple[FigureSeries, ...]
    known_since: datetime | None = None
    """Nothing before it can be known: what is kept in memory begins with the daemon. None: all of the time asked."""
    is_cut: bool = False
    """There was more than is looked through at once: the newest part was counted, from `known_since` on."""
