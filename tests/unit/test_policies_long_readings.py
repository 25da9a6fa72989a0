"""Readings of texts that are long enough for arrays are those of short ones."""

import pytest

from policies.folding.table import Skip, View
from policies.matching import reading as readings
from policies.matching.disguises import _breaks
from policies.matching.pages import Page, Sheet
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


@pytest.mark.parametrize("skip", [Skip.SYMBOLS, Skip.NONE])
@pytest.mark.parametrize("piece", ["".join(PIECES), "加微 信", "ab🇨🇳"])
def test_a_page_has_the_reading_of_a_long_text(skip: Skip, piece: str) -> None:
    through, text = lens(View(skip=skip)), piece * (2 * LONG_TEXT // len(piece) + 1)
    one, other = Page(Sheet(("微微信", text, "好")), through.view).reading(1, text, through), Reading(text, through)
    assert (one.kept, one.folded, one.has_runs) == (other.kept, other.folded, other.has_runs)
    assert _parts_of(one) == _parts_of(other)


def test_over_runs_a_long_text_is_read_around_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.folding.arrays.AROUND", 3)
    filler = "甲乙丙丁" * LONG_TEXT
    across = Reading(f"{filler}加 微微 微信{filler}好 好啊啊", lens(View())).across()
    assert across is not None and across.searched == "丙丁加微信甲乙\n乙丙丁好啊"
    start = across.searched.index("微")
    assert across.positions(start - 1, start + 2) == [len(filler) + at for at in (0, 2, 3, 5, 6)]
    end = len(across.searched)
    assert across.positions(end - 2, end) == [2 * len(filler) + 7 + at for at in (0, 2, 3, 4)]


def _parts_of(one: Reading) -> tuple[object, ...]:
    across, plain = one.across(), one.uncollapsed()
    return (
        one.searched, list(one.runs), one.origin, sorted(_breaks(one)),
        across and (across.searched, list(across.runs)), plain.searched, list(plain.runs), plain.origin,
    )  # fmt: skip
