"""Pairing: one to one, certain by the margin, independent of order, and the assignment is the best there is."""

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.events import Direction
from daemon.pair_assignment import _best, settle
from daemon.pairing import ENOUGH, MARGIN, CallFact, RecordingClaim, fitting_calls, pair, score

NUMBERS = st.sampled_from([None, "13800000017", "+8613800000018", "10086", "", "ab，\udcff", "1" * 300])
NAMES = st.sampled_from([None, "", "周女士", "周", "李先生"])
TIMES = st.integers(0, 900).map(float) | st.sampled_from([-1e12, 0.0, 1e12])
LENGTHS = st.integers(0, 300).map(float) | st.just(1e12)
CALLS = st.builds(
    CallFact, index=st.integers(), started_s=TIMES, duration_s=LENGTHS, number=NUMBERS, name=NAMES,
    direction=st.sampled_from(Direction),
)  # fmt: skip
FILES = st.builds(
    RecordingClaim, index=st.integers(), started_s=st.none() | TIMES, precision_s=st.sampled_from([1, 60]),
    ended_s=TIMES, number=NUMBERS, name=NAMES, direction=st.sampled_from(Direction), duration_s=st.none() | LENGTHS,
)  # fmt: skip


@given(FILES, CALLS)
def test_points_lie_between_0_and_1000(recording: RecordingClaim, call: CallFact) -> None:
    points = score(recording, call)
    assert points is None or 0 <= points <= 1000


@given(
    st.lists(FILES, max_size=8, unique_by=lambda one: one.index),
    st.lists(CALLS, max_size=8, unique_by=lambda one: one.index),
    st.randoms(use_true_random=False),
)
@settings(max_examples=150)
def test_pairs_are_one_to_one_and_do_not_depend_on_order(
    recordings: list[RecordingClaim],
    calls: list[CallFact],
    chance: random.Random,
) -> None:
    scores = fitting_calls(recordings, calls)
    found = pair(scores)
    assert len({one.recording for one in found}) == len({one.call for one in found}) == len(found)
    facts = {call.index: call for call in calls}
    claims = {recording.index: recording for recording in recordings}
    for one in found:
        assert one.score >= ENOUGH
        assert one.score == score(claims[one.recording], facts[one.call])
    everything = {
        one.index: {call.index: points for call in calls if (points := score(one, call)) is not None}
        for one in recordings
    }
    assert scores == {index: fitting for index, fitting in everything.items() if fitting}
    chance.shuffle(recordings)
    chance.shuffle(calls)
    assert pair(fitting_calls(recordings, calls)) == found


SCORES = st.dictionaries(
    st.integers(0, 4), st.dictionaries(st.integers(0, 4), st.integers(1, 1000), max_size=4), max_size=5
)


def all_assignments(scores: dict[int, dict[int, int]]) -> list[dict[int, int]]:
    choices = [[(left, right) for right in fitting] + [(left, None)] for left, fitting in scores.items()]
    found = []
    for chosen in itertools.product(*choices):
        rights = [right for _, right in chosen if right is not None]
        if len(set(rights)) == len(rights):
            found.append({left: right for left, right in chosen if right is not None})
    return found


@given(SCORES)
@settings(max_examples=200)
def test_the_assignment_is_the_best_there_is(scores: dict[int, dict[int, int]]) -> None:
    total, chosen = _best(scores)
    assert total == sum(scores[left][right] for left, right in chosen.items())
    assert total == max(sum(scores[left][right] for left, right in one.items()) for one in all_assignments(scores))


@given(SCORES)
@settings(max_examples=200)
def test_what_is_settled_is_clear(scores: dict[int, dict[int, int]]) -> None:
    settled = settle(scores, enough=ENOUGH, margin=MARGIN)
    certain = {
        left: {right: points for right, points in fitting.items() if points >= ENOUGH}
        for left, fitting in scores.items()
    }
    totals = [(sum(certain[left][right] for left, right in one.items()), one) for one in all_assignments(certain)]
    best = max(total for total, _ in totals)
    for left, right in settled.items():
        assert scores[left][right] >= ENOUGH
        without = max(total for total, one in totals if one.get(left) != right)
        assert best - without >= MARGIN
