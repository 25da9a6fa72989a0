"""Which call a recording is of. Pure: claims in, pairs out.

A recording is paired with the call that fits best, one file to one call, and only where the next best reading of all
the claims together is clearly worse; else it stays unpaired: never a guess (a phone may put wrong names on files).

A call is impossible for a recording when it was not answered, when the directions or two complete numbers contradict
each other, when the claimed start lies outside [start - 30 s, start + ring + duration + 30 s], or when, without a
claimed start, the file was finished more than five minutes from the call's end. For the others points are given:

    who         400 same number (last 7 to 11 digits) · 300 same name · 200 a name cut short · 100 one side says nothing
    start       250 less 2 a second between the call's start and the claimed start
    end         200 less what the file's end lies off the call's end; a longer ring costs half
    duration    150 less what the sound's length lies off the talk; 50 where the phone does not tell it

AOSP CallLog.Calls: `date` is the start of ringing or dialling, `duration` the talk alone. Public pairing tools allow a
file's time 2 to 5 minutes. Weights are ours.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .events import Direction
from .pair_assignment import Scores, settle
from .peers import canonical_peer

METHOD: Final = "score/1"
"""Kept with every pair: which rules decided."""
ENOUGH: Final = 500
MARGIN: Final = 100
LONGEST_RING_S: Final = 90.0
SLACK_S: Final = 30.0
FILE_SLACK_S: Final = 300.0
_LEAST_DIGITS, _MOST_DIGITS = 7, 11
_DIAL_PAUSE: Final = re.compile(r"[,;pPwW]")
_NOT_DIGITS: Final = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingClaim:
    """What a file says. Times are Unix seconds by the phone's clock."""

    index: int
    """Ledger index of its event."""
    started_s: float | None
    """Of its name; the earliest moment it can mean."""
    precision_s: int
    """How much later than `started_s` the name may mean."""
    ended_s: float
    """Modification time."""
    number: str | None
    name: str | None
    direction: Direction
    duration_s: float | None
    """Of the sound; None when not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """What the call log says. Times are Unix seconds by the phone's clock."""

    index: int
    started_s: float
    duration_s: float
    """Of the talk; 0 when nobody answered."""
    number: str | None
    """None when hidden or not told."""
    name: str | None
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A recording and its call."""

    recording: int
    call: int
    score: int
    """500 to 1,000."""


def score(recording: RecordingClaim, call: CallFact) -> int | None:
    """0 to 1,000; None when the recording cannot be of this call."""
    if call.duration_s <= 0 or _contradicts(recording.direction, call.direction):
        return None
    who = _who(recording, call)
    if who is None:
        return None
    when = _when(recording, call)
    return None if when is None else round(who + when + _length(recording, call))


def fitting_calls(recordings: Sequence[RecordingClaim], calls: Sequence[CallFact]) -> Scores:
    """Points of all calls that a recording can be of, by the recording's index; one without any is left out."""
    scores: Scores = {}
    by_start = sorted(calls, key=lambda call: call.started_s)
    longest_s = max((call.duration_s for call in calls), default=0.0)
    for recording in recordings:
        anchor_s = recording.ended_s if recording.started_s is None else recording.started_s
        first_s = anchor_s - longest_s - LONGEST_RING_S - FILE_SLACK_S
        last_s = anchor_s + recording.precision_s + FILE_SLACK_S
        fitting = {
            call.index: points
            for call in _between(by_start, first_s, last_s)
            if (points := score(recording, call)) is not None
        }
        if fitting:
            scores[recording.index] = fitting
    return scores


def pair(scores: Scores) -> tuple[Pair, ...]:
    """The pairs of `fitting_calls` that are certain enough, by recording."""
    return tuple(
        Pair(recording=recording, call=call, score=scores[recording][call])
        for recording, call in sorted(settle(scores, enough=ENOUGH, margin=MARGIN).items())
    )


def _when(recording: RecordingClaim, call: CallFact) -> float | None:
    if recording.started_s is None:
        return _end_without_start(recording, call)
    start = _start(recording, call, recording.started_s)
    return None if start is None else start + _end(recording, call, recording.started_s)


def _contradicts(one: Direction, other: Direction) -> bool:
    return {one, other} == {Direction.IN, Direction.OUT}


def _who(recording: RecordingClaim, call: CallFact) -> float | None:
    ours, theirs = _digits(recording.number), _digits(call.number)
    if ours and theirs:
        return 400.0 if _is_same_number(ours, theirs) else None
    if recording.name and call.name:
        one, other = recording.name.strip().casefold(), call.name.strip().casefold()
        if one == other:
            return 300.0
        return 200.0 if min(len(one), len(other)) >= 2 and (one.startswith(other) or other.startswith(one)) else 0.0
    return 100.0


def _digits(number: str | None) -> str:
    """Without what is dialled after the answer, in the one form of `canonical_peer`; empty for none."""
    if number is None:
        return ""
    return _NOT_DIGITS.sub("", canonical_peer(_DIAL_PAUSE.split(number, maxsplit=1)[0]) or "")


def _is_same_number(one: str, other: str) -> bool:
    """By their last digits, so that country codes and trunk zeros do not matter; short numbers as a whole."""
    size = min(len(one), len(other), _MOST_DIGITS)
    return one == other if size < _LEAST_DIGITS else one[-size:] == other[-size:]


def _start(recording: RecordingClaim, call: CallFact, started_s: float) -> float | None:
    latest_s = started_s + recording.precision_s
    if latest_s < call.started_s - SLACK_S:
        return None
    if started_s > call.started_s + LONGEST_RING_S + call.duration_s + SLACK_S:
        return None
    return max(0.0, 250.0 - 2.0 * _outside(call.started_s, started_s, latest_s))


def _end(recording: RecordingClaim, call: CallFact, started_s: float) -> float:
    """The file is written from its start on: it is finished after the talk, or after ringing and talk."""
    longest_s = recording.ended_s - started_s
    shortest_s = longest_s - recording.precision_s
    if longest_s < 0:
        return 0.0
    short_s = call.duration_s - longest_s
    off_s = short_s if short_s > 0 else max(0.0, shortest_s - call.duration_s) / 2
    return max(0.0, 200.0 - off_s * 200.0 / 60.0)


def _end_without_start(recording: RecordingClaim, call: CallFact) -> float | None:
    late_s = recording.ended_s - (call.started_s + call.duration_s)
    off_s = -late_s if late_s < 0 else max(0.0, late_s / 2 - 5.0)
    if -late_s > FILE_SLACK_S or late_s > LONGEST_RING_S + FILE_SLACK_S:
        return None
    return max(0.0, 200.0 - off_s * 200.0 / 120.0)


def _length(recording: RecordingClaim, call: CallFact) -> float:
    if recording.duration_s is None:
        return 50.0
    over_s = recording.duration_s - call.duration_s
    off_s = over_s / 2 if over_s > 0 else -over_s
    return max(0.0, 150.0 * (1 - off_s / max(10.0, call.duration_s / 10)))


def _outside(moment_s: float, first_s: float, last_s: float) -> float:
    """How far `moment_s` lies outside [first, last]."""
    return max(first_s - moment_s, moment_s - last_s, 0.0)


def _between(by_start: Sequence[CallFact], first_s: float, last_s: float) -> Iterator[CallFact]:
    low, high = 0, len(by_start)
    while low < high:
        middle = (low + high) // 2
        if by_start[middle].started_s < first_s:
            low = middle + 1
        else:
            high = middle
    for call in by_start[low:]:
        if call.started_s > last_s:
            return
        yield call
