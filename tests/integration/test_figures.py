"""Figures over time from a real archive: what each role gets, by phone and by who had it, and where they end."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from daemon.api.figures import Bucket, FigureName, FigureQuery, Figures, Measure, Unit
from daemon.archive import figures as counted
from daemon.archive.archive import Archive
from daemon.config import Config, StoreSection
from daemon.desk_parts import DeskParts
from daemon.figures.battery import BatteryTrace
from daemon.figures.desk import FiguresDesk
from daemon.service import ServiceError
from policies.model import Severity
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, StepClock, archive_in, ingest_of, sms, verdict

from .daemon_support import ADMIN, AUDITOR, OWNER, REVIEWER

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Directory:
    def __init__(self) -> None:
        self.traces = {PHONE: BatteryTrace()}

    def named(self, name: str | None) -> str | None:
        return name

    async def knows(self, name: str) -> bool:
        return name in {PHONE, OTHER_PHONE}

    def battery(self, serial: str) -> dict[datetime, float]:
        return self.traces.get(serial, BatteryTrace()).points()  # type: ignore[call-overload, no-any-return]


@contextlib.asynccontextmanager
async def desk_in(folder: Path) -> AsyncIterator[tuple[FiguresDesk, Archive, StepClock, Directory]]:
    clock, directory = StepClock(), Directory()
    async with archive_in(folder, clock=clock, enrolled=(PHONE, OTHER_PHONE)) as archive:
        config = Config(store=StoreSection(timezone="Asia/Shanghai"))
        parts = SimpleNamespace(archive=archive, clock=clock, config=config, directory=directory)
        yield FiguresDesk(cast(DeskParts, parts)), archive, clock, directory


def rows(figures: Figures) -> dict[tuple[str, Measure], tuple[float | None, ...]]:
    return {(one.label, one.measure): one.values for one in figures.series}


async def test_alerts_are_counted_by_day_of_the_shop_and_severity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_in(tmp_path) as (desk, archive, clock, _):
        for day in range(3):
            count = day + 1
            events = [sms(10 * day + key, "给你回扣".encode()) for key in range(count)]
            severity = Severity.HIGH if day else Severity.LOW
            await archive.ingest(ingest_of(events, verdicts=[verdict(severity=severity)], cursor=f"c{day}"))
            clock.advance(DAY.total_seconds())
        figures = await desk.figures(ADMIN, FigureQuery(name=FigureName.ALERTS))
        assert figures.bucket_s == 86_400 and len(figures.starts) == 7
        assert {start.hour for start in figures.starts} == {16}, "midnight in Shanghai"
        found = rows(figures)
        assert {label for label, _ in found} == {one.value for one in Severity}
        assert found["low", Measure.TOTAL] == (0, 0, 0, 1, 0, 0, 0)
        assert found["high", Measure.TOTAL] == (0, 0, 0, 0, 2, 3, 0)
        assert (figures.known_since, figures.is_cut) == (None, False)
        hours = await desk.figures(
            OWNER, FigureQuery(name=FigureName.ALERTS, since=NOON, until=NOON + DAY, bucket=Bucket.HOUR)
        )
        assert rows(hours)["low", Measure.TOTAL] == (1.0, *[0.0] * 23)
        for query, total in (
            (FigureQuery(name=FigureName.ALERTS, device=OTHER_PHONE), 0),
            (FigureQuery(name=FigureName.ALERTS, employee="林小雨"), 6),
            (FigureQuery(name=FigureName.ALERTS, employee="李雷"), 0),
            (FigureQuery(name=FigureName.ALERTS, rule="kickback.cash"), 6),
            (FigureQuery(name=FigureName.ALERTS, rule="kickback"), 0),
        ):
            assert sum(sum(filter(None, one)) for one in rows(await desk.figures(OWNER, query)).values()) == total
        monkeypatch.setattr(counted, "MOST_ALERTS", 4)
        cut = await desk.figures(OWNER, FigureQuery(name=FigureName.ALERTS))
        assert cut.is_cut and cut.known_since == NOON + DAY
        assert rows(cut)["high", Measure.TOTAL] == (0, 0, 0, 0, 1, 3, 0)


async def test_how_long_customers_waited_by_who_had_the_phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk_in(tmp_path) as (desk, archive, clock, _):
        key = 0
        for phone, minutes in ((PHONE, (1, 2, 60)), (OTHER_PHONE, (5,))):
            events = []
            for number, took in enumerate(minutes):
                address = f"1380000{number:04d}".encode()
                for at, kind in ((MINUTE, 1), (2 * MINUTE, 1), (MINUTE + took * MINUTE, 2)):
                    key += 1
                    events.append(sms(key, device=phone, at=NOON + at, kind=kind, address=address))
            await archive.ingest(ingest_of(events, device=phone))
        await archive.end_enrolment(OTHER_PHONE, actor="owner", reason="left")
        clock.advance(3 * 3600)
        figures = await desk.figures(REVIEWER, FigureQuery(name=FigureName.REPLIES))
        assert {one.unit for one in figures.series} == {Unit.MINUTES}
        found = rows(figures)
        assert found["林小雨", Measure.MEDIAN][-1] == 2
        assert found["林小雨", Measure.P90][-1] == 60
        assert found["", Measure.MEDIAN][-1] == 5, "nobody had the other phone any more"
        assert found["林小雨", Measure.MEDIAN][:-1] == (None,) * 6
        one = await desk.figures(OWNER, FigureQuery(name=FigureName.REPLIES, device=OTHER_PHONE, employee="林小雨"))
        assert rows(one)["林小雨", Measure.MEDIAN] == (None,) * 7
        monkeypatch.setattr(counted, "MOST_SAID", 4)
        cut = await desk.figures(OWNER, FigureQuery(name=FigureName.REPLIES))
        assert cut.is_cut and cut.known_since is not None and cut.known_since > NOON


async def test_a_battery_is_what_the_daemon_saw(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (desk, _, clock, directory):
        empty = await desk.figures(OWNER, FigureQuery(name=FigureName.BATTERY, device=PHONE))
        assert (empty.series, empty.known_since) == ((), NOON)
        for step in range(4):
            directory.traces[PHONE].note(NOON + step * 10 * MINUTE, 90 - step)
        clock.advance(3600)
        figures = await desk.figures(ADMIN, FigureQuery(name=FigureName.BATTERY, device=PHONE))
        (line,) = figures.series
        assert (line.unit, figures.bucket_s, figures.known_since) == (Unit.PERCENT, 600, NOON)
        assert len(line.values) == len(figures.starts) == 288
        assert line.values[-6:] == (90, 89, 88, 87, None, None)


async def test_who_may_not_and_what_cannot_be(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (desk, _, _, _):
        for caller, query, code in (
            (AUDITOR, FigureQuery(name=FigureName.ALERTS), "permission.denied"),
            (ADMIN, FigureQuery(name=FigureName.REPLIES), "permission.denied"),
            (AUDITOR, FigureQuery(name=FigureName.BATTERY, device=PHONE), "permission.denied"),
            (OWNER, FigureQuery(name=FigureName.BATTERY), "request.invalid"),
            (OWNER, FigureQuery(name=FigureName.BATTERY, device="NOBODY"), "device.not_found"),
            (OWNER, FigureQuery(name=FigureName.ALERTS, device="NOBODY"), "device.not_found"),
            (OWNER, FigureQuery(name=FigureName.ALERTS, since=NOON), "events.empty_range"),
            (OWNER, FigureQuery(name=FigureName.ALERTS, since=NOON - 92 * DAY), "request.invalid"),
        ):
            with pytest.raises(ServiceError) as refused:
                await desk.figures(caller, query)
            assert refused.value.code == code, query
        longest = await desk.figures(
            OWNER, FigureQuery(name=FigureName.ALERTS, since=NOON - 90 * DAY, bucket=Bucket.HOUR)
        )
        assert len(longest.starts) == 90 * 24
