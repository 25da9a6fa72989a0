"""Which call a recording is of: the vendors' names, near misses, and never a guess."""

from dataclasses import replace

import pytest

from daemon.events import Direction
from daemon.pairing import CallFact, RecordingClaim, fitting_calls, pair, score

AT = 1_760_000_000.0
CALL = CallFact(
    index=1, started_s=AT, duration_s=60, number="+8613800000017", name="周女士", direction=Direction.OUT
)  # fmt: skip
ANSWERED_S = 12.0
FILE = RecordingClaim(
    index=100, started_s=AT + ANSWERED_S, precision_s=1, ended_s=AT + ANSWERED_S + 61, number="13800000017",
    name=None, direction=Direction.NONE, duration_s=60.5,
)  # fmt: skip


def later(call: CallFact, seconds: float, **changes: object) -> CallFact:
    return replace(call, index=call.index + 1, started_s=call.started_s + seconds, **changes)  # type: ignore[arg-type]


def pairs(recordings: list[RecordingClaim], calls: list[CallFact]) -> dict[int, int]:
    return {one.recording: one.call for one in pair(fitting_calls(recordings, calls))}


def test_a_complete_claim_is_nearly_full_marks() -> None:
    points = score(FILE, CALL)
    assert points is not None and points > 900
    assert pair(fitting_calls([FILE], [CALL]))[0].score == points


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("13800000017", "+8613800000017"),
        ("008613800000017", "13800000017"),
        ("01012345678", "+861012345678"),
        ("10086", "10086"),
        ("13800000017p1", "13800000017"),
        ("138 0000 0017", "138-0000-0017"),
    ],
)
def test_numbers_are_the_same_however_they_are_written(ours: str, theirs: str) -> None:
    assert pairs([replace(FILE, number=ours)], [replace(CALL, number=theirs)]) == {100: 1}


@pytest.mark.parametrize(("ours", "theirs"), [("13800000018", "13800000017"), ("10086", "10010"), ("10086", "95588")])
def test_another_number_is_another_call(ours: str, theirs: str) -> None:
    assert score(replace(FILE, number=ours), replace(CALL, number=theirs)) is None


@pytest.mark.parametrize(
    "impossible",
    [
        replace(CALL, duration_s=0),
        replace(CALL, started_s=AT + 200),
        replace(CALL, started_s=AT - 400),
        replace(CALL, number="+8613900000000"),
    ],
)
def test_what_cannot_be_is_not_paired(impossible: CallFact) -> None:
    assert score(FILE, impossible) is None
    assert fitting_calls([FILE], [impossible]) == {}
    assert fitting_calls([FILE], [impossible, CALL]) == {FILE.index: {CALL.index: score(FILE, CALL)}}


def test_a_direction_that_contradicts_is_another_call() -> None:
    assert score(replace(FILE, direction=Direction.IN), CALL) is None
    assert score(replace(FILE, direction=Direction.OUT), CALL) is not None


def test_names_stand_in_for_numbers_and_may_be_cut_short() -> None:
    named = replace(FILE, number=None, name="周女士")
    assert pairs([named], [CALL]) == {100: 1}
    cut = score(replace(named, name="周女"), CALL)
    whole, other = score(named, CALL), score(replace(named, name="李先生"), CALL)
    assert cut is not None and whole is not None and other is not None
    assert whole > cut > other


def test_minute_precision_is_enough_when_no_other_call_is_near() -> None:
    minute = replace(FILE, started_s=AT - AT % 60, precision_s=60, duration_s=None)
    assert pairs([minute], [CALL]) == {100: 1}


def test_a_name_without_time_is_paired_by_the_files_end() -> None:
    timeless = replace(FILE, started_s=None, duration_s=None)
    assert pairs([timeless], [CALL]) == {100: 1}
    assert score(replace(timeless, ended_s=AT + 60 + 90 + 301), CALL) is None
    assert pairs([replace(timeless, number=None)], [CALL]) == {}, "an end alone says too little"


def test_calls_to_one_number_close_together_are_told_apart() -> None:
    first, second = replace(CALL, duration_s=20), later(CALL, 40, duration_s=30)
    of_first = replace(FILE, started_s=AT + 5, ended_s=AT + 25, duration_s=20)
    of_second = replace(FILE, index=101, started_s=AT + 45, ended_s=AT + 75, duration_s=30)
    assert pairs([of_first, of_second], [first, second]) == {100: 1, 101: 2}
    assert pairs([of_second], [first, second]) == {101: 2}


def test_two_calls_that_fit_alike_stay_unpaired() -> None:
    twin = replace(CALL, index=2)
    assert pairs([FILE], [CALL, twin]) == {}
    assert pairs([replace(FILE, number=None)], [CALL, replace(twin, number="+8613900000000")]) == {}


def test_two_files_of_one_call_stay_unpaired() -> None:
    assert pairs([FILE, replace(FILE, index=101)], [CALL]) == {}


def test_one_file_to_one_call() -> None:
    other = replace(FILE, index=101, started_s=AT + 80, ended_s=AT + 85, duration_s=5)
    assert pairs([FILE, other], [CALL]) == {100: 1}


def test_a_swapped_name_of_a_phone_does_not_win_against_the_time() -> None:
    """A report of one vendor: files carry another call's name. Two files with exchanged names stay as unsure as they
    are."""
    one = replace(CALL, number=None)
    two = later(one, 300, name="李先生")
    swapped = replace(FILE, number=None, name="李先生")
    other = replace(
        FILE, index=101, number=None, name="周女士", started_s=AT + 312, ended_s=AT + 373, duration_s=60.5
    )  # fmt: skip
    found = pairs([swapped, other], [one, two])
    assert found in ({}, {100: 1, 101: 2})
    assert found == {100: 1, 101: 2}


def test_a_crowd_of_calls_is_settled_in_time() -> None:
    calls = [replace(CALL, index=number, started_s=AT + 90 * number) for number in range(400)]
    files = [
        replace(FILE, index=1000 + number, started_s=AT + 90 * number + 10, ended_s=AT + 90 * number + 70)
        for number in range(400)
    ]
    found = pairs(files, calls)
    assert len(found) > 380
    assert all(recording - 1000 == call for recording, call in found.items())
