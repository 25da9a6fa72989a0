"""Python's collector of cycles, put off while very many objects are made that hold none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """It is off meanwhile, and on again whatever happens; where it was off it stays off.

    It would look through all words of a lexicon again and again, a tenth of the time that making one takes. Two threads
    that do so at once leave it on: who found it off changes nothing.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
