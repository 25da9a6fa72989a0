"""Whether texts tell a way to reach or pay a person: sooner known than which details stand in them."""

from collections.abc import Sequence
from itertools import accumulate

from ..folding.table import Fold, bounded, fold_table
from ..model import CONTACT_WAYS, ContactSpan
from .finder import closely, details_at, details_in
from .numbers import may_hold_short
from .parts import Budget
from .trigger import LONGEST_MESSAGE, WHERE, holds_short_run, may_tell_way, stages_of

FEWEST = 6
"""Texts from which on they are quicker folded together."""
_FOLD = Fold()


def tell_ways(texts: Sequence[str]) -> list[bool]:
    """For each text whether one of its `find_contacts` is of CONTACT_WAYS. Linear."""
    return list(map(_tells_way, texts, _folded(texts)))


def _folded(texts: Sequence[str]) -> Sequence[str]:
    if len(texts) < FEWEST:
        table = fold_table(_FOLD)
        return [bounded(text).translate(table) for text in texts]
    from ..folding.arrays import code_points, fold_array  # numpy is loaded by those who have many

    points = fold_array(_FOLD).take(code_points(bounded("\n".join(texts))))
    flat = points.tobytes().decode("utf-32-le", "surrogatepass")
    ends = list(accumulate(len(text) + 1 for text in texts))
    return [flat[end - 1 - len(text) : end - 1] for end, text in zip(ends, texts, strict=True)]


def _tells_way(text: str, flat: str) -> bool:
    if len(flat) > LONGEST_MESSAGE:
        return _is_among(details_in(text, flat))
    if not may_tell_way(flat) and not (holds_short_run(flat) and may_hold_short(flat)):
        return False
    stages = stages_of(flat)
    return bool(closely(text, flat, stages - WHERE, Budget())) and _is_among(details_at(text, flat, stages))


def _is_among(spans: Sequence[ContactSpan]) -> bool:
    return any(span.kind in CONTACT_WAYS for span in spans)
