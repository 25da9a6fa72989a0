"""Calls concluded from the telephony state: nothing invented, nothing counted twice, total on any bytes."""

from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.collectors.call_state import CallStatePlace, step
from adb_bridge.records import CallRow, Untrusted
from adb_bridge.telephony_registry import Line, LineState, read_lines

IDLE, RINGING, OFF_HOOK = LineState


def line(state: LineState, number: str | None = "13800000017") -> tuple[Line, ...]:
    return (Line(slot=0, state=state, number=None if number is None else Untrusted(number)),)


def run(*looks: tuple[int, LineState]) -> list[CallRow]:
    place, calls = CallStatePlace(), list[CallRow]()
    for at_s, state in looks:
        place, ended = step(place, line(state), at_s * 1000)
        calls += ended
    return calls


def test_an_answered_call() -> None:
    (call,) = run((100, IDLE), (101, RINGING), (105, OFF_HOOK), (106, OFF_HOOK), (130, IDLE))
    assert (call.type, call.date_ms, call.duration_s, call.number) == (1, 101_000, 25, "13800000017")


def test_an_outgoing_call_has_no_number() -> None:
    (call,) = run((100, IDLE), (101, OFF_HOOK), (120, OFF_HOOK), (130, IDLE))
    assert (call.type, call.duration_s, call.number) == (2, 29, None)


def test_a_missed_call_lasts_nothing() -> None:
    (call,) = run((101, RINGING), (110, RINGING), (112, IDLE))
    assert (call.type, call.duration_s) == (3, 0)


def test_nothing_longer_is_claimed_than_was_seen() -> None:
    (call,) = run((101, OFF_HOOK), (110, OFF_HOOK), (5000, IDLE))
    assert call.duration_s == 9
    first, second = run((101, OFF_HOOK), (110, OFF_HOOK), (5000, OFF_HOOK), (5010, IDLE))
    assert (first.duration_s, second.duration_s) == (9, 10)


def test_a_clock_that_goes_back_ends_the_call_where_it_was_last_seen() -> None:
    (call,) = run((1000, OFF_HOOK), (1010, OFF_HOOK), (400, IDLE))
    assert call.duration_s == 10


@given(st.lists(st.tuples(st.integers(1, 120), st.sampled_from(LineState)), max_size=40))
def test_calls_are_as_many_as_busy_stretches_and_never_longer(looks: list[tuple[int, LineState]]) -> None:
    place, calls, now_s, busy_s = CallStatePlace(), list[CallRow](), 1000, 0
    for after_s, state in looks:
        now_s += after_s
        busy_s += after_s
        place, ended = step(place, line(state), now_s * 1000)
        calls += ended
    place, ended = step(place, line(IDLE), (now_s + 1) * 1000)
    calls += ended
    assert not place.ongoing
    assert sum(call.duration_s for call in calls) <= busy_s + 1
    assert len({call.date_ms for call in calls}) == len(calls)
    assert bool(calls) == any(state is not IDLE for _, state in looks)


@given(st.binary(max_size=400))
def test_any_print_is_read(printed: bytes) -> None:
    assert isinstance(read_lines(printed), tuple)
    assert isinstance(read_lines(b"last known state:\n  Phone Id=0\n    mCallState=2\n" + printed), tuple)


def test_two_slots_and_old_logs() -> None:
    printed = (
        b"last known state:\n  Phone Id=0\n    mCallState=0\n    mCallIncomingNumber=\n  Phone Id=1\n"
        b"    mCallState=1\n    mCallIncomingNumber=13800000017\nlocal logs:\n    mCallState=2\n"
    )
    first, second = read_lines(printed)
    assert (first.state, first.number) == (IDLE, None)
    assert (second.slot, second.state, second.number) == (1, RINGING, "13800000017")
