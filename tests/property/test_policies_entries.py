"""Words taken all at once become what each becomes by itself."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.folding import clean
from policies.folding.shapes import Likeness, shape_table
from policies.folding.sounds import Ear, codes
from policies.folding.table import Skip, holding, translated
from policies.matching.entries import Entry, EntryError, entries_of, entries_of_words
from policies.matching.profile import EntrySkips, MatchProfile, Syntax
from policies.matching.soundalikes import may_be_disguised, may_be_disguised_each

STEADY = settings(deadline=None, max_examples=150)
PROFILES = (
    MatchProfile(),
    MatchProfile(repeats=False, allow_single=True),
    MatchProfile(skip=Skip.NONE),
    MatchProfile(skip=Skip.MARKS, skip_chars="我"),
    MatchProfile(syntax=Syntax.WILDCARD),
    MatchProfile(syntax=Syntax.LITERAL, entry_skips=EntrySkips.INERT),
)
ALIASES = {"微信": ("微信", "v信", "薇❤")}
NAMES = frozenset(("@email",))
PIECES = st.sampled_from(
    (
        *"我谢a1Ｖ臺❤。一十\n",
        "谢谢",
        "天\u0301",
        "\ud800",
        "\U0001f1e8",
        "\U00030001",
        "\U0003200a",
        "{微信}",
        "[中美]",
    )
)
WORD = st.one_of(st.sampled_from(("加我", "飞单", "臺北", "", "@email")), st.lists(PIECES, max_size=4).map("".join))


def each(words: list[str], profile: MatchProfile, *, is_allow: bool) -> list[Entry]:
    return [
        entry
        for rank, word in enumerate(words)
        if word not in NAMES
        for entry in entries_of(word, rank=rank, owner=3, profile=profile, aliases=ALIASES, is_allow=is_allow)
    ]


def at_once(words: list[str], profile: MatchProfile, *, is_allow: bool) -> list[Entry]:
    return entries_of_words(words, without=NAMES, owner=3, profile=profile, aliases=ALIASES, is_allow=is_allow)


@STEADY
@given(st.lists(WORD, max_size=8), st.sampled_from(PROFILES), st.booleans())
@example(["加我", "臺北", "谢谢你", "飞单"], MatchProfile(), False)
@example(["一手货", "五五谢你", "十加我", "加我"], MatchProfile(), False)
def test_all_words_at_once_are_each_of_them(words: list[str], profile: MatchProfile, is_allow: bool) -> None:  # noqa: FBT001
    try:
        expected = each(words, profile, is_allow=is_allow)
    except EntryError as error:
        with pytest.raises(EntryError) as raised:
            at_once(words, profile, is_allow=is_allow)
        assert str(raised.value) == str(error)
    else:
        assert sorted(at_once(words, profile, is_allow=is_allow), key=_place) == sorted(expected, key=_place)


def _place(entry: Entry) -> tuple[int, str, bool]:
    """Figures come last of all."""
    return entry.rank, entry.key, entry.is_alias


@STEADY
@given(st.lists(WORD, max_size=8), st.sampled_from(Likeness))
def test_all_texts_through_a_table_are_each_of_them(texts: list[str], likeness: Likeness) -> None:
    table = shape_table(likeness)
    assert translated(texts, table) == [text.translate(table) for text in texts]


@STEADY
@given(st.lists(WORD, max_size=8))
@example([""])
@example(["", "十", "", "a", "十一十"])
def test_texts_that_hold_something_are_told_by_their_numbers(texts: list[str]) -> None:
    expected = [number for number, text in enumerate(texts) if not {"十", "a", "\n"}.isdisjoint(text)]
    assert holding(texts, re.compile("[十a]")) == expected


@STEADY
@given(st.lists(WORD | st.text(max_size=3), max_size=8))
@example(["加我", "加a", "aa", "aab", "加", "", "㐀加", "兙兙兙", "加兙", "加\n"])
def test_all_words_may_be_disguised_as_each_of_them(words: list[str]) -> None:
    assert may_be_disguised_each(words) == list(map(may_be_disguised, words))


@STEADY
@given(st.lists(st.text("行长乐加我a", min_size=1, max_size=6), max_size=6), st.sampled_from(Ear))
def test_all_words_are_read_as_each_of_them(words: list[str], ear: Ear) -> None:
    readings, numbers = codes(ear).readings_of(words)
    for number, word in enumerate(words):
        assert [one for one, owner in zip(readings, numbers, strict=True) if owner == number] == [
            *codes(ear).readings(word)
        ]


def test_what_is_alike_at_a_glance_is_of_one_family() -> None:
    """One automaton finds both: words are looked for where their families stand."""
    families: dict[int | None, set[int | None]] = {}
    for alike, family in zip(shape_table(Likeness.ALIKE), shape_table(Likeness.FAMILY), strict=True):
        families.setdefault(alike, set()).add(family)
    assert [same for same in families.values() if len(same) > 1] == []


def test_pairs_are_odd_or_not_however_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "加我微信佳窝徽伩谢谢你们的支持薇惢"
    monkeypatch.setattr(clean, "KNOWN_PAIRS", 3)
    expected = [a != b and not clean.is_usual(a + b) for a, b in zip(text, text[1:], strict=False)]
    assert list(clean.odd_pairs(text)) == expected
    assert list(clean.odd_pairs(text)) == expected
    assert True in expected
    assert False in expected
    assert clean.odd_pairs("") == b""
