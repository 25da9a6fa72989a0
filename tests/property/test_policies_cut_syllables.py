"""Words in letters that something passed over cuts, also in the midst of a syllable: each way to search finds the same.

Without the extra there is no machine code, and nothing to compare.
"""

import importlib.util
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.folding.sounds import Ear, codes
from policies.folding.table import Skip
from policies.matching import machine_code
from policies.matching.candidate import FoundIn
from policies.matching.lexicon import Lexicon
from policies.matching.profile import Disguises, Homophone, MatchProfile

from .test_policies_batches import lexicon_of
from .test_policies_compiled import believed, one_by_one, through_code

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="the extra `fast` is not installed"),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("machine code"),
]
WORDS = (
    *("导出客户", "回扣", "加我微信", "微信", "返点", "私下转账", "回款", "飞单", "客户资料", "拉你进群"),
    *("女鞋返现", "不走对公", "根治", "加微信", "收款码", "他妈的", "天天转", "西安"),
)
PROFILES = (
    MatchProfile(),
    MatchProfile(disguises=Disguises(homophone=Homophone.OFF)),
    MatchProfile(disguises=Disguises(homophone=Homophone.FUZZY)),
    MatchProfile(disguises=Disguises(lookalike=False, split=False)),
    MatchProfile(skip=Skip.MARKS),
    MatchProfile(repeats=False),
)
CUTS = ("，", " ", "\u200b", ".", "  ", "。", "*", "-", "_", "😀", "\u3164", "、", "-" * 9)
AROUND = ("", "的", "吧", "我想", "请", "，", "。 ", "订单", "😀")
HONEST = (
    *("please keep the receipt for warranty", "women change danger same made", "is this ring available in size 12"),
    *("taobao pay and wechat pay", "ok my size is large", "hi, the shanghai panda banana manager", "we can do fine"),
)


def _spellings() -> dict[str, list[str]]:
    by_code: dict[str, list[str]] = {}
    for letters, found in codes(Ear.PLAIN).spelled.items():
        for code in found:
            by_code.setdefault(code, []).append(letters)
    return by_code


SPELLINGS = _spellings()


@pytest.fixture(autouse=True)
def _own_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test says itself what texts are searched through."""
    machine_code._forget_other()
    monkeypatch.setattr(machine_code._State, "is_ready", False)
    monkeypatch.setattr(machine_code._State, "use", machine_code.Use.WHEN_PREPARED)


LEXICONS = [lexicon_of(profile, WORDS) for profile in PROFILES]


def _cut(draw: st.DrawFn, text: str) -> str:
    """With something passed over put between some of its characters."""
    places = draw(st.sets(st.integers(1, max(1, len(text) - 1)), max_size=4))
    return "".join((draw(st.sampled_from(CUTS)) if at in places else "") + char for at, char in enumerate(text))


@st.composite
def cut_words(draw: st.DrawFn) -> str:
    """A word, some or all of it in letters, cut anywhere."""
    word = draw(st.sampled_from(WORDS))
    are_spelled = draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)) | st.just([True] * len(word)))
    written = "".join(
        draw(st.sampled_from(SPELLINGS[codes(Ear.PLAIN).of_char(char)])) if is_spelled else char
        for char, is_spelled in zip(word, are_spelled, strict=True)
    )
    return f"{draw(st.sampled_from(AROUND))}{_cut(draw, written)}{draw(st.sampled_from(AROUND))}"


@st.composite
def cut_honest(draw: st.DrawFn) -> str:
    """Honest English, cut anywhere."""
    return _cut(draw, draw(st.sampled_from(HONEST)))


def found_alike(lexicon: Lexicon, texts: list[str]) -> Iterator[set[str]]:
    """The words found in each text, if each way to search finds them in the same places."""
    compiled, alone, many = through_code(lexicon, texts), one_by_one(lexicon, texts), FoundIn(list)
    lexicon._search_arrays(texts, many)
    arrays = [many.get(number, []) for number in range(len(texts))]
    for text, *ways in zip(texts, compiled, alone, arrays, strict=True):
        by_code, by_one, by_array = map(believed, ways)
        assert by_code == by_one == by_array, text
        yield {entry.word for entry in (one.entry for one in ways[1]) if any(entry.owner == key[0] for key in by_one)}


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(cut_words(), min_size=1, max_size=4), st.integers(0, len(PROFILES) - 1))
@example(["daoc，hukehu", "huik\u200bou", "dao，chukehu", "d.a-o c h u k e h u"], 0)
@example(["sixi a zhuanzhang", "私x。iazhuan账", "wei😀x\u200bin", "w e i x i n", "wei  xi n"], 2)
def test_words_cut_anywhere_are_found_alike(texts: list[str], number: int) -> None:
    assert len(list(found_alike(LEXICONS[number], texts))) == len(texts)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(cut_honest(), min_size=1, max_size=4), st.integers(0, len(PROFILES) - 1))
@example(["a weixinhongb.aogeiwo", "wo men cha nge", "he xian fan die n"], 0)
def test_honest_english_cut_anywhere_is_read_alike(texts: list[str], number: int) -> None:
    assert len(list(found_alike(LEXICONS[number], texts))) == len(texts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("daoc，hukehu", {"导出客户"}),
        ("da，och。uke-hu", {"导出客户"}),
        ("daohuoke，hu", set()),
        ("请导出k，ehu资料", {"导出客户", "客户资料"}),
        ("huik\u200bou", {"回扣"}),
        ("hu\u200bikou", {"回扣"}),
        ("a weixinhongb.aogeiwo", {"微信"}),
        ("a weixinhongbaogeiwo", {"微信"}),
        ("加wo微x、in吧", {"加我微信", "微信"}),
        ("a xiann", set()),
        ("wei 返：dianq", set()),
        ("wei 返：dianqu", {"返点"}),
        ("返:dian 返：diann 返：dianx", {"返点"}),
        ("women change d.anger", set()),
        ("please k.eep the receipt", set()),
    ],
)
def test_what_is_found_in_cut_letters(text: str, words: set[str]) -> None:
    (found,) = found_alike(LEXICONS[0], [text])
    assert found == words
