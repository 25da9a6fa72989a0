"""The search through machine code finds what the others do. Without the extra it is not there, and not tested."""

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks.evasion_sets import lexicon_engine
from policies.engine import Engine
from policies.folding.arrays import BARRIER, code_points, fold_array
from policies.folding.pictures import holding_pictures
from policies.folding.table import LIMIT, Fold, fold
from policies.matching import machine_code
from policies.matching.belief import is_apart
from policies.matching.candidate import Candidate, FoundIn
from policies.matching.entries import entries_of
from policies.matching.filters import place
from policies.matching.lexicon import Lexicon
from policies.matching.profile import PLAIN, Disguises, Homophone, MatchProfile, Overlap, Syntax
from policies.model import Hit, How, Subject, SubjectKind
from policies.packs import load_ruleset
from tests.evasion.carriers import negatives, samples
from tests.evasion.corpora import retail_words

from .test_policies_batches import LEXICONS, PROFILES, TEXTS, WORDS, lexicon_of

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="the extra `fast` is not installed"),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("machine code"),  # in one process it is compiled once
]
WIDE = MatchProfile(disguises=Disguises(homophone=Homophone.ON), overlap=Overlap.ALL)
FURTHER = [
    *(
        lexicon_of(profile, (*WORDS, "加微信号", "不走公司", "哈哈哈", "一条龙服务", "p图", "私聊"))
        for profile in PROFILES
    ),
    lexicon_of(MatchProfile(disguises=Disguises(homophone=Homophone.OFF, lookalike=False)), WORDS),
]


@pytest.fixture(autouse=True)
def _own_use() -> Iterator[None]:
    """Each test says itself what texts are searched through."""
    before, was_ready = machine_code.chosen(), machine_code.is_ready()
    machine_code._forget_other()
    machine_code.decide(machine_code.Use.WHEN_PREPARED)
    yield
    machine_code.decide(before)
    machine_code._State.is_ready = was_ready  # other tests do not make its tables


def through_code(lexicon: Lexicon, texts: Sequence[str]) -> list[list[Candidate]]:
    from policies.matching.compiled.searching import search_through

    found = FoundIn(list)
    assert list(search_through(lexicon.parts, texts, found)) == holding_pictures(texts)
    return [found.get(number, []) for number in range(len(texts))]


def one_by_one(lexicon: Lexicon, texts: Iterable[str]) -> list[list[Candidate]]:
    return [[found for part in lexicon.parts for found in part.search(text)] for text in texts]


def believed(found: list[Candidate]) -> set[tuple[object, ...]]:
    """Where words stand after all that is asked of candidates."""
    matches = ((one.entry, place(one, WIDE)) for one in found)
    return {(entry.owner, entry.form, match) for entry, match in matches if match is not None}


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(TEXTS, max_size=4), number=st.integers(0, 40))
@example(texts=["加窝微信", "", "w ei x in加我", "谢 谢，谢谢你", "不奏公同"], number=0)
@example(texts=["他,妈,妈的", "力口我亻言", "jia1微信", "\U0001f1e8\U0001f1f3加微信", chr(LIMIT) + "返点"], number=5)
def test_words_are_found_where_each_text_alone_has_them(texts: list[str], number: int) -> None:
    lexicon = [*LEXICONS, *FURTHER][number % (len(LEXICONS) + len(FURTHER))]
    for ours, theirs in zip(through_code(lexicon, texts), one_by_one(lexicon, texts), strict=True):
        assert believed(ours) == believed(theirs)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_words_of_tricky_pieces_are_found(text: str) -> None:
    for lexicon in (*LEXICONS, *FURTHER):
        (ours,), (theirs,) = through_code(lexicon, [text]), one_by_one(lexicon, [text])
        assert believed(ours) == believed(theirs)


SPLIT_WORDS = (
    "回扣",
    "出货",
    "收回扣",
    "笔钱",
    "品牌货",
    "加回款",
    "从中抽成",
    "林总",
    "加我微信",
    "圆通",
    "多付",
    "炎症",
)
SPLIT_PIECES = [
    *"口囗山人木火夕个日又力亻言扌金毛合回扣出货收笔钱品牌加款从林总高的我微信圆通贝付症，。 ",
    *("口口", "囗口", "山山", "人人", "木木木", "个个毛", "囗口贝", "口囗贝字旁", "提手旁口", "力口", "口字旁"),
    *("高山山顶", "人人都说", "口口声声", "谢谢", "妈妈", "kou", "口 口", "山，山"),
]
SPLIT = lexicon_of(MatchProfile(), SPLIT_WORDS)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.lists(st.sampled_from(SPLIT_PIECES), max_size=12).map("".join), max_size=3))
@example(texts=["力口口口款", "口口口口扣", "收口口口扣"])
@example(texts=["高山山货", "人人中抽成", "口口 口牌货", "回提手旁口"])
def test_words_in_parts_are_found_where_each_text_alone_has_them(texts: list[str]) -> None:
    compiled, alone, many = through_code(SPLIT, texts), one_by_one(SPLIT, texts), FoundIn(list)
    SPLIT._search_arrays(texts, many)
    arrays = [many.get(number, []) for number in range(len(texts))]
    assert [*map(believed, compiled)] == [*map(believed, alone)] == [*map(believed, arrays)]


def hits_of(engine: Engine, texts: Sequence[str]) -> list[tuple[Hit, ...]]:
    return engine.hits_many([Subject(kind=SubjectKind.MESSAGE, channel="sms", text=text) for text in texts])


def test_disguises_and_honest_talk_have_the_same_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    words = retail_words()
    engine = lexicon_engine(words, reads_backwards="true")
    texts = [sample.text for sample in samples(words, seed=11)][::9] + [*negatives(count=400, seed=3)]
    monkeypatch.setattr(machine_code, "is_ready", lambda: False)
    monkeypatch.setattr(machine_code, "is_worth", lambda texts: False)
    without = hits_of(engine, texts)
    alone = [engine.hits(text) for text in texts[::20]]
    monkeypatch.setattr(machine_code, "is_ready", lambda: True)
    monkeypatch.setattr(machine_code, "is_worth", lambda texts: True)
    assert hits_of(engine, texts) == without
    assert [engine.hits(text) for text in texts[::20]] == alone
    assert sum(map(bool, without)) > len(texts) // 2


def test_who_tells_why_sees_what_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    lexicon = lexicon_of(PROFILES[0], ["苦头"])
    text = "免去受潮之苦，实为意外之喜"
    without = [one.how for one in lexicon.doubtful(text)]
    monkeypatch.setattr(machine_code, "is_ready", lambda: True)
    monkeypatch.setattr(machine_code, "is_worth", lambda texts: True)
    assert [one.how for one in lexicon.doubtful(text)] == without == [How.LOOKALIKE]
    assert list(lexicon.search(text)) == []


def test_a_text_that_holds_too_much_is_searched_in_the_other_way() -> None:
    chars = "甲乙丙丁"
    pieces = {(chars * 3)[at : at + size] for at in range(4) for size in (1, 2, 3, 4, 5)}
    profile = MatchProfile(disguises=PLAIN, allow_single=True)
    lexicon = Lexicon(
        one for word in sorted(pieces) for one in entries_of(word, rank=0, owner=0, profile=profile, aliases={})
    )
    texts = [chars * 40, "要甲"]
    many, one = through_code(lexicon, texts)
    assert believed(many) == believed(one_by_one(lexicon, texts)[0])
    assert len(many) > 4 * len(texts[0])
    assert [found.entry.word for found in one] == ["甲"]


def test_it_is_loaded_once_it_is_worth_it_and_never_for_those_who_prepare_it_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def prepare() -> bool:
        asked.append("prepare")
        return True

    monkeypatch.setattr(machine_code, "_State", type("State", (machine_code._State,), {"is_ready": False, "texts": 0}))
    monkeypatch.setattr(machine_code, "prepare", prepare)
    assert not machine_code.is_worth(machine_code.WORTH)
    machine_code.decide(machine_code.Use.AFTER_MANY)
    monkeypatch.setattr(machine_code, "_is_made", lambda: False)
    assert not machine_code.is_worth(machine_code.WORTH)
    assert not asked
    monkeypatch.setattr(machine_code, "_is_made", lambda: True)
    assert machine_code.is_worth(machine_code.WORTH)
    assert asked == ["prepare"]
    monkeypatch.setattr(machine_code, "_is_made", lambda: False)
    assert machine_code.is_worth(machine_code.WORTH_MAKING)


def test_preparing_loads_it_and_says_so() -> None:
    assert machine_code.prepare()
    assert machine_code.is_ready()


def test_flags_of_no_country_take_no_other_way() -> None:
    lexicon = lexicon_of(PROFILES[0], WORDS)
    texts = ["加\U0001f1e6\U0001f1e7微信", "\U0001f1e8\U0001f1f3回扣\U0001f1fd", "回叩", "好"]
    assert [*map(believed, through_code(lexicon, texts))] == [*map(believed, one_by_one(lexicon, texts))]
    assert any(through_code(lexicon, texts)[:2])
    assert not any("batch" in vars(part) for part in lexicon.parts)


def test_more_is_told_than_there_was_room_for() -> None:
    said = "甲乙丙丁戊己庚辛壬癸" * 30
    lexicon = lexicon_of(
        MatchProfile(disguises=PLAIN), [said[at : at + size] for at in range(10) for size in range(2, 9)]
    )
    (part,) = lexicon.parts
    points = code_points(said + chr(BARRIER))
    assert len(part.sieve._told(points, 1)) > 2 * len(points) + 64
    assert [*map(believed, through_code(lexicon, [said[:60]] * 9))] == [
        *map(believed, one_by_one(lexicon, [said[:60]] * 9))
    ]


def test_points_of_other_texts_are_refused() -> None:
    (part,) = lexicon_of(MatchProfile(), ["回扣"]).parts
    for points, texts in (
        (code_points("回扣"), 1),
        (code_points(f"回{chr(BARRIER)}"), 2),
        (code_points("\U0010ffff"), 0),
    ):
        with pytest.raises(ValueError, match="texts"):
            part.sieve._told(points, texts)


WILD = Lexicon(
    entry
    for owner, word in enumerate(("加.微信", "返[点现]", "(跑|飞)单", "回扣"))
    for entry in entries_of(word, rank=0, owner=owner, profile=MatchProfile(syntax=Syntax.WILDCARD), aliases={})
)


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from("加我你微信返点现跑飞单回扣，"), max_size=12).map("".join), max_size=3))
@example(texts=["加我微信", "加微信", "加 你微,信"])
def test_words_with_wildcards_are_found_where_each_text_alone_has_them(texts: list[str]) -> None:
    compiled, alone = through_code(WILD, texts), one_by_one(WILD, texts)
    assert [*map(believed, compiled)] == [*map(believed, alone)]
    assert len(believed(through_code(WILD, ["加我微信"])[0])) == 1


WRITTEN_RULES = """
[[rule]]
id = "way"
title = "w"
category = "c"
severity = "low"
words = ["回扣", "oem"]
allow = ["没有回扣"]

[[rule]]
id = "no-way"
title = "w"
category = "c"
severity = "high"
raise_on = []
words = ["飞单"]

[[rule]]
id = "near"
title = "w"
category = "c"
severity = "low"
words = ["返点"]
near = { any = ["私下"], within = 5 }

[[rule]]
id = "elsewhere"
title = "w"
category = "c"
severity = "low"
channels = ["wechat"]
words = ["跑单"]
"""


def test_words_as_they_are_written_have_the_same_hits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "written.toml").write_text(WRITTEN_RULES, encoding="utf-8")
    engine = Engine(load_ruleset([tmp_path / "written.toml"]))
    said = ["要回扣", "要回扣，打13800138000", "回扣回扣", "oem吗", "oemd", "没有回扣", "飞单吗，打13800138000"]
    texts = [*said, "返点", "私下返点", "跑单", "要回，扣", "回口", "好", "要飞单"] * 2
    monkeypatch.setattr(machine_code, "is_ready", lambda: False)
    monkeypatch.setattr(machine_code, "is_worth", lambda texts: False)
    without = hits_of(engine, texts)
    monkeypatch.setattr(machine_code, "is_ready", lambda: True)
    monkeypatch.setattr(machine_code, "is_worth", lambda texts: True)
    assert hits_of(engine, texts) == without
    assert [len(hits) for hits in without[: len(texts) // 2]] == [1, 1, 2, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1]
    severities = [hits[0].severity.value for hits in without[: len(said)] if hits]
    assert severities == ["low", "medium", "low", "low", "high"]


@settings(max_examples=200)
@given(
    st.text("套现在买了一3a。 妈高兴", max_size=4),
    st.sampled_from(["套，现", "套。 现", "a 现", "套！3", "套—a", "高，兴"]),
    st.text("套现在过去3a。 妈", max_size=4),
)
@example("买了一", "套，现", "在过")
@example("", "套，现", "")
@example("3", "套，现", "在")
@example("3", "a 现", "a")
def test_what_stands_apart_is_the_same(before: str, word: str, after: str) -> None:
    from policies.matching.compiled.talk import stands_apart
    from policies.matching.compiled.talk_table import talk

    text, first = f"{before}{word}{after}", len(before)
    last = first + len(word) - 1
    apart = stands_apart(talk(), code_points(text + chr(BARRIER)), fold_array(Fold()), first, last)
    assert apart == is_apart(fold(text, Fold()), (first, last))


def test_a_mark_of_the_word_itself_parts_nothing() -> None:
    texts = ["性价比高·下次还来", "性价比高，下次还来", "性价比高 下次还来"]
    for word, count in (("高下", 0), ("高·下", 1), ("高 下", 1)):
        lexicon = lexicon_of(MatchProfile(), [word])
        assert [*map(believed, through_code(lexicon, texts))] == [*map(believed, one_by_one(lexicon, texts))]
        assert sum(map(bool, map(believed, through_code(lexicon, texts)))) == count


def test_words_of_one_character_are_told_of_as_they_are_written() -> None:
    plain, texts = lexicon_of(MatchProfile(), ["头", "买买"]), ["买", "头", "买买头头", "买了", "好"]
    pattern = MatchProfile(allow_single=True, syntax=Syntax.WILDCARD)
    wild = Lexicon(entries_of("买.", rank=0, owner=0, profile=pattern, aliases={}))
    for lexicon in (plain, wild):
        assert [*map(believed, through_code(lexicon, texts))] == [*map(believed, one_by_one(lexicon, texts))]
    assert [*map(bool, through_code(wild, texts))] == [False, False, True, True, False]
    (part,) = lexicon_of(MatchProfile(), ["头"]).parts
    assert part.drawn("头") == part.drawn("买")
    lines = part.sieve._told(code_points(chr(BARRIER).join((*texts, ""))), len(texts))
    assert {texts[line[0]] for line in lines} == {"头", "买买头头"}


def test_what_is_only_drawn_like_parts_is_not_told_of() -> None:
    lexicon = lexicon_of(MatchProfile(), ["加微信", "转账"])
    (part,) = lexicon.parts
    assert part.drawn("刀口") == part.drawn("力口")
    texts = ["刀口微信", "力口微信", "车专账", "打车去账上"]
    lines = part.sieve._told(code_points(chr(BARRIER).join((*texts, ""))), len(texts))
    assert {texts[line[0]] for line in lines} == {"力口微信", "车专账"}


def test_no_texts_hold_nothing() -> None:
    assert through_code(SPLIT, []) == []
