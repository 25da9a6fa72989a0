"""Tables of hashes: they hold all that was put into them, and little else. Without the extra they are not there."""

import importlib.util

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from policies.folding.arrays import text_of

if importlib.util.find_spec("numba") is None:
    pytest.skip("the extra `fast` is not installed", allow_module_level=True)

from policies.matching.compiled.hashed import Hashed, begun_with, hashes_of
from policies.matching.compiled.hashing import (
    DOUBTFUL,
    HALF_WORD,
    PLAIN_SALT,
    SPELLED_SALT,
    SURE,
    begin,
    bits_of,
    holds,
    kinds_held,
    slot_of,
    step,
)
from policies.matching.compiled.known import SURELY_KNOWN

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("machine code")]
Wides = NDArray[np.uint64]
MOST = 200_000
FEW = 60
"""So many are asked one by one."""
HAN = (0x4E00, 0x9FFF)


def words_of(count: int, seed: int) -> list[str]:
    """So many different words of two to six characters."""
    chance = np.random.default_rng(seed)
    joined = text_of(chance.integers(*HAN, size=6 * count, dtype=np.uint32))
    sizes = chance.integers(2, 7, size=count).tolist()
    return list(dict.fromkeys(joined[6 * at : 6 * at + size] for at, size in enumerate(sizes)))


def firsts(words: list[str]) -> list[str]:
    """What a look at the beginning of a key knows of each."""
    return [word[:SURELY_KNOWN] for word in words]


def are_held(table: Wides, begun_bits: int, states: Wides) -> NDArray[np.bool_]:
    """As `holds` says of each, which is asked about some."""
    shift, bits = np.uint64(64 - begun_bits), bits_of(states)
    found: NDArray[np.bool_] = table[states >> shift] & bits == bits
    assert [bool(holds(table, shift, state)) for state in states[:FEW]] == found[:FEW].tolist()
    return found


def kinds_of(table: Wides, shift: np.uint64, states: Wides) -> NDArray[np.int64]:
    """As `kinds_held` says of each, which is asked about some."""
    bits = bits_of(states, HALF_WORD)
    words = table[states >> shift]
    upper = words >> np.uint64(32)
    found: NDArray[np.int64] = (words & bits == bits) * np.int64(DOUBTFUL) + (upper & bits == bits) * np.int64(SURE)
    assert [kinds_held(table, shift, state) for state in states[:FEW]] == found[:FEW].tolist()
    return found


@settings(max_examples=12)
@given(st.integers(1, 3_000), st.integers(0, 61), st.integers(0, 1 << 32))
@example(1, 0, 0)
@example(1, 1, 0)
@example(255, 3, 7)  # as full as a table of its size becomes
@example(256, 3, 7)
def test_what_was_put_is_held_and_of_others_a_few(count: int, salt: int, seed: int) -> None:
    words, others = words_of(count, seed), words_of(2_000, seed + 1)
    sure, hashed = frozenset(words[::2]), Hashed()
    hashed.add(words, salt, np.array([word in sure for word in words]))
    states = hashes_of(firsts(words), salt)
    long = [word for word in words if len(word) >= SURELY_KNOWN]
    ends = hashed.ends(salt + 1)[salt]
    assert are_held(ends, hashed.begun_bits, hashes_of(long, salt)).all()
    known_firsts = set(firsts(words))
    strange = hashes_of([one for one in firsts(others) if one not in known_firsts], salt)
    assert are_held(ends, hashed.begun_bits, strange).mean() <= 0.02
    if salt == 0:
        assert are_held(hashed.begun(), hashed.begun_bits, states).all()
        assert are_held(hashed.begun(), hashed.begun_bits, strange).mean() <= 0.02
        assert not hashed.kinds(1)[0].any()
    else:
        tables, shifts = hashed.kinds(salt + 1)
        held = kinds_of(tables[salt], shifts[salt], states)
        assert all(kind & (SURE if word in sure else DOUBTFUL) for word, kind in zip(words, held, strict=True))
        assert (kinds_of(tables[salt], shifts[salt], strange) != 0).mean() <= 0.1
        assert not hashed.begun().any()


@pytest.mark.parametrize("count", [131_071, MOST])
def test_very_many_are_held_and_of_others_a_few(count: int) -> None:
    words, hashed = words_of(count, seed=count), Hashed()
    hashed.add(words, 1)
    tables, shifts = hashed.kinds(2)
    table, shift = tables[1], shifts[1]
    assert len(words) > 0.99 * count
    assert (kinds_of(table, shift, hashes_of(firsts(words), 1)) == DOUBTFUL).all()
    strange = [one for one in firsts(words_of(20_000, seed=1)) if len(one) == SURELY_KNOWN]
    assert (kinds_of(table, shift, hashes_of(strange, 1)) != 0).mean() <= 0.08
    assert not (table >> np.uint64(32)).any()


@given(st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=40), st.integers(6, 17))
def test_any_hashes_are_held_once_their_bits_are_put(numbers: list[int], bits: int) -> None:
    states = np.array(numbers, dtype=np.uint64)
    table = np.zeros(1 << bits, dtype=np.uint64)
    assert not are_held(table, bits, states).any()
    np.bitwise_or.at(table, states >> np.uint64(64 - bits), bits_of(states))
    assert are_held(table, bits, states).all()
    assert all(1 <= bin(one).count("1") <= 3 for one in bits_of(states).tolist())


def test_keys_of_the_slots_only_are_in_no_table_of_beginnings() -> None:
    words, hashed = words_of(500, seed=4), Hashed()
    hashed.add(words, SPELLED_SALT)
    hashed.add(words, PLAIN_SALT)
    assert hashed.longest == 1
    assert not hashed.begun().any() and not hashed.kinds(2)[0].any() and not hashed.ends(2).any()


def test_keys_of_several_views_are_found_by_their_numbers() -> None:
    words, others = words_of(400, seed=5), words_of(400, seed=6)
    hashed = Hashed()
    for salt, its in ((0, words), (2, others), (SPELLED_SALT, words)):
        hashed.add(its, salt)
    slots, bits, count = hashed.slots(), hashed.slot_bits, len(words)
    assert hashed.count == 2 * count + len(others)
    for salt, its, begins in ((0, words, 0), (2, others, count), (SPELLED_SALT, words, count + len(others))):
        assert [slot_of(slots, bits, state) for state in hashes_of(its, salt)] == [
            begins + at for at in range(len(its))
        ]
    assert {slot_of(slots, bits, state) for state in hashes_of(words, 1)} == {-1}


@given(st.text(st.characters(codec=None), min_size=1, max_size=8), st.integers(0, PLAIN_SALT))
def test_a_hash_made_of_arrays_is_that_made_step_by_step(word: str, salt: int) -> None:
    state = np.uint64(begin(salt))
    assert state == begun_with(salt)
    for char in word:
        state = np.uint64(step(state, ord(char)))
    assert hashes_of([word, word * 2], salt)[0] == state
