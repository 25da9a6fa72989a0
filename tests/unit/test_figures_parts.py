"""Time in buckets, how long customers waited, a battery's trace."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.api.figures import Bucket
from daemon.figures.battery import KEPT, WIDTH, BatteryTrace
from daemon.figures.buckets import cut, tens
from daemon.figures.replies import Holder, Said, by_employee, median, ninth_tenth, waits

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def said(minute: float, *, is_ours: bool, conversation_no: int = 1, device: str = "A") -> Said:
    return Said(
        conversation_no=conversation_no, device=device, at=NOON + timedelta(minutes=minute), is_ours=is_ours
    )  # fmt: skip


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.timedeltas(timedelta(seconds=1), timedelta(days=20)),
    st.sampled_from(Bucket),
    st.sampled_from([BERLIN, ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Kolkata"), UTC]),
    st.floats(0, 1, exclude_max=True),
)
def test_each_moment_of_the_time_asked_is_in_one_bucket(
    since: datetime, length: timedelta, bucket: Bucket, zone: ZoneInfo, part: float
) -> None:
    until = since + length
    buckets = cut(since, until, bucket, zone)
    assert buckets.starts[0] <= since and buckets.starts[-1] < until
    assert all(one < other for one, other in pairwise(buckets.starts))
    for start in buckets.starts:
        local = start.astimezone(zone)
        assert (local.minute, local.second) == (0, 0)
        assert bucket is Bucket.HOUR or local.hour == 0
    moment = min(since + length * part, until - timedelta(microseconds=1))
    at = buckets.place(moment)
    assert at is not None and buckets.starts[at] <= moment
    assert at + 1 == len(buckets.starts) or moment < buckets.starts[at + 1]
    assert buckets.place(until) is None
    assert buckets.place(buckets.starts[0] - timedelta(microseconds=1)) is None


def test_the_day_of_a_change_of_clocks_is_one_bucket() -> None:
    buckets = cut(datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 12, tzinfo=UTC), Bucket.DAY, BERLIN)
    assert [b - a for a, b in pairwise(buckets.starts)] == [timedelta(hours=24), timedelta(hours=25)]


def test_this_machines_zone_is_used_where_none_is_named() -> None:
    (start,) = cut(NOON, NOON + timedelta(minutes=1), Bucket.DAY, None).starts
    assert start.astimezone().hour == 0


def test_a_wait_is_from_the_first_message_to_our_next() -> None:
    found = waits([
        said(0, is_ours=True), said(1, is_ours=False), said(3, is_ours=False),
        said(5, is_ours=False, conversation_no=2), said(7, is_ours=True),
        said(8, is_ours=True), said(9, is_ours=False), said(10, is_ours=True, conversation_no=2),
        said(9 + 24 * 60 + 1, is_ours=True),
    ])  # fmt: skip
    assert [one.minutes for one in found] == [6, 5], "an answer a day later answers something else"
    assert [one.since for one in found] == [NOON + timedelta(minutes=1), NOON + timedelta(minutes=5)]


def test_a_wait_is_of_who_had_the_phone_then() -> None:
    holders = {
        "A": [
            Holder(employee="李雷", since=NOON, until=NOON + timedelta(minutes=10)),
            Holder(employee="韩梅梅", since=NOON + timedelta(minutes=10), until=None),
        ]
    }
    found = waits([said(at, is_ours=at % 2 == 1) for at in (-2, -1, 4, 5, 10, 11)])
    of = by_employee([*found, *waits([said(0, is_ours=False, device="B"), said(1, is_ours=True)])], holders)
    assert {name: len(some) for name, some in of.items()} == {"": 2, "李雷": 1, "韩梅梅": 1}


@pytest.mark.parametrize(
    ("values", "middle", "high"),
    [([3.0], 3, 3), ([1.0, 4.0], 2.5, 4), ([1.0, 2.0, 9.0], 2, 9), ([float(one) for one in range(1, 11)], 5.5, 9)],
)
def test_median_and_what_nine_of_ten_do_not_exceed(values: list[float], middle: float, high: float) -> None:
    assert (median(values), ninth_tenth(values)) == (middle, high)


def test_a_battery_keeps_two_days_and_survives_a_clock_that_is_set_back() -> None:
    trace = BatteryTrace()
    for step in range(400):
        trace.note(NOON + step * WIDTH, step % 100)
        trace.note(NOON + step * WIDTH + timedelta(minutes=9), step % 100 + 1)
    points = trace.points()
    last = NOON + 399 * WIDTH
    assert len(points) == KEPT // WIDTH and points[last] == 100
    trace.note(last - timedelta(hours=5), 50)
    assert max(trace.points()) == last - timedelta(hours=5)
    buckets = tens(NOON, last, WIDTH)
    values = buckets.holding(trace.points())
    assert len(values) == len(buckets.starts) == 399
    assert values[0] is None and values[399 - 30] == 50 and values[-1] is None
