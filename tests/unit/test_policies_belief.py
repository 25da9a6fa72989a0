"""Which writings of a word are believed: tables of what stands together, and the demands made by them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.folding.bonds import BY_CHANCE, OPENEST, STRONGEST, WEAKEST, bond, open_after, open_before
from policies.folding.clean import is_usual
from policies.folding.likeness import is_drawn_alike
from policies.matching.belief import Belief, belief_of, drawing_belief, is_apart, is_believed, is_honest_repeat
from policies.matching.matcher import Matcher
from policies.matching.profile import GapRule, MatchProfile
from policies.matching.weighing import most_weight, weight

ANY_TEXT = st.text("加我微信套现在分成为一往的了，。 *3a\u200b\ud800\U00020000", min_size=2, max_size=12)


def found(text: str, *words: str, gaps: GapRule = GapRule.CAREFUL) -> list[str]:
    profile = replace(MatchProfile(), gap_rule=gaps)
    return [f"{text[f.start : f.end]}:{f.how}" for f in Matcher(words, (), profile).find(text)]


def test_bonds_tell_words_from_chance() -> None:
    assert bond("饭店") > 4
    assert bond("妈妈") > 4
    assert bond("了的") < 0
    assert bond("翻淀") == 0
    assert bond("a店") == bond("店a") == bond("\u33ff店") == 0
    assert open_before("的") > open_before("灸") >= 0
    assert open_after("的") > open_after("灸")
    assert open_before("a") == open_after("\U00020000") == 0


@given(st.characters(), st.characters())
def test_bonds_and_openness_lie_in_their_bounds(first: str, second: str) -> None:
    assert WEAKEST <= bond(first + second) <= STRONGEST
    assert 0 <= open_before(first) <= OPENEST
    assert 0 <= open_after(first) <= OPENEST
    assert is_drawn_alike(first, second) == is_drawn_alike(second, first)


def test_drawings_are_compared_two_by_two() -> None:
    assert is_drawn_alike("微", "微")
    assert is_drawn_alike("微", "徽")
    assert is_drawn_alike("钱", "浅")
    assert is_drawn_alike("客", "容")
    assert not is_drawn_alike("退", "应")
    assert not is_drawn_alike("a", "应")


def test_what_a_word_must_show_by_its_length_and_sound() -> None:
    assert belief_of("刷单") is Belief.STANDING_OUT
    assert belief_of("返点") is Belief.APART
    assert belief_of("现金") is Belief.CUED
    assert belief_of("私下转") is Belief.UNUSUAL
    assert drawing_belief("刷单") is Belief.DRAWN_APART
    assert drawing_belief("私下转") is Belief.DRAWN
    assert drawing_belief("私下转账") is Belief.ALWAYS


@given(ANY_TEXT, st.sampled_from([belief for belief in Belief if belief is not Belief.ALWAYS]), st.data())
def test_what_honest_talk_has_is_never_believed(text: str, belief: Belief, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    positions = range(start, data.draw(st.integers(start + 2, len(text))))
    pairs = [text[at : at + 2] for at in positions[:-1] if text[at] != text[at + 1]]
    if all(bond(pair) > BY_CHANCE if belief is Belief.UNUSUAL else is_usual(pair) for pair in pairs):
        assert not is_believed(belief, text, positions)
        assert not is_believed(belief, text, positions, text)


@pytest.mark.parametrize(
    ("text", "words", "hits"),
    [
        ("刷担可以吗", ("刷单",), ["刷担:homophone"]),
        ("能不能咱夏转", ("咱下转",), ["咱夏转:homophone"]),
        ("外资公司担任人力", ("私单",), []),
        ("房价仅为410", ("假金",), []),
        ("只收到1件货，没别的", ("贱货",), []),
        ("教育个案往往比一些空话好", ("暗网",), []),
        ("去了弟弟家看的", ("低价",), []),
        ("买了一套，现在过寒假", ("套现",), []),
        ("信用卡套，现可以吗", ("套现",), ["套，现:gap"]),
        ("套\u200b现在", ("套现",), ["套\u200b现:gap"]),
        ("能套 现吗", ("套现",), ["套 现:gap"]),
        ("听其他妈妈的推荐", ("他妈的",), []),
        ("刷刷单吗", ("刷单",), ["刷刷单:repeat"]),
        ("前沿的公司，，，不知道别人", ("公司不知道",), []),
        ("公司，不知道", ("公司不知道",), ["公司，不知道:gap"]),
        ("做，假账吗", ("做假账",), ["做，假账:gap"]),
        ("做。假账吗", ("做假账",), ["做。假账:gap"]),
        ("做\n假账吗", ("做假账",), []),
        ("请先记账。号码在后", ("记账号",), []),
        ("一次充好电可以用三天", ("以次充好",), []),
        ("这批以次冲好的别给老客", ("以次充好",), ["以次冲好:homophone"]),
        ("发展下现在的会员，别光拉新", ("发展下线",), []),
        ("多发展下现，级别升得快", ("发展下线",), ["发展下现:homophone"]),
        ("员工家属可以一起参加年会", ("员工价",), []),
        ("好处废少不了你的", ("好处费",), ["好处废:homophone"]),
        ("不过系统有点慢", ("不进系统",), []),
        ("不近系统", ("不进系统",), ["不近系统:homophone"]),
        ("叫我做。。假账吗", ("做假账",), []),
    ],
)
def test_words_beside_honest_talk(text: str, words: tuple[str, ...], hits: list[str]) -> None:
    assert found(text, *words) == hits


@given(ANY_TEXT, ANY_TEXT, st.data())
def test_no_word_weighs_more_than_what_is_told_of_any(text: str, own: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    positions = range(start, min(len(text), start + len(own)))
    own = own[: len(positions)]
    if any(text[at] != char for at, char in zip(positions, own, strict=True)):
        assert weight(text, positions, own) <= most_weight(text, positions)


def test_a_word_as_it_is_weighs_what_is_around_it() -> None:
    assert weight("要套现吗", (1, 2), "套现") > weight("一套现在", (1, 2), "套现")


def test_strict_gaps_hold_no_mark_and_any_gap_may() -> None:
    assert found("做，假账吗", "做假账", gaps=GapRule.STRICT) == []
    assert found("买了一套，现在", "套现", gaps=GapRule.ANY) == ["套，现:gap"]


def test_neighbours_decide() -> None:
    assert not is_apart("买了一套，现在过", (3, 5))
    assert is_apart("套，现", (0, 2))
    assert is_honest_repeat("听其他妈妈的推荐", (2, 3, 4, 5))
    assert not is_honest_repeat("他妈的", (0, 1, 2))
    assert is_believed(Belief.CUED, "先巾，多少佣金", (0, 1), "现金")
    assert not is_believed(Belief.CUED, "先巾", (0, 1), "现金")
