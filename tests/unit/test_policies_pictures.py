"""Pictures that are written for characters: read as such where words have them, marks everywhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.evasion_sets import lexicon_engine
from policies.explaining import explain
from policies.explaining.explanation import Relation
from policies.folding.pictures import CHARACTERS, holding_pictures, may_hold_pictures
from policies.matching.matcher import Matcher
from policies.matching.pictures import MOST_PICTURES
from policies.matching.profile import Disguises, MatchProfile
from policies.matching.reading import LONG_TEXT
from policies.model import Hit, How, Subject, SubjectKind

WORDS = ("刷流水", "转我微信", "狗东西", "傻叉", "山寨货", "下线", "钱", "加我微信", "花草茶")


def found(text: str, disguises: Disguises | None = None) -> list[tuple[str, str, How]]:
    profile = MatchProfile(allow_single=True, disguises=disguises or Disguises())
    hits = Matcher(WORDS, ("山寨货源",), profile).find(text)
    return [(one.word, text[one.start : one.end], one.how) for one in hits]


@pytest.mark.parametrize(
    ("text", "word", "surface", "how"),
    [
        ("代刷流💧，量大从优", "刷流水", "刷流💧", How.ALIAS),
        ("你这🐶东西", "狗东西", "🐶东西", How.ALIAS),
        ("⛰️寨货也敢卖", "山寨货", "⛰️寨货", How.ALIAS),
        ("⛰️🔥寨.货也敢卖", "山寨货", "⛰️🔥寨.货", How.ALIAS),
        ("尾款转我微✉️", "转我微信", "转我微✉", How.ALIAS),
        ("尾款转我薇❤", "转我微信", "转我薇❤", How.HOMOPHONE),
        ("刷liu💧的", "刷流水", "刷liu💧", How.PINYIN),
        ("➕我微信", "加我微信", "➕我微信", How.ALIAS),
        ("➕我微✉️", "加我微信", "➕我微✉", How.ALIAS),
        ("花草🍵", "花草茶", "花草🍵", How.ALIAS),
        ("真是个傻❌", "傻叉", "傻❌", How.ALIAS),
    ],
)
def test_a_word_with_a_picture_is_found(text: str, word: str, surface: str, how: How) -> None:
    assert (word, surface, how) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "刷💧单💧用",
        "发财💰💰",  # one character is no word
        "衬衫➕我微信付的",  # and
        "🌸草🍵",  # two that are not one
        "会下⚡的",  # two characters, one of another sound
        "⛰️寨",
        "",
    ],
)
def test_pictures_are_marks_elsewhere(text: str) -> None:
    assert found(text) == []


def test_words_stand_over_pictures_as_over_other_marks() -> None:
    assert found("刷🐶流❤️水") == [("刷流水", "刷🐶流❤️水", How.GAP)]


def test_a_word_beside_is_found_once() -> None:
    assert found("狗东西，🐶东西") == [("狗东西", "狗东西", How.EXACT), ("狗东西", "🐶东西", How.ALIAS)]


def test_they_are_not_read_where_drawings_are_not_or_no_word_is_spelled() -> None:
    assert found("你这🐶东西", Disguises(lookalike=False)) == []
    assert found("你这🐶东西", Disguises(pinyin=False, split=False)) == []


def test_allowed_words_have_no_pictures() -> None:
    assert [word for word, _, _ in found("⛰️寨货源")] == ["山寨货"]
    assert found("山寨货源") == []


def test_long_texts_and_many_pictures_are_left_alone() -> None:
    assert found("好" * (LONG_TEXT - 3) + "🐶东西") != []
    assert found("好" * LONG_TEXT + "🐶东西") == []
    assert found("🐱" * (MOST_PICTURES - 1) + "，🐶东西") != []
    assert found("🐱" * MOST_PICTURES + "，🐶东西") == []


def test_one_text_and_many_have_the_same_hits() -> None:
    engine = lexicon_engine(("刷流水", "狗东西"))
    texts = ["代刷流💧", "你这🐶东西", "好看❤️", "谢谢"] * 30
    told = engine.hits_many([Subject(text=text, kind=SubjectKind.MESSAGE, channel="") for text in texts])
    assert told == [engine.hits(text) for text in texts]
    assert [tuple(map(_seen, one)) for one in told[:4]] == [(("刷流水", 1, 4),), (("狗东西", 2, 5),), (), ()]


def _seen(hit: Hit) -> tuple[str, int, int]:
    return hit.word, hit.start, hit.end


def test_it_is_explained_what_stands_for_what() -> None:
    (path,) = explain(lexicon_engine(("转我微信",)), "转我薇✉️").paths
    steps = [(step.surface, step.meant, step.relation) for step in path.steps]
    assert path.is_hit and path.evidence == "转我薇✉"
    assert ("✉", "信", Relation.STAND_IN) in steps


def test_texts_are_told_by_their_room_whether_they_may_hold_some() -> None:
    assert not any(map(may_hold_pictures, ("", "abc", "é", "加我微信，明天见", "ｖｘ①", "→★")))
    assert all(may_hold_pictures(f"a{picture}\ufe0f") and len(picture) == 1 for picture in CHARACTERS)
    assert all(map(may_hold_pictures, ("a🐶", "加❤", "❌")))


@given(st.lists(st.sampled_from(["", "abc", "加我微信", "a🐶", "加❤", "❌", "→★"]), max_size=60))
def test_texts_with_pictures_are_told_of_many(texts: list[str]) -> None:
    assert holding_pictures(texts) == [number for number, text in enumerate(texts) if may_hold_pictures(text)]
