"""Tables side by side in memory of large pages: the pass looks all over them, and each page must be found first."""

import mmap
from contextlib import suppress
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=NamedTuple)
_LARGE = 1 << 21
"""Octets of a large page."""
_LINE = 64
"""Octets that memory is read in."""


def together(tables: T) -> T:
    """The same with all arrays copied next to each other; large pages where the system has them and gives them."""
    arrays = {name: array for name, array in tables._asdict().items() if isinstance(array, np.ndarray)}
    room = _room(sum(_lines(array.nbytes) for array in arrays.values()))
    at = 0
    copies: dict[str, NDArray[np.generic]] = {}
    for name, array in arrays.items():
        copies[name] = room[at : at + array.nbytes].view(array.dtype).reshape(array.shape)
        copies[name][...] = array
        at += _lines(array.nbytes)
    return tables._replace(**copies)


def _lines(octets: int) -> int:
    return -(-octets // _LINE) * _LINE


def _room(octets: int) -> NDArray[np.uint8]:
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return _at(_LINE, np.empty(octets + _LINE, dtype=np.uint8))[:octets]
    pages = mmap.mmap(
        -1, -(-octets // _LARGE) * _LARGE + _LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    )  # what processes share is not given large pages
    with suppress(OSError):  # a kernel that was built without them
        pages.madvise(mmap.MADV_HUGEPAGE)
    return _at(_LARGE, np.frombuffer(pages, dtype=np.uint8))[:octets]


def _at(multiple: int, room: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return room[-room.ctypes.data % multiple :]
