"""Hashes of characters, and what is found by them."""

from collections.abc import Callable
from typing import Generic, ParamSpec, SupportsInt, TypeVar, cast

import numba
import numpy as np

from ...folding.arrays import Points
from .known import Ints, Wides

F = TypeVar("F", bound=Callable[..., object])
P = ParamSpec("P")
R = TypeVar("R")
LIKENESS_BITS = 22
PLAIN_SALT, SPELLED_SALT = 63, 62
"""In place of a view's number: keys as they are written, and by their syllables where no view has them."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _BOTH = np.uint64(0x9E3779B1), np.uint64(0xC2B2AE3D27D4EB4F)
_BIT_AT, _BIT_THEN, _BIT_LAST = np.uint64(40), np.uint64(34), np.uint64(28)
WHOLE_WORD, HALF_WORD = np.uint64(63), np.uint64(31)
"""The last bit of a word of a table, and of its lower half."""
_SURE_FROM, _ONE, _TWO = np.uint64(31), np.uint64(1), np.uint64(2)
DOUBTFUL, SURE = 1, 2
"""Of a hash: keys with it need something odd within, or some do not."""
_KEY_BITS, _KEY_LIMIT, _KEY_MASK = np.uint64(24), np.uint64(1 << 24), np.uint64((1 << 24) - 1)
_UNCOUNTED = {"_nrt": False}
_WITHIN = _UNCOUNTED | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Called from Python, such code would end the process: `_Within` stands before it."""


class _Within(Generic[P, R]):
    """A function that is machine code where others that are call it, and called from elsewhere runs as it is written.

    To take all the tables from Python would be a third of the code, and of the time to make it.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        self._code = numba.njit(cache=True, nogil=True, **_WITHIN)(function)  # type: ignore[call-overload]
        self._numba_type_ = numba.types.Dispatcher(self._code)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._function(*args, **kwargs)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """`function` as machine code for others that are, kept on disk for the next process.

    It makes no arrays, so none are counted: counting each array of `Keys` at each call would take most of the time.
    """
    return _Within(function)


def compiled_inline(function: F) -> F:
    """The same for what is called from one place: written out there, since to hand over all the arrays takes longer
    than most of what is done with them."""
    return cast(F, numba.njit(cache=True, nogil=True, inline="always", **_UNCOUNTED)(function))  # type: ignore[call-overload]


def compiled_entry(function: F) -> F:
    """The same for what is called from Python, and may make the arrays that all others work in."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


@compiled
def whole(number: SupportsInt) -> int:
    """A number as one with a sign: together with one that has none it would become a float."""
    return np.int64(number)  # type: ignore[return-value]


@compiled
def step(state: np.uint64, point: int) -> np.uint64:
    """The hash of characters and one more."""
    return (state ^ np.uint64(point)) * _MULTIPLIER


@compiled
def begin(salt: int) -> np.uint64:
    """The hash of no characters, of a view."""
    return np.uint64(salt + 1) << np.uint64(40)


@compiled
def plain_hash(searched: Points, at: int, length: int) -> np.uint64:
    """The hash of characters as they are written."""
    state = begin(PLAIN_SALT)
    for place in range(at, at + length):
        state = step(state, whole(searched[place]))
    return state


@compiled
def slot_of(slots: Wides, slot_bits: int, state: np.uint64) -> int:
    """The key with this hash, -1 for none.

    A slot holds the lower bits of a hash and, behind them, the key's number and one: one look into memory. The upper
    ones say where the slot is.
    """
    mask = (1 << slot_bits) - 1
    at = whole(state >> np.uint64(64 - slot_bits))
    while slots[at] != 0:
        if (slots[at] ^ state << _KEY_BITS) < _KEY_LIMIT:
            return whole(slots[at] & _KEY_MASK) - 1
        at = (at + 1) & mask
    return -1


@compiled_entry
def fill(slots: Wides, slot_bits: int, hashes: Wides, numbers: Ints) -> None:
    """Puts keys into free slots."""
    mask = (1 << slot_bits) - 1
    for number in range(len(hashes)):
        at = whole(hashes[number] >> np.uint64(64 - slot_bits))
        while slots[at] != 0:
            at = (at + 1) & mask
        slots[at] = hashes[number] << _KEY_BITS | np.uint64(numbers[number] + 1)


@compiled
def holds(table: Wides, shift: np.uint64, state: np.uint64) -> int:
    """Whether a table holds a hash, and perhaps where it does not: bits of one word that `bits_of` tells."""
    word = table[state >> shift]
    first, second, third = (
        word >> (state >> _BIT_AT & WHOLE_WORD),
        word >> (state >> _BIT_THEN & WHOLE_WORD),
        word >> (state >> _BIT_LAST & WHOLE_WORD),
    )
    return whole(first & second & third & _ONE)


def bits_of(states: Wides, last: np.uint64 = WHOLE_WORD) -> Wides:
    """For each hash three bits of a word, or fewer where they fall together, up to bit `last` of it."""
    found: Wides = _ONE << (states >> _BIT_AT & last)
    found |= _ONE << (states >> _BIT_THEN & last)
    found |= _ONE << (states >> _BIT_LAST & last)
    return found


@compiled
def kinds_held(table: Wides, shift: np.uint64, state: np.uint64) -> int:
    """The same of a table of words of which each half is one of `holds`: DOUBTFUL by the lower, SURE by the upper."""
    word = table[state >> shift]
    first, second, third = (
        word >> (state >> _BIT_AT & HALF_WORD),
        word >> (state >> _BIT_THEN & HALF_WORD),
        word >> (state >> _BIT_LAST & HALF_WORD),
    )
    both = first & second & third
    return whole(both & _ONE | both >> _SURE_FROM & _TWO)


@compiled
def likeness_bit(first: np.uint64, second: np.uint64) -> np.uint64:
    """Which bit tells of two characters."""
    return (first * _FIRST ^ second) * _BOTH >> np.uint64(64 - LIKENESS_BITS)
