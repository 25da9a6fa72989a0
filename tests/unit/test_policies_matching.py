"""The matcher's stages, each by what it lets through."""

from dataclasses import replace

import pytest

from policies.folding.table import DigitFold, Skip
from policies.matching.entries import EntryError
from policies.matching.matcher import Matcher
from policies.matching.patterns import MAX_FORMS, PatternError, expand_aliases, expand_wildcards
from policies.matching.profile import PLAIN, Boundary, EntrySkips, GapRule, MatchProfile, Overlap, Syntax
from policies.model import How

ALIASES = {"加": ("加", "伽", "+"), "微信": ("微信", "v信", "薇❤")}


def found(
    words: list[str], text: str, profile: MatchProfile | None = None, allow: list[str] | None = None
) -> list[str]:
    return [f"{text[f.start : f.end]}:{f.how}" for f in Matcher(words, allow or [], profile, ALIASES).find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("加我微信", ["加我微信:exact"]),
        ("加我微 信", ["加我微 信:gap"]),
        ("加我V信", ["加我V信:alias"]),
        ("加 我 V 信", ["加 我 V 信:gap"]),
        ("加加我微信", ["加加我微信:repeat"]),
        ("加我薇❤️聊", ["加我薇❤:alias"]),
        ("＋我薇❤", ["＋我薇❤:alias"]),
        ("伽👨‍👩‍👧我微信", ["伽👨‍👩‍👧我微信:gap"]),
        ("加你微信", []),
    ],
)
def test_how_a_word_is_found(text: str, expected: list[str]) -> None:
    assert found(["{加}我{微信}"], text) == expected


def test_traditional_and_wide_writing_is_folded() -> None:
    assert found(["飞单", "kickback"], "飛單 ＫＩＣＫbáck") == ["飛單:folded", "ＫＩＣＫbáck:folded"]


def test_a_longer_run_counts_and_a_shorter_one_does_not() -> None:
    assert found(["谢谢你"], "谢你") == []
    assert found(["谢谢你"], "谢谢谢你") == ["谢谢谢你:repeat"]
    assert found(["谢谢你"], "谢谢你") == ["谢谢你:exact"]
    assert found(["微信"], "微 微信") == ["微 微信:gap", "微信:exact"]
    assert found(["微信"], "微微信", MatchProfile(repeats=False)) == ["微信:exact"]


@pytest.mark.parametrize(
    ("word", "text", "boundary", "hits"),
    [
        ("vx", "加vx138", Boundary.SAME_CLASS, True),
        ("vx", "加vxa", Boundary.SAME_CLASS, False),
        ("vx", "加vx138", Boundary.LATIN_DIGIT, False),
        ("69", "1695", Boundary.SAME_CLASS, False),
        ("69", "1695", Boundary.ENGLISH, True),
        ("av", "have", Boundary.ENGLISH, False),
        ("av", "1av2", Boundary.ENGLISH, True),
        ("av", "av他", Boundary.ENGLISH_NUMBER, True),
        ("弹药", "a弹药b", Boundary.ENGLISH_NUMBER, False),
        ("弹药", "a弹药b", Boundary.LATIN_DIGIT, True),
        ("av", "have", Boundary.NONE, True),
        ("av", "ａvａ", Boundary.SAME_CLASS, False),
    ],
)
def test_boundaries(word: str, text: str, boundary: Boundary, *, hits: bool) -> None:
    assert bool(found([word], text, MatchProfile(boundary=boundary))) is hits


@pytest.mark.parametrize(
    ("word", "text", "rule", "hits"),
    [
        ("微信号", "微信。号", GapRule.CAREFUL, True),
        ("微信号", "这是我微信。号码没变", GapRule.CAREFUL, False),
        ("微信号", "微信\n号", GapRule.CAREFUL, False),
        ("微信号", "微。信。号", GapRule.CAREFUL, True),
        ("微信号", "微。信。号", GapRule.STRICT, False),
        ("微信号", "微。信，号", GapRule.CAREFUL, False),
        ("微信号", "微。信，号", GapRule.ANY, True),
        ("微信号码", "微信。号码", GapRule.STRICT, True),
        ("飞单", "直飞，单程", GapRule.STRICT, False),
        ("飞单", "飞、单", GapRule.STRICT, False),
        ("飞单", "飞*单", GapRule.STRICT, True),
        ("飞单", "飞****单", GapRule.CAREFUL, False),
        ("飞单", "飞***单", GapRule.CAREFUL, True),
        ("飞单", "飞\u200b\u200b\u200b\u200b\u200b单", GapRule.CAREFUL, True),
    ],
)
def test_gaps(word: str, text: str, rule: GapRule, *, hits: bool) -> None:
    assert bool(found([word], text, MatchProfile(gap_rule=rule))) is hits


def test_spaces_of_a_phrase_are_no_gap() -> None:
    assert found(["add me on wechat"], "Add me on WeChat") == ["Add me on WeChat:folded"]
    assert found(["add me on wechat"], "addmeonwechat") == ["addmeonwechat:folded"]


@pytest.mark.parametrize(
    ("overlap", "expected"),
    [
        (Overlap.ALL, ["我的:exact", "我的世界:exact", "世界:exact"]),
        (Overlap.LEFTMOST_LONGEST, ["我的世界:exact"]),
        (Overlap.LEFTMOST_FIRST, ["我的世界:exact"]),
        (Overlap.SHORTEST_FIRST, ["我的:exact", "世界:exact"]),
    ],
)
def test_overlaps(overlap: Overlap, expected: list[str]) -> None:
    assert found(["我的世界", "我的", "世界"], "玩我的世界", MatchProfile(overlap=overlap)) == expected


def test_an_allow_word_must_cover() -> None:
    assert found(["口交"], "路口交通", allow=["路口交通"]) == []
    assert found(["口交"], "路口交通", allow=["路口"]) == ["口交:exact"]
    assert found(["微信"], "微信支付和微信", allow=["微信支付"]) == ["微信:exact"]
    assert found(["微信"], "微信 支付", allow=["微信支付"]) == []
    assert found(["微信"], "加微信，支付定金", allow=["微信支付"]) == ["微信:exact"]


def test_words_that_cannot_be_searched_are_refused() -> None:
    for word in ("❤", "…", " "):
        with pytest.raises(EntryError):
            Matcher([word], profile=MatchProfile(repeats=True)) if word != "❤" else Matcher([word])
    with pytest.raises(EntryError, match="single character"):
        Matcher(["坏"])
    with pytest.raises(EntryError, match="no alias"):
        Matcher(["{微心}"], aliases=ALIASES)
    assert Matcher(["坏"], profile=MatchProfile(allow_single=True)).find("a坏b")


def test_entries_with_passed_over_characters() -> None:
    assert found(["hello("], "hello") == ["hello:folded"]
    inert = MatchProfile(entry_skips=EntrySkips.INERT)
    assert found(["http://"], "http://x", inert) == []


def test_a_figure_for_a_numeral_that_stands_oftener_is_another_number() -> None:
    assert found(["一月份"], "1月份") == ["1月份:exact"]
    assert found(["一月份", "五五折返现"], "11月份，1111月份，555折返现") == []
    assert found(["一月份"], "1月月份") == ["1月月份:repeat"]
    assert found(["五五折返现"], "55折返返现") == ["55折返返现:repeat"]
    assert found(["1比1复刻"], "1比11复刻") == ["1比11复刻:repeat"]


def test_wildcards() -> None:
    profile = MatchProfile(syntax=Syntax.WILDCARD, skip=Skip.NONE, boundary=Boundary.NONE)
    assert found([".[中美]国"], "我是中国人", profile) == ["是中国:exact"]
    assert found(["...中国"], "我是中国人", profile) == []
    assert found(["(中国|美国)人?"], "美国人", replace(profile, overlap=Overlap.LEFTMOST_LONGEST)) == ["美国人:exact"]
    with pytest.raises(EntryError, match="fixed"):
        Matcher(["..."], profile=profile)


def test_patterns() -> None:
    assert {form.literal for form in expand_aliases("{加}{我?}{微信|VX}", ALIASES)} == {
        start + middle + end for start in ("加", "伽", "+") for middle in ("我", "") for end in ("微信", "VX")
    }
    for bad in ("{加", "[ab", "(a|b", "?", "[]"):
        with pytest.raises(PatternError):
            expand_aliases(bad, ALIASES) if bad.startswith("{") else expand_wildcards(bad)
    many = {"x": tuple(str(n) for n in range(30))}
    with pytest.raises(PatternError, match=str(MAX_FORMS)):
        expand_aliases("{x}{x}", many)


def test_shapes() -> None:
    assert found(["@email"], "发到ａbc@qq.com谢谢") == ["ａbc@qq.com:folded"]
    assert found(["@url"], "看http://a-b.cn/x?y=1。好") == ["http://a-b.cn/x?y=1:exact"]
    assert found(["@site"], "去 www.baidu.com 看") == ["www.baidu.com:exact"]
    assert found(["@ipv4"], "127.0.0.1。256.1.1.1和1.2.3.4.5") == ["127.0.0.1:exact"]
    assert found([], "号9⓿2-4566，8", MatchProfile(min_digits=6)) == ["9⓿2-4566，8:folded"]


def test_a_surrogate_and_a_tag_character_are_no_trouble() -> None:
    assert found(["微信"], "\ud800微\U000e0041信\udfff") == ["微\U000e0041信:gap"]


def test_how_values_are_those_of_the_contract() -> None:
    assert {How.EXACT, How.FOLDED, How.GAP, How.REPEAT, How.ALIAS} <= set(How)


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        ("五星返现", "5星返现哦", ["5星返现:exact"]),
        ("五星返现", "5 星返现", ["5 星返现:gap"]),
        ("五星返现", "15星返现", []),
        ("五五分成", "咱俩55分成", ["55分成:exact"]),
        ("月入十万", "月入10万", ["月入10万:exact"]),
        ("瘦二十五斤", "瘦25斤", ["瘦25斤:exact"]),
        ("一夜情", "第1页请看", []),
        ("三包", "3包纸巾", []),
        ("两{套|本}账", "2套账", []),
        ("一❤手货", "1手货", []),
    ],
)
def test_numerals_are_written_as_figures_too(word: str, text: str, expected: list[str]) -> None:
    assert found([word], text) == expected


def test_figures_are_not_read_where_nothing_but_the_word_is() -> None:
    assert found(["五星返现"], "5星返现", MatchProfile(disguises=PLAIN)) == []
    assert found(["五星返现"], "5星返现", MatchProfile(syntax=Syntax.WILDCARD)) == []
    assert found(["五星返现"], "5星返现", MatchProfile(fold_digits=DigitFold.HAN)) == ["5星返现:folded"]
    assert found(["返现"], "5星返现", allow=["五星返现"]) == ["返现:exact"]
