"""Readings of texts that are long enough for arrays are those of short ones."""

import pytest

from policies.folding.table import Skip, View
from policies.matching import reading as readings
from policies.matching.disguises import _breaks
from policies.matching.reading import LONG_TEXT, Collapse, Reading, lens

PIECES = ("加 微 信", "微微信", "微 微信", "w ei xin", "wwei", "a1 b", "好好好", "。。", "x  x")


@pytest.mark.parametrize("collapse", Collapse)
@pytest.mark.parametrize("skip", [Skip.SYMBOLS, Skip.NONE])
def test_a_long_reading_is_that_of_its_parts(collapse: Collapse, skip: Skip, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(PIECES) * (2 * LONG_TEXT // len("".join(PIECES)) + 1)
    long = Reading(text, lens(View(skip=skip)), collapse)
    told = _parts_of(long)
    monkeypatch.setattr(readings, "LONG_TEXT", len(text))
    monkeypatch.setattr("policies.matching.disguises.LONG_TEXT", len(text))
    assert told == _parts_of(Reading(text, lens(View(skip=skip)), collapse))


def _parts_of(one: Reading) -> tuple[object, ...]:
    across, plain = one.across(), one.uncollapsed()
    return (
        one.searched, one.runs, one.origin, sorted(_breaks(one)),
        across and (across.searched, across.runs), plain.searched, plain.runs, plain.origin,
    )  # fmt: skip
