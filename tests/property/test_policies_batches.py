"""Many texts at once, the engines, and plain search: each finds what the others do."""

import importlib.util
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.folding.arrays import BARRIER, are_usual, code_points
from policies.folding.clean import is_usual
from policies.folding.sounds import Ear
from policies.folding.table import Skip, View
from policies.matching import machine_code
from policies.matching.automaton import Automaton, ByteAutomaton, CharAutomaton, automaton
from policies.matching.batches import MOST_CANDIDATES
from policies.matching.disguises import Disguised
from policies.matching.entries import entries_of
from policies.matching.grams import Grams
from policies.matching.key_index import LONG, GramKey, KeyIndex
from policies.matching.lexicon import Candidate, Lexicon
from policies.matching.matcher import Matcher
from policies.matching.pages import Page, Sheet, text_of
from policies.matching.profile import PLAIN, Disguises, Homophone, MatchProfile, Overlap
from policies.matching.reading import LONG_TEXT, Reading, lens
from policies.matching.soundalikes import heard_of, sounds_of

needs_fast = pytest.mark.skipif(
    importlib.util.find_spec("daachorse") is None, reason="no wheel of the extra `fast` for this machine"
)
ENGINES = [ByteAutomaton, pytest.param(CharAutomaton, marks=needs_fast)]
WORDS = [
    *("加我微信", "私下转账", "返点", "回扣", "飞单", "谢谢你", "天天", "高高兴兴", "加vx", "女鞋返现", "收款码"),
    *("+微信", "微❤", "加微", "跑单", "假一赔十", "他妈的", "a货", "私单交易", "信"),
]
PIECES = [
    *"加我微信返点回扣飞单谢你天高兴女鞋现收款码跑假赔十他妈的私下转账交易威佳薇欣徽亻言力口足包又",
    *" ，。！*-_\n😀❤+\u200b\u0301\ud800\U0001f1e8\U0001f1f3\U00032000\U0010ffff",
    *"aVxjwei123", "jia", "wei xin", "ＷＥＩ", "微信", "微微信", "谢 谢", "力口", "亻言", "返點", "wei1", "w ei x in",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join) | st.text(max_size=30)
PROFILES = [
    MatchProfile(disguises=Disguises(reversed=True)),
    MatchProfile(disguises=Disguises(homophone=Homophone.FUZZY), allow_single=True),
    MatchProfile(disguises=Disguises(homophone=Homophone.ON, pinyin=False, lookalike=False), repeats=False),
    MatchProfile(disguises=PLAIN, skip=Skip.NONE, overlap=Overlap.LEFTMOST_LONGEST),
    MatchProfile(disguises=Disguises(split=False, homophone=Homophone.OFF), skip=Skip.MARKS, fold_case=False),
]


def lexicon_of(profile: MatchProfile, words: Iterable[str] = WORDS) -> Lexicon:
    profile = MatchProfile(
        **{name: getattr(profile, name) for name in ("disguises", "skip", "repeats", "fold_case")}, allow_single=True
    )
    owners = enumerate(words)
    return Lexicon(
        entry for owner, word in owners for entry in entries_of(word, rank=0, owner=owner, profile=profile, aliases={})
    )


LEXICONS = [lexicon_of(profile) for profile in PROFILES]


@pytest.fixture(autouse=True, scope="module")
def _without_machine_code() -> Iterator[None]:
    """It leaves out candidates that nobody would believe; what it finds is another test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine_code, "is_ready", lambda: False)
        patch.setattr(machine_code, "is_worth", lambda texts: False)
        yield


def told(candidates: Iterable[Candidate]) -> list[tuple[object, ...]]:
    """What can be compared of candidates: also where they stand in the text."""
    return [
        (one.entry, one.start, one.end, one.how, one.belief, one.units, *one.reading.positions(one.start, one.end))
        for one in candidates
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=5), st.integers(0, len(PROFILES) - 1))
@example(["加窝微信", "", "w ei x in加我", "谢 谢，谢谢你"], 0)
def test_many_texts_have_what_each_has_alone(texts: list[str], number: int) -> None:
    lexicon = LEXICONS[number]
    assert [told(found) for found in lexicon.search_many(texts)] == [told(lexicon.search(text)) for text in texts]


def test_words_without_a_symbol_where_symbols_are_letters() -> None:
    lexicon = lexicon_of(MatchProfile(skip=Skip.MARKS), ["回扣", "+微信"])
    for text in ("要回，扣", "没有"):
        assert [told(lexicon.search(text))] == [told(found) for found in lexicon.search_many([text])]
    assert [one.entry.word for one in lexicon.search("要回，扣")] == ["回扣"]


def test_no_texts_and_a_long_one() -> None:
    lexicon = LEXICONS[0]
    assert lexicon.search_many([]) == []
    text = "一二三四五，" * LONG_TEXT + "加窝微信"
    assert [one.how for one in lexicon.search(text)] == [one.how for one in lexicon.search("加窝微信")]


@settings(max_examples=120, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from([profile.view for profile in PROFILES]))
def test_a_page_reads_as_each_text_does(texts: list[str], view: View) -> None:
    page = Page(Sheet(texts), view)
    through = lens(view)
    for number, text in enumerate(texts):
        alone, together = Reading(text, through), page.reading(number, text, through)
        assert text_of(page.searched[page.begins[number] : page.ends[number]]) == alone.searched
        for name in ("kept", "searched", "folded", "origin", "has_runs", "runs"):
            assert getattr(together, name) == getattr(alone, name), name
        assert (number in page.apart()) is (alone.across() is not None)


def test_a_text_of_nothing_but_hits_ends_and_takes_no_place_from_others() -> None:
    lexicon = lexicon_of(MatchProfile(disguises=PLAIN), ["回扣"] * 60)
    many, one, none = lexicon.search_many(["回扣，" * 200, "要回扣", "没有"])
    assert MOST_CANDIDATES <= len(many) < MOST_CANDIDATES + 60 < 60 * 200
    assert len(one) == 60
    assert none == []


def test_what_is_too_short_to_be_heard_is_not_and_a_run_is_heard_written_out() -> None:
    profile = MatchProfile(allow_single=True)
    heard = {
        word: sounds_of(heard_of(*entries_of(word, rank=0, owner=0, profile=profile, aliases={})), Ear.PLAIN)
        for word in ("信", "谢谢", "回扣")
    }
    told_of = {word: {one.chars for same in index.items.values() for one in same} for word, index in heard.items()}
    assert told_of == {"信": set(), "谢谢": {"谢谢"}, "回扣": {"回扣"}}


def test_no_words_are_spelled_by_nothing() -> None:
    plain = Reading("wei xin", lens(MatchProfile().view))
    assert list(Disguised([]).spelled_at(plain, [0])) == []


KEYS = st.lists(st.text("加我微信ab返", min_size=1, max_size=6), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(KEYS, st.text("加我微信ab返，\ud800😀", max_size=40))
@example(["加我", "我", "ab", "b"], "要加我，ab")
@example(["ab", "b"], "ab")
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_find_every_key(engine: Callable[[list[str]], Automaton], keys: list[str], text: str) -> None:
    machine = engine(keys)
    places = [(end, start) for end in range(len(text) + 1) for start in range(end) if text[start:end] in set(keys)]
    found = [(end, start) for start, end, number in machine.find(text) if machine.keys[number] == text[start:end]]
    assert found == places


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_without_keys_and_with_an_empty_one(engine: Callable[[list[str]], Automaton]) -> None:
    assert list(engine([]).find("加我")) == []
    with pytest.raises(ValueError, match="empty key"):
        engine(["加", ""])


@needs_fast
def test_the_engine_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(automaton(["加我"]), CharAutomaton)
    assert isinstance(automaton(["加\ud800"]), ByteAutomaton)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert isinstance(automaton(["加我"]), ByteAutomaton)


@settings(max_examples=100, deadline=None)
@given(KEYS, st.text("加我微信ab返", max_size=30))
def test_an_index_finds_every_key(keys: list[str], text: str) -> None:
    long = sorted({key for key in keys if len(key) > 1})
    index = KeyIndex({key: (key,) for key in long})
    naive = [(a, b) for a in range(len(text)) for b in range(a + 2, len(text) + 1) if text[a:b] in long]
    assert [(start, end) for start, end, _ in index.find(text)] == naive
    for start in range(len(text)):
        here = [end - start for first, end in naive if first == start]
        told_here = [end for length in (2, 3, LONG) for end, _ in index.at(text[start:], length)]
        assert told_here == here


def test_an_index_refuses_single_characters() -> None:
    with pytest.raises(ValueError, match="fewer than two"):
        KeyIndex({"加": (1,)})


@settings(max_examples=100, deadline=None)
@given(KEYS, KEYS, st.text("加我微信ab返", max_size=30))
def test_a_filter_passes_every_key_of_every_view(keys: list[str], others: list[str], text: str) -> None:
    grams = Grams(
        [[GramKey(key, is_doubtful=False) for key in keys], [GramKey(key, is_doubtful=True) for key in others]]
    )
    points = np.append(code_points(text), np.uint32(BARRIER))
    views = grams.find([points, points], lambda places: np.ones(len(places), dtype=np.bool_))
    for same, (places, lengths) in zip((keys, others), views, strict=True):
        passed = set(zip(places.tolist(), lengths.tolist(), strict=True))
        for at in range(len(text)):
            for key in same:
                if text.startswith(key, at):
                    assert (at, min(len(key), LONG)) in passed


@given(
    st.lists(
        st.tuples(st.sampled_from("加我微信返点谢的了a1，"), st.sampled_from("加我微信返点谢的了a1，")), max_size=20
    )
)
def test_pairs_are_usual_in_arrays_as_alone(pairs: list[str]) -> None:
    first, second = (code_points("".join(pair[at] for pair in pairs)) for at in (0, 1))
    assert are_usual(first, second).tolist() == [pair[0] == pair[1] or is_usual(pair) for pair in pairs]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text("加我微信返ab", min_size=2, max_size=4), min_size=1, max_size=8),
    st.text("加我微信返ab", max_size=30),
)
def test_a_matcher_finds_what_a_loop_finds(words: list[str], text: str) -> None:
    profile = MatchProfile(disguises=PLAIN, repeats=False, skip=Skip.NONE)
    found = Matcher(words, (), profile).find(text)
    naive = {
        (at, at + len(word), word)
        for word in words
        for at in range(len(text))
        if text.startswith(word, at) and not _touches(text, at, at + len(word))
    }
    assert {(one.start, one.end, one.word) for one in found} == naive
    assert all(text[one.start : one.end] == one.word for one in found)


def _touches(text: str, start: int, end: int) -> bool:
    """Whether a letter at an end of the word touches another one."""
    left, right = text[start - 1 : start] if start else "", text[end : end + 1]
    inside = (text[start], text[end - 1])
    return any(a.isascii() and b.isascii() and b != "" for a, b in zip(inside, (left, right), strict=True))
