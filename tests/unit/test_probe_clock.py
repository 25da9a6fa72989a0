"""The offset of a phone's clock always lies within the uncertainty that is told with it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.readings import Epoch
from adb_bridge.status import clock_offset

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)


def told(true_ms: int, precision_ms: int) -> Epoch:
    return Epoch(unix_ms=true_ms - true_ms % precision_ms, precision_ms=precision_ms)


@given(
    offset_ms=st.integers(-(10**9), 10**9),
    there_ms=st.integers(0, 4000),
    work_ms=st.integers(0, 20_000),
    back_ms=st.integers(0, 4000),
    precision_ms=st.sampled_from([1, 1000]),
)
def test_the_true_offset_is_within_the_uncertainty(
    offset_ms: int, there_ms: int, work_ms: int, back_ms: int, precision_ms: int
) -> None:
    took_ms = there_ms + work_ms + back_ms
    last = told(NOW_MS - back_ms + offset_ms, precision_ms)
    first = told(NOW_MS - back_ms - work_ms + offset_ms, precision_ms)
    found = clock_offset(first, last, took_ms=took_ms, read_at=NOW)
    assert found is not None
    assert abs(found.offset_ms - offset_ms) <= found.uncertainty_ms
    assert found.uncertainty_ms <= (there_ms + back_ms) / 2 + 1500 * (precision_ms > 1) + 3


@given(offset_ms=st.integers(-(10**9), 10**9), jump_ms=st.integers(-(10**9), 10**9), back_ms=st.integers(0, 400))
def test_a_clock_that_is_set_during_the_reading_is_measured_after_it(
    offset_ms: int, jump_ms: int, back_ms: int
) -> None:
    last = told(NOW_MS - back_ms + offset_ms, 1)
    first = told(NOW_MS - 900 + offset_ms - jump_ms, 1)
    found = clock_offset(first, last, took_ms=1000, read_at=NOW)
    assert found is not None
    assert abs(found.offset_ms - offset_ms) <= 1001
    if abs(jump_ms) > 2000:
        assert found.uncertainty_ms >= 500, "a length that cannot be is no measure of the way"


def test_without_a_time_there_is_no_offset() -> None:
    assert clock_offset(None, None, took_ms=10, read_at=NOW) is None
    late = clock_offset(None, Epoch(unix_ms=NOW_MS, precision_ms=1), took_ms=100, read_at=NOW + timedelta(seconds=5))
    assert late is not None
    assert late.offset_ms == -4950
