"""Behind `/v1/figures`: what plots are drawn from, by what the caller may see."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from adb_bridge.records import DeviceSerial
from policies.model import Severity

from ..api.figures import LONGEST_DAYS, FigureName, FigureQuery, Figures, FigureSeries, Measure, Unit
from ..archive.figures import Counted
from ..desk_parts import DeskParts
from ..roles import Permission, require
from ..service import Caller
from ..service_errors import invalid, not_found, refusing, unusable
from .battery import KEPT, WIDTH
from .buckets import Buckets, cut, tens
from .replies import ANSWERED_WITHIN, Holder, Wait, by_employee, holder_of, median, ninth_tenth, waits

_NEEDED: Final = {
    FigureName.ALERTS: Permission.ALERTS_READ,
    FigureName.REPLIES: Permission.EVENTS_READ,
    FigureName.BATTERY: Permission.DEVICES_READ,
}
_LATELY: Final = timedelta(days=6)
"""With today, seven days."""
_LONGEST: Final = timedelta(days=LONGEST_DAYS + 1)
"""Whole days at both ends."""


class FiguresDesk:
    """One per daemon. Raises ServiceError only."""

    def __init__(self, parts: DeskParts) -> None:
        self._archive = parts.archive
        self._clock = parts.clock
        self._directory = parts.directory
        self._zone = parts.config.store.zone()

    async def figures(self, caller: Caller, query: FigureQuery) -> Figures:
        """`device.not_found` for a phone that nobody knows."""
        require(caller, _NEEDED[query.name])
        if query.device is not None and not await self._directory.knows(query.device):
            raise not_found("device")
        device = self._directory.named(query.device)
        until = (query.until or self._clock.now()).astimezone(UTC)
        with refusing():
            match query.name:
                case FigureName.ALERTS:
                    buckets = self._cut(query, until)
                    return await self._alerts(query, buckets, device)
                case FigureName.REPLIES:
                    buckets = self._cut(query, until)
                    return await self._replies(query, buckets, device)
                case FigureName.BATTERY:
                    return self._battery(query, until, device)
                case _ as never:
                    assert_never(never)

    def _cut(self, query: FigureQuery, until: datetime) -> Buckets:
        since = (until - _LATELY if query.since is None else query.since).astimezone(UTC)
        _check(since, until)
        return cut(since, until, query.bucket, self._zone)

    async def _alerts(self, query: FigureQuery, buckets: Buckets, device: DeviceSerial | None) -> Figures:
        counted = await self._archive.figures.alerts(buckets.starts[0], buckets.until)
        holders = await self._holders() if query.employee is not None else {}
        counts: dict[Severity, list[int]] = {severity: [0] * len(buckets.starts) for severity in Severity}
        for one in counted.alerts:
            at = buckets.place(one.at)
            if at is None or device not in (None, one.device) or query.rule not in (None, one.rule):
                continue
            if query.employee is None or holder_of(holders.get(one.device, ()), one.at) == query.employee:
                counts[one.severity][at] += 1
        series = tuple(
            FigureSeries(
                label=severity.value, measure=Measure.TOTAL, unit=Unit.COUNT, values=tuple(map(float, numbers))
            )
            for severity, numbers in counts.items()
        )
        return _answer(query, buckets, series, counted)

    async def _replies(self, query: FigureQuery, buckets: Buckets, device: DeviceSerial | None) -> Figures:
        counted = await self._archive.figures.said(buckets.starts[0], buckets.until + ANSWERED_WITHIN)
        holders = await self._holders()

        def series() -> tuple[FigureSeries, ...]:
            found = (one for one in waits(counted.said) if device in (None, one.device))
            inside = (one for one in found if buckets.place(one.since) is not None)
            of = by_employee(inside, holders)
            wanted = of if query.employee is None else {query.employee: of.get(query.employee, [])}
            return tuple(one for name in sorted(wanted) for one in _waited(name, wanted[name], buckets))

        return _answer(query, buckets, await asyncio.to_thread(series), counted)

    def _battery(self, query: FigureQuery, until: datetime, device: DeviceSerial | None) -> Figures:
        if device is None:
            raise invalid("device")
        earliest = until - KEPT
        since = earliest if query.since is None else max(query.since.astimezone(UTC), earliest)
        _check(since, until)
        buckets = tens(since, until, WIDTH)
        points = self._directory.battery(device)
        series = FigureSeries(
            label=device, measure=Measure.LAST, unit=Unit.PERCENT, values=buckets.holding(points)
        )  # fmt: skip
        return Figures(
            name=query.name,
            bucket_s=buckets.bucket_s,
            since=buckets.starts[0],
            until=buckets.until,
            starts=buckets.starts,
            series=(series,) if points else (),
            known_since=next(iter(points), until),
        )

    async def _holders(self) -> dict[str, Sequence[Holder]]:
        of: defaultdict[str, list[Holder]] = defaultdict(list)
        for one in await self._archive.enrolments():
            of[one.serial].append(Holder(employee=one.employee, since=one.enrolled_at, until=one.ended_at))
        return dict(of)


def _check(since: datetime, until: datetime) -> None:
    if since >= until:
        raise unusable("events.empty_range")
    if until - since > _LONGEST:
        raise invalid(f"since: {LONGEST_DAYS} d")


def _waited(employee: str, found: Iterable[Wait], buckets: Buckets) -> tuple[FigureSeries, ...]:
    of: list[list[float]] = [[] for _ in buckets.starts]
    for one in found:
        at = buckets.place(one.since)
        if at is not None:
            of[at].append(one.minutes)
    for minutes in of:
        minutes.sort()
    return tuple(
        FigureSeries(
            label=employee,
            measure=measure,
            unit=Unit.MINUTES,
            values=tuple(round(take(minutes), 1) if minutes else None for minutes in of),
        )
        for measure, take in ((Measure.MEDIAN, median), (Measure.P90, ninth_tenth))
    )


def _answer(query: FigureQuery, buckets: Buckets, series: tuple[FigureSeries, ...], counted: Counted) -> Figures:
    return Figures(
        name=query.name,
        bucket_s=buckets.bucket_s,
        since=buckets.starts[0],
        until=buckets.until,
        starts=buckets.starts,
        series=series,
        known_since=counted.complete_since,
        is_cut=counted.complete_since is not None,
    )
