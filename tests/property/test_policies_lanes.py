"""Numbers reckoned with all at once are those that come out one by one."""

import sys
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.folding.sounds import Ear, codes
from policies.matching.compiled.key_table import left_out_of
from policies.matching.entries import entries_of_words
from policies.matching.key_index import LONG
from policies.matching.lanes import (
    HALF,
    chars_in,
    in_each,
    in_order,
    lanes_of,
    lanes_of_all,
    neighbours_in,
    numbers_in,
)
from policies.matching.mixtures import CODE_BITS, FLAG_BITS, SPREAD, Mixtures
from policies.matching.profile import MatchProfile
from policies.matching.soundalikes import heard_of, sounds_of

HALVES = st.integers(0, (1 << HALF) - 1)
NORMAL = st.integers(1 << 52, (1 << 62) - 1)
"""Numbers of 62 bits that are not very small ones as floating numbers."""


@given(st.lists(HALVES, max_size=20), HALVES)
@example([], 7)
@example([(1 << HALF) - 1, 0], (1 << HALF) - 1)
def test_a_product_stays_in_its_lane(numbers: list[int], factor: int) -> None:
    lanes, count = lanes_of_all(numbers), len(numbers)
    assert numbers_in(lanes, count).tolist() == numbers
    upper = lanes * factor >> HALF & in_each((1 << HALF) - 1, count)
    assert numbers_in(upper, count).tolist() == [number * factor >> HALF for number in numbers]


@given(st.lists(NORMAL | st.integers(0, 1 << 20), max_size=20))
def test_lanes_are_put_in_order_to_the_last_bit(numbers: list[int]) -> None:
    assert in_order(lanes_of_all(numbers), len(numbers)) == lanes_of_all(sorted(numbers))


def test_octets_are_lanes_the_lowest_first() -> None:
    assert lanes_of(b"\x01\2\0\0\0\0\0\0" + b"\3") == 0x201 | 3 << 64
    assert sys.byteorder in {"little", "big"}


@given(st.text(st.characters(max_codepoint=0x3FF), max_size=9))
@example("")
@example("a")
@example("ab\u03ff")
def test_neighbours_are_all_that_stand_side_by_side(text: str) -> None:
    expected = sorted(ord(first) << 10 | ord(second) for first, second in pairwise(text))
    assert sorted(neighbours_in(text, 10)) == expected


@given(st.text(st.characters(codec=None)))
def test_characters_are_each_told_once(text: str) -> None:
    assert sorted(chars_in(text)) == sorted(set(text))


@settings(max_examples=30)  # each makes tables of a megabyte
@given(st.lists(st.text("加我微信行长乐单位谢", min_size=2, max_size=7), max_size=8, unique=True))
@example([])
@example(["加我微信", "佳我微信", "长长行行乐乐"])
def test_windows_of_long_words_are_all_there_in_order(words: list[str]) -> None:
    entries = entries_of_words(words, owner=0, profile=MatchProfile(), aliases={})
    heard = [one for entry in entries for one in heard_of(entry)]
    sounds = sounds_of(heard, Ear.PLAIN).items
    mixtures = Mixtures(sounds)
    expected = []
    for at, reading in enumerate(reading for reading in sounds if len(reading) >= LONG):
        for is_end in range(1 + (len(reading) > LONG)):
            begin = (len(reading) - LONG) * is_end
            for place in range(LONG):
                kept = [ord(code) for code in reading[begin : begin + LONG]]
                del kept[place]
                number = place << 3 * CODE_BITS | kept[0] << 2 * CODE_BITS | kept[1] << CODE_BITS | kept[2]
                chars = "".join(one.chars[begin + place] for one in sounds[reading])
                expected.append((number, at << 1 | is_end, chars))
    expected.sort(key=lambda one: one[:2])
    assert list(zip(mixtures.numbers, mixtures.windows, strict=True)) == [one[:2] for one in expected]
    flags = {(number * SPREAD & 0xFFFFFFFF) >> 32 - FLAG_BITS for number, _, _ in expected}
    assert {at for at, flag in enumerate(mixtures.flags) if flag} == flags
    starts, points = left_out_of(mixtures)
    its = "".join(map(chr, points))
    assert [its[start:end] for start, end in pairwise(starts)] == [chars for _, _, chars in expected]


def test_codes_leave_room_for_what_stands_between_words() -> None:
    """The last number of a code's bits is none."""
    every = "".join(codes(Ear.PLAIN).of_syllable.values())
    assert max(map(ord, every)) < (1 << CODE_BITS) - 1
