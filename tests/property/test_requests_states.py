"""A request's life: whatever people try in whatever order, the rules hold, and the archive keeps what was done."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.api.rights import RequestKind, RequestState, RequestStep
from daemon.archive.errors import IllegalTransitionError
from daemon.archive.request_steps import state_after
from daemon.config import RequestsSection
from daemon.rights.due import days_left, due_at, extended_due_at

_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 bounds are naive by contract of hypothesis


@given(st.sampled_from(RequestKind), st.lists(st.sampled_from(RequestStep), max_size=30))
def test_the_time_is_extended_once_and_an_answer_comes_before_the_end(
    kind: RequestKind, tries: list[RequestStep]
) -> None:
    state, taken = RequestState.RECEIVED, list[RequestStep]()
    for step in tries:
        try:
            after = state_after(kind, state, step)
        except IllegalTransitionError:
            continue
        if step not in {RequestStep.NOTED, RequestStep.UNMARKED, RequestStep.CLOSED}:
            assert state.is_open
        state = after
        taken.append(step)
    assert taken.count(RequestStep.EXTENDED) <= 1
    assert taken.count(RequestStep.ANSWERED) <= 1
    assert taken.count(RequestStep.CLOSED) <= 1
    assert (state is RequestState.CLOSED) == (RequestStep.CLOSED in taken)
    assert state.is_open == (RequestStep.ANSWERED not in taken)
    if RequestStep.CLOSED in taken:
        assert taken.index(RequestStep.ANSWERED) < taken.index(RequestStep.CLOSED)
        assert set(taken[taken.index(RequestStep.CLOSED) + 1 :]) <= {RequestStep.UNMARKED}
    if kind is not RequestKind.DELETION:
        assert not {RequestStep.ERASURE_ASKED, RequestStep.ERASED, RequestStep.ERASURE_REFUSED} & set(taken)


@given(
    _MOMENTS,
    st.sampled_from(["pipl", "gdpr"]),
    st.sampled_from(["count", "before"]),
    st.sampled_from(["Asia/Shanghai", "UTC", "Europe/Berlin", "Pacific/Auckland"]),
)
def test_due_dates_end_with_a_day_of_the_shop_and_never_come_late(
    received: datetime, profile: str, weekends: str, zone: str
) -> None:
    section = RequestsSection(profile=profile, weekends=weekends)  # type: ignore[arg-type]
    place = ZoneInfo(zone)
    days, more = {"pipl": (15, 15), "gdpr": (30, 60)}[profile]
    for due, at_most in (
        (due_at(received, section, place), days),
        (extended_due_at(received, section, place), days + more),
    ):
        local = due.astimezone(place)
        assert (local.hour, local.minute, local.second) == (23, 59, 59)
        last = received.astimezone(place).date() + timedelta(days=at_most)
        assert last - timedelta(days=2) <= local.date() <= last
        assert weekends == "count" or local.weekday() < 5
    assert due_at(received, section, place) > received


@pytest.mark.parametrize(("hours", "left"), [(47, 1), (24, 1), (23, 0), (0, 0), (-1, -1), (-25, -2)])
def test_days_left_are_whole_days(hours: int, left: int) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert days_left(now + timedelta(hours=hours), now) == left
