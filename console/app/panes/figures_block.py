"""Figures over time as a plot that asks the daemon by itself: alerts by severity, reply times, a phone's battery."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from daemon.api.errors import ApiClientError
from daemon.api.figures import Bucket, FigureName, FigureQuery, Figures, FigureSeries

from ...safe_text import SafeContent, safe_text
from ..desk import Desk
from ..flows.oversight import OversightFlows
from ..widgets.plot import Plot, Series, Unit

FRESH: Final = timedelta(minutes=1)
"""While the values are so young they are not asked for again."""
LOOK_EVERY_S: Final = 15.0
MOST_SERIES: Final = 6
NO_ROUTE: Final = "request.no_such_route"


class FigureKind(StrEnum):
    """What is drawn."""

    ALERTS = "alerts"
    REPLIES = "replies"
    BATTERY = "battery"


class Span(StrEnum):
    """How far back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def length(self) -> timedelta:
        """As a time."""
        return {Span.DAY: timedelta(days=1), Span.WEEK: timedelta(days=7), Span.MONTH: timedelta(days=30)}[self]

    @property
    def bucket(self) -> Bucket:
        """Short ones by the hour."""
        return Bucket.DAY if self is Span.MONTH else Bucket.HOUR

    @property
    def following(self) -> "Span":
        """The next one, and round again."""
        spans = list(Span)
        return spans[(spans.index(self) + 1) % len(spans)]


class FiguresBlock(Plot):
    """Draws one kind of figures; says in words why when there are none."""

    def __init__(
        self, desk: Desk, flows: OversightFlows, kind: FigureKind, *, span: Span = Span.WEEK, device: str | None = None
    ) -> None:
        super().__init__(desk)
        self._flows = flows
        self._kind = kind
        self._span = span
        self._device = device
        self._number = 0
        self._asked_at: datetime | None = None
        self._told: SafeContent | None = desk.line("list.loading", "$muted")
        """What stands there instead of figures."""

    @property
    def span(self) -> Span:
        """How far back it goes."""
        return self._span

    def on_mount(self) -> None:
        self._redraw()
        self.set_interval(LOOK_EVERY_S, self.look)
        self.call_after_refresh(self.look)

    def on_show(self) -> None:
        self.look()

    def show_span(self, span: Span) -> None:
        """Draw another span."""
        self._span = span
        self._asked_at = None
        self.look()

    def look(self) -> None:
        """Ask when it is seen and what it shows is old."""
        now = self._desk.times.now()
        is_due = self._asked_at is None or now - self._asked_at >= FRESH
        if not (is_due and self._desk.shop.is_online and self.is_attached and self.is_on_screen):
            return
        self._asked_at = now
        self._number += 1
        number = self._number
        query = FigureQuery(
            name=FigureName(self._kind.value),
            since=now - self._span.length,
            until=now,
            bucket=self._span.bucket,
            device=self._device,
        )
        self._flows.load_figures(
            query, lambda found: self._loaded(number, found), lambda error: self._failed(number, error)
        )

    def _loaded(self, number: int, found: Figures) -> None:
        if number == self._number and self.is_attached:
            self._told = None
            self.draw(plotted(found, self._desk))

    def _failed(self, number: int, error: ApiClientError) -> None:
        if number != self._number or not self.is_attached:
            return
        desk = self._desk
        told = desk.say("figures.too_old") if error.code == NO_ROUTE else error.message
        self._told = safe_text(told, "$text-warning")
        self._redraw()

    def _redraw(self) -> None:
        if self._told is None:
            super()._redraw()
        else:
            self.show(self._told)


def plotted(found: Figures, desk: Desk) -> list[Series]:
    """What a plot draws of an answer: the series with most in them, no more than fit a screen."""
    series = sorted(found.series, key=lambda one: -sum(value or 0 for value in one.values))
    kept = {id(one) for one in series[:MOST_SERIES]}
    shown = reversed(found.series) if found.name is FigureName.ALERTS else found.series
    return [
        Series(label=series_label(found.name, one, desk), values=one.values, unit=Unit(one.unit))
        for one in shown  # severities worst first
        if id(one) in kept
    ]


def series_label(name: FigureName, series: FigureSeries, desk: Desk) -> SafeContent:
    """A severity in words, a person, a phone; with the measure where there are several."""
    match name:
        case FigureName.ALERTS:
            return safe_text(desk.known(f"app.severity.{series.label}", series.label))
        case FigureName.REPLIES:
            who = series.label or desk.say("figures.nobody")
            return safe_text(f"{desk.say(f'figures.measure.{series.measure}')} {who}")
        case FigureName.BATTERY:
            return safe_text(desk.shop.name_of(series.label))
