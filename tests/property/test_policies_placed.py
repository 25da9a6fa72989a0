"""What the compiled pass tells of places stands there in the whole reading. Without the extra it is not there."""

import importlib.util
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.folding.table import LIMIT
from policies.matching import machine_code
from policies.matching.lexicon import Lexicon
from policies.matching.pages import Sheet
from policies.matching.reading import LONG_TEXT, Reading

from .test_policies_batches import LEXICONS, TEXTS
from .test_policies_compiled import FURTHER

if importlib.util.find_spec("numba") is None:
    pytest.skip("the extra `fast` is not installed", allow_module_level=True)

from policies.matching.candidate import FoundIn
from policies.matching.compiled import part as searched_part
from policies.matching.compiled.placed import PlacedReading

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("machine code")]
EVERY = (*LEXICONS, *FURTHER)


@pytest.fixture(autouse=True, scope="module")
def _of_these_sources() -> None:
    machine_code._forget_other()


def told(lexicon: Lexicon, texts: Sequence[str]) -> list[PlacedReading]:
    """The readings in which the pass told of places."""
    made: list[PlacedReading] = []

    class Noted(PlacedReading):
        """Remembered when it is made."""

        def __init__(self, *args: object) -> None:
            super().__init__(*args)  # type: ignore[arg-type]
            made.append(self)

    points = Sheet(texts).points
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searched_part, "PlacedReading", Noted)
        for part in lexicon.parts:
            part.sieve.search(texts, points, FoundIn(list))
    return made


def places_held(reading: PlacedReading) -> int:
    """How many places are told of, all of them as the whole reading has them."""
    whole = Reading(reading.text, reading._lens)
    for (start, end), (first, last) in reading.placed.items():
        piece = reading.piece(start, end)
        assert piece == whole.searched[start:end] != ""
        positions = reading.positions(start, end)
        assert positions == whole.positions(start, end)
        assert (positions[0], positions[-1] + 1) == (first, last)
        is_plain = whole.folded[first:last] == piece
        assert reading.span(start, end) == ((first, last) if is_plain else None)
    return len(reading.placed)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(0, len(EVERY) - 1))
@example(["加 窝 微，信", "", "佳佳 我微微信", "谢 谢，谢谢你", "回，，叩"], 0)
@example(["他,妈,妈的", "要回扣，回 扣，回回扣", "假❤一赔十", "力口微信", "信\u200b信", "哈，哈，哈"], 6)
@example(["佳" + "\u0301" * 70 + "威" * 9 + "信", "\ud800回\ud800扣\ud800", "返" + chr(LIMIT - 1) + "点"], 1)
def test_pieces_stand_where_the_pass_tells(texts: list[str], number: int) -> None:
    for reading in told(EVERY[number], texts):
        assert places_held(reading) > 0 or not reading.placed


def test_there_are_such_pieces_also_in_long_texts() -> None:
    texts = [
        "要回扣",
        "要回，扣",
        "要回回扣",
        "要回叩，加我薇信吗",
        "今天天气很好。" * (LONG_TEXT // 6) + "返，点，微微信",
    ]
    held = [0] * len(texts)
    for reading in told(EVERY[0], texts):
        held[texts.index(reading.text)] += places_held(reading)
    assert all(held), held


@pytest.mark.parametrize("text", ["要 回，扣扣，去", "回扣" * LONG_TEXT + "，回 扣"])
def test_of_a_place_that_nobody_told_of_the_whole_is_read(text: str) -> None:
    (part, *_) = EVERY[0].parts
    reading, whole = PlacedReading(text, part.lens), Reading(text, part.lens)
    size = len(whole.searched)
    assert size > 3
    for start, end in ((0, 2), (1, 3), (size - 2, size), (0, size)):
        assert reading.span(start, end) is None
        assert reading.piece(start, end) == whole.searched[start:end]
        assert reading.positions(start, end) == whole.positions(start, end)
    assert (reading.folded, reading.kept, reading.has_runs) == (whole.folded, whole.kept, whole.has_runs)
    assert list(reading.runs) == list(whole.runs)
