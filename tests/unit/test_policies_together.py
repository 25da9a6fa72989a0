"""Tables side by side in memory: what they hold stays what it is."""

import mmap
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from policies.matching.compiled.together import together

LINE = 64


class Tables(NamedTuple):
    """Two arrays and what is none."""

    first: NDArray[np.generic]
    number: int
    second: NDArray[np.generic]
    name: str = "n"
    third: NDArray[np.generic] = np.arange(7, dtype=np.uint8)


KINDS = (np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.bool_)
SHAPES = st.lists(st.integers(0, 9), max_size=3).map(tuple)


@st.composite
def arrays(draw: st.DrawFn) -> NDArray[np.generic]:
    """An array of any of the kinds, some of them not as they stand in memory."""
    shape = draw(SHAPES)
    size = int(np.prod(shape, dtype=np.int64))
    found: NDArray[np.generic] = (
        np.random.default_rng(size).integers(0, 100, size=shape).astype(draw(st.sampled_from(KINDS)))
    )
    return draw(st.sampled_from((found, found.T, found[::-1] if found.ndim else found)))


@pytest.fixture(params=["large pages", "unknown", "refused"], scope="module", autouse=True)
def _pages(request: pytest.FixtureRequest) -> Iterator[None]:
    """With large pages where the system has them, on a system that has none, and on a kernel without them."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "unknown":
            patch.delattr(mmap, "MADV_HUGEPAGE", raising=False)
        elif request.param == "refused":
            patch.setattr(mmap, "MADV_HUGEPAGE", 9_999, raising=False)
        yield


def begins(tables: Tables) -> list[int]:
    return [one.__array_interface__["data"][0] for one in (tables.first, tables.second, tables.third)]


@given(arrays(), arrays())
@example(np.zeros(0, np.uint8), np.zeros((0, 4), np.uint64))
@example(np.arange(65, dtype=np.uint8), np.arange(1 << 18, dtype=np.uint64))
def test_they_are_the_same_side_by_side(first: NDArray[np.generic], second: NDArray[np.generic]) -> None:
    tables = Tables(first, 3, second)
    found = together(tables)
    for before, after in ((first, found.first), (second, found.second), (tables.third, found.third)):
        assert after.dtype == before.dtype and after.shape == before.shape
        assert np.array_equal(after, before)
        assert after.flags.c_contiguous and after.flags.writeable
    assert (found.number, found.name) == (3, "n")


@pytest.mark.parametrize("size", [1, 63, 64, 65, 1_000, 100_000, 3_000_000])
def test_each_begins_behind_the_one_before(size: int) -> None:
    found = together(Tables(np.ones(size, dtype=np.uint8), 0, np.ones(size, dtype=np.uint32)))
    one, two, three = begins(found)
    assert two - one == -(-size // LINE) * LINE
    assert three - two == -(-4 * size // LINE) * LINE
    assert one % LINE == 0
    if hasattr(mmap, "MADV_HUGEPAGE"):
        assert one % (1 << 21) == 0  # a large page begins there


def test_they_are_copies() -> None:
    tables = Tables(np.arange(9), 0, np.arange(5))
    found = together(tables)
    tables.first[:] = 0
    assert found.first.tolist() == list(range(9))
    assert not any(np.shares_memory(a, b) for a, b in ((found.first, found.second), (tables.second, found.second)))
