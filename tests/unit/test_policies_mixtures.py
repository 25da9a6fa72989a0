"""Words that are heard but for one character, which is drawn like theirs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.folding.likeness import is_drawn_alike
from policies.folding.shapes import Likeness, shape_table
from policies.folding.sounds import main_syllable
from policies.matching.matcher import Matcher
from policies.matching.profile import Disguises, Homophone, MatchProfile, Overlap
from policies.model import How

WORDS = ["不走公司", "加我微信", "私下直接转账", "谢谢支持我们"]
PROFILE = MatchProfile(overlap=Overlap.LEFTMOST_LONGEST)


def found(text: str, disguises: Disguises | None = None) -> list[tuple[str, str, How]]:
    profile = PROFILE if disguises is None else MatchProfile(overlap=PROFILE.overlap, disguises=disguises)
    return [(text[one.start : one.end], one.word, one.how) for one in Matcher(WORDS, (), profile).find(text)]


@pytest.mark.parametrize(
    ("text", "surface", "word", "how"),
    [
        ("佳我徽心聊", "佳我徽心", "加我微信", How.HOMOPHONE),
        ("这单加窝徽信", "加窝徽信", "加我微信", How.HOMOPHONE),
        ("就私夏直接转帐吧", "私夏直接转帐", "私下直接转账", How.HOMOPHONE),
        ("加*窝*徽*信", "加*窝*徽*信", "加我微信", How.HOMOPHONE),
    ],
)
def test_sound_in_one_place_and_drawing_in_another(text: str, surface: str, word: str, how: How) -> None:
    assert (surface, word, how) in found(text)


def test_what_is_neither_heard_nor_drawn_so_is_not_found() -> None:
    assert found("加窝博信") == []
    assert found("加窝徽") == []
    assert found("窝徽信") == []
    assert found("") == []


def test_a_rule_may_want_neither() -> None:
    assert found("加窝徽信", Disguises(lookalike=False)) == []
    assert found("加窝徽信", Disguises(homophone=Homophone.OFF)) == []


def test_runs_that_a_word_needs_are_needed() -> None:
    assert [surface for surface, _, _ in found("谢谢支恃窝们")] == ["谢谢支恃窝们"]
    assert found("谢支恃窝们") == []


HAN = st.sampled_from("加佳我窝微徽薇信心伩不部走奏公工司同的了好")


@settings(max_examples=200, deadline=None)
@given(st.lists(HAN, min_size=4, max_size=9).map("".join))
def test_every_hit_differs_by_sound_or_drawing_in_each_place(text: str) -> None:
    glance = shape_table(Likeness.FAMILY)
    for surface, word, how in found(text):
        if how not in (How.HOMOPHONE, How.LOOKALIKE) or len(surface) != len(word):
            continue
        for one, other in zip(surface, word, strict=True):
            is_heard = main_syllable(one) == main_syllable(other)
            assert is_heard or is_drawn_alike(one, other) or one.translate(glance) == other.translate(glance)
