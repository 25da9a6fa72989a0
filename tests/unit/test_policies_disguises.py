"""Words in disguise: other characters of the same sound or drawing, letters, parts, reversed, and all of it stacked."""

import time
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.folding.clean import is_usual, sound_level
from policies.folding.shapes import parts_of
from policies.folding.sounds import SYLLABLES, Ear, codes, main_syllable
from policies.folding.table import Fold, fold
from policies.matching import machine_code, promise, spelling
from policies.matching.belief import Belief, belief_of, has_cue, is_believed
from policies.matching.collisions import collisions
from policies.matching.entries import entries_of
from policies.matching.filters import place
from policies.matching.lexicon import Lexicon
from policies.matching.matcher import Matcher
from policies.matching.profile import PLAIN, Boundary, Disguises, Homophone, MatchProfile, Overlap

WORDS = ["加我微信", "私下转账", "返点", "回扣", "飞单", "刷单", "谢谢你", "加vx", "女鞋返现", "绿卡办理", "收款码"]
DEFAULT = MatchProfile(overlap=Overlap.LEFTMOST_LONGEST)


def found(text: str, disguises: Disguises | None = None, words: list[str] | None = None) -> list[str]:
    profile = replace(DEFAULT, disguises=disguises or Disguises())
    return [f"{text[f.start : f.end]}:{f.how}" for f in Matcher(words or WORDS, (), profile).find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("加我威信", "加我威信:homophone"),
        ("请佳握薇欣吧", "佳握薇欣:homophone"),
        ("甲*我*威*信", "甲*我*威*信:homophone"),
        ("咱们思夏轉賬", "思夏轉賬:homophone"),
        ("加加我😀威信", "加加我😀威信:homophone"),
        ("蟹蟹你", "蟹蟹你:homophone"),
        ("协谢你了", "协谢你:homophone"),
        ("佳vx聊", "佳vx:homophone"),
        ("jia我wei信", "jia我wei信:pinyin"),
        ("jiawoweixin", "jiawoweixin:pinyin"),
        ("JIA WO Wēi xìn", "JIA WO Wēi xìn:pinyin"),
        ("加我w e i x i n", "加我w e i x i n:pinyin"),
        ("jia1wo3wei1xin4", "jia1wo3wei1xin4:pinyin"),
        ("加我wei芯聊", "加我wei芯:pinyin"),
        ("加加我wei信", "加加我wei信:pinyin"),
        ("加我我wei信", "加我我wei信:pinyin"),
        ("nvxie返现", "nvxie返现:pinyin"),
        ("nǚ鞋返现", "nǚ鞋返现:pinyin"),
        ("lvka办理", "lvka办理:pinyin"),
        ("jia vx", "jia vx:pinyin"),
        ("有hui扣吗", "hui扣:pinyin"),
        ("加我徽信", "加我徽信:lookalike"),
        ("加我徽伈", "加我徽伈:lookalike"),
        ("力口我微信", "力口我微信:split"),
        ("力 口 我 微 亻 言", "力 口 我 微 亻 言:split"),
        ("加我威亻言", "加我威亻言:split"),
        ("加我wei亻言", "加我wei亻言:split"),
        ("禾厶下车专账", "禾厶下车专账:split"),
        ("辶反点高吗", "辶反点:split"),
    ],
)
def test_a_disguise_is_found_with_its_span(text: str, expected: str) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "去饭店吃饭",
        "晚上饭点人多",
        "非但不贵，单看做工也值",
        "电视机 wifi 密码 weixiao",
        "change women danger",
        "iphone14 pro max xl",
        "女子力口味很好",
        "这家店微微有点远",
        "收款，码头见",
    ],
)
def test_honest_talk_that_sounds_so_is_left_alone(text: str) -> None:
    assert found(text) == []


DOUBLED = ["回扣", "出货", "收回扣", "笔钱", "品牌", "加回款", "从此"]
"""Words with characters whose parts are one character twice."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("口口扣", ["口口扣:split"]),
        ("要囗口扣吗", ["囗口扣:split"]),
        ("口 口 扣", ["口 口 扣:split"]),
        ("山，山货", ["山，山货:split"]),
        ("卖山山货", ["山山货:split"]),
        ("收口口扣", ["收口口扣:split"]),
        ("个个毛钱", ["个个毛钱:split"]),
        ("从口口口牌货", ["口口口牌:split"]),
        ("力口口口款", ["力口口口款:split"]),
        ("口口扌口", ["口口扌口:split"]),
        ("提手旁口", []),
        ("回提手旁口", ["回提手旁口:split"]),
        ("力口回士示欠", ["力口回士示欠:split"]),
        ("竹毛金字旁戋", ["竹毛金字旁戋:split"]),
    ],
)
def test_parts_may_be_one_character_twice_and_of_any_length(text: str, expected: list[str]) -> None:
    assert [one for one in found(text, words=DOUBLED) if one.endswith(":split")] == expected


@pytest.mark.parametrize(
    "text",
    ["高山山货", "家里人人此时都在", "口口声声", "高山山顶", "人人", "山山水水", "高高山山", "口口口口"],
)
def test_two_alike_of_honest_talk_are_no_parts(text: str) -> None:
    assert found(text, words=[*DOUBLED, "回声", "出水", "高出"]) == []


def test_two_alike_beyond_those_of_one_text_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "is_ready", lambda: False)  # as below
    monkeypatch.setattr(promise, "MOST_PARTS", 3)
    assert found("口口扣" * 9, words=["回扣"]) == ["口口扣:split"] * 3


def test_a_word_often_heard_in_honest_talk_needs_a_cue() -> None:
    for text in ("先巾", "那家xianjin"):
        assert found(text, words=["现金"]) == []
    assert found("先巾给你多少佣金", words=["现金"]) == ["先巾:homophone"]
    assert found("先巾 13800138000", words=["现金"]) == ["先巾:homophone"]
    assert found("xianjin 13800138000", words=["现金"]) == ["xianjin:pinyin"]
    assert found("那家帆典") == ["帆典:homophone"]


@pytest.mark.parametrize(
    ("disguises", "text", "hit"),
    [
        (replace(PLAIN, homophone=Homophone.AUTO), "加我威信", True),
        (replace(PLAIN, homophone=Homophone.AUTO), "加我wei信", False),
        (replace(PLAIN, homophone=Homophone.ON), "去饭店", True),
        (replace(PLAIN, homophone=Homophone.AUTO), "那我微新", False),
        (replace(PLAIN, homophone=Homophone.AUTO), "私下砖脏", False),
        (replace(PLAIN, homophone=Homophone.FUZZY), "撕下钻脏", True),
        (replace(PLAIN, pinyin=True), "加我wei信", True),
        (replace(PLAIN, pinyin=True), "加我微亻言", False),
        (replace(PLAIN, split=True), "加我微亻言", True),
        (replace(PLAIN, split=True), "加我微xin", False),
        (replace(PLAIN, lookalike=True), "加我徽信", True),
        (replace(PLAIN, lookalike=True), "加我威信", False),
        (replace(PLAIN, reversed=True), "信微我加", True),
        (replace(PLAIN, reversed=True), "你谢谢", True),
        (PLAIN, "信微我加", False),
        (PLAIN, "加我徽信", False),
    ],
)
def test_each_view_can_be_switched(disguises: Disguises, text: str, *, hit: bool) -> None:
    assert bool(found(text, disguises)) is hit
    assert disguises.is_any is (disguises != PLAIN)


def test_runs_of_a_word_must_be_reached_in_disguise() -> None:
    words = ["谢谢你", "好好吃", "钱钱来了"]
    for text in ("蟹你", "妤吃", "浅来了"):
        assert found(text, words=words) == []
    assert found("蟹蟹你 妤妤吃 浅浅来了", words=words) == [
        "蟹蟹你:homophone",
        "妤妤吃:lookalike",
        "浅浅来了:lookalike",
    ]


def test_reading_backwards_says_so() -> None:
    both = replace(Disguises(), reversed=True)
    assert found("信微我加", both) == ["信微我加:reversed"]
    assert found("信 微 我 加", both) == ["信 微 我 加:reversed"]
    assert found("上海自来水来自海上", both, ["上海自来水来自海上"]) == ["上海自来水来自海上:exact"]


def test_a_text_with_too_many_ways_to_read_it_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "is_ready", lambda: False)  # it has a limit of its own
    monkeypatch.setattr(spelling, "MOST_STEPS", 30)
    assert found("wo" * 40 + "jiawoweixin") == []


@pytest.mark.parametrize("before", ["thank you for the order, ", "Thankyouforyourorder", "qa ", "a1"])
def test_letters_are_looked_at_however_many_stand_before(before: str) -> None:
    text = before * (9_900 // len(before)) + "\n加我 jia wo wei xin"
    assert found(text)[-1:] == ["jia wo wei xin:pinyin"]


def test_letters_behind_a_word_are_syllables_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "is_ready", lambda: False)  # as above
    words = ["加我微信", "我微信"]
    assert found("jiawoweixinhao", words=words) == ["jiawoweixin:pinyin"]
    assert found("jiawoweixinkl", words=words) == []


def test_of_letters_without_end_the_first_words_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "is_ready", lambda: False)  # as above
    monkeypatch.setattr(promise, "MOST_LETTERS", 40)
    assert found("加我weixin1" * 30) == ["加我weixin1:pinyin"] * 6
    monkeypatch.setattr(spelling, "MOST_FOUND", 3)
    assert found("加我weixin1" * 30) == ["加我weixin1:pinyin"] * 3


def test_two_disguises_in_one_word_need_both_views() -> None:
    letters = replace(DEFAULT, disguises=replace(PLAIN, pinyin=True))
    parts = replace(DEFAULT, disguises=replace(PLAIN, split=True))
    entries = [
        entry
        for owner, profile in enumerate((letters, parts))
        for entry in entries_of("加我微信", rank=0, owner=owner, profile=profile, aliases={})
    ]
    assert list(Lexicon(entries).search("加我wei亻言")) == []
    assert [c.entry.owner for c in Lexicon(entries).search("加我微亻言")] == [1]
    assert [c.entry.owner for c in Lexicon(entries).search("加我wei信")] == [0]


def test_only_words_with_enough_characters_are_disguised() -> None:
    assert found("威信", words=["v信", "信a"]) == []
    assert found("danbao", words=["单a"]) == []


def test_letters_of_other_words_are_no_pinyin() -> None:
    assert found("xxweixinxx 加我", words=["微信"]) == []
    assert found("加我weixinb", words=["加我微信"]) == []
    assert found("jiawoweixinhao", words=["加我微信"]) == ["jiawoweixin:pinyin"]
    assert found("jiaxin", words=["加西"]) == []
    assert found("wo de women", words=["我们"]) == []


def test_flags_are_passed_over_and_letters_of_flags_are_letters() -> None:
    assert found("微🇨🇳信", words=["微信"]) == ["微🇨🇳信:gap"]
    assert found("加🇻🇽", words=["加vx"]) == ["加🇻🇽:folded"]


def test_tables_agree_with_the_fold() -> None:
    for syllable in SYLLABLES:
        assert syllable.isascii()
    assert main_syllable("微") == "wei"
    assert main_syllable("a") == ""
    assert codes(Ear.PLAIN).readings("行a")[0] == codes(Ear.PLAIN).of_syllable["xing"] + "a"
    assert len(codes(Ear.PLAIN).readings("长长行行重")) <= 8
    assert len(codes(Ear.FUZZY).readings("藏")) < len(codes(Ear.PLAIN).readings("藏")) + 1
    assert codes(Ear.FUZZY).of_char("张") == codes(Ear.FUZZY).of_char("赞")
    assert "力口" in parts_of("加")
    assert parts_of("a") == ()
    assert len(codes(Ear.PLAIN).table) == len(codes(Ear.FUZZY).table)


def test_a_short_word_has_no_mark_inside_its_disguise() -> None:
    assert found("别给刷，淡", words=["刷单"]) == []
    assert found("别给刷*淡", words=["刷单"]) == ["刷*淡:homophone"]
    assert found("加我。维，新", words=["我微信"]) == []
    assert found("加我。。。。。。维新", words=["我微信"]) == []


def test_a_full_stop_beside_letters_ends_nothing() -> None:
    assert found("给你hui.寇五个点", words=["回扣"]) == ["hui.寇:pinyin"]
    assert found("给你茴.kou五个点", words=["回扣"]) == ["茴.kou:pinyin"]
    assert found("给你hui、寇五个点", words=["回扣"]) == []
    assert found("给你茴.寇五个点", words=["回扣"]) == []


def test_boundaries_hold_for_letters_of_the_word() -> None:
    assert found("jia vxa", words=["加vx"]) == []
    assert found("xvx jia", words=["vx加"]) == []
    strict = replace(DEFAULT, boundary=Boundary.ENGLISH_NUMBER)
    assert Matcher(["微信"], (), strict).find("加weixin12") == ()


def test_what_honest_talk_has() -> None:
    assert is_usual("饭店")
    assert not is_usual("翻淀")
    assert sound_level("shua", "dan") == 0
    assert belief_of("刷单") < belief_of("返点")
    assert belief_of("加我微信") is Belief.ALWAYS
    assert belief_of("加vx") is Belief.ALWAYS
    assert has_cue("返淀 12345", 0, 2)
    assert not has_cue("返淀", 0, 2)
    assert is_believed(Belief.UNUSUAL, "翻淀饭", (0, 1, 2))
    assert not is_believed(Belief.UNUSUAL, "饭店", (0, 1))


def test_the_linter_counts_what_honest_texts_are_taken_for() -> None:
    texts = ["去饭店", "饭店很好", "有返点", "好"]
    loud = replace(DEFAULT, disguises=replace(PLAIN, homophone=Homophone.ON))
    (collision,) = collisions(["返点", "回扣"], texts, profile=loud)
    assert (collision.word, collision.how, collision.messages) == ("返点", "homophone", 2)
    assert (collision.per_10k, collision.surfaces, collision.is_safe) == (5_000, ("饭店",), False)
    assert collisions(["返点"], texts, profile=loud, allow=["饭店"]) == ()
    assert collisions(["返点"], ()) == ()


ALPHABET = "加我微信威徽私下转账返点力口亻言jiawoexn123 *，。\u200b😀🇨🇳\u0301\ud800\U000e0041家Ａ伽"


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return Lexicon(
        [
            entry
            for rank, word in enumerate(WORDS)
            for entry in entries_of(word, rank=rank, owner=0, profile=DEFAULT, aliases={})
        ]
    )


@settings(max_examples=150, deadline=None)
@given(st.text(ALPHABET, max_size=40) | st.text(max_size=30))
@example("加加我wei亻 言🇨🇳")
def test_spans_lie_in_the_text_and_both_paths_agree(text: str) -> None:
    lexicon = _lexicon()
    single = [(c.entry.word, c.start, c.end, c.how) for c in lexicon.search(text)]
    many = lexicon.search_many([text, "", text])
    assert [(c.entry.word, c.start, c.end, c.how) for c in many[2]] == single
    for candidate in many[0]:
        match = place(candidate, DEFAULT)
        if match is not None:
            assert 0 <= match.start < match.end <= len(text)
            kept = fold(text, Fold())[match.start : match.end]
            assert any(char.isalnum() for char in kept)


@pytest.mark.parametrize("piece", ["wo", "a", "wei xin ", "亻言", "力", "饭店", "jia我", "xian", "加我wei", "n"])
def test_work_is_linear_in_the_text(piece: str) -> None:
    matcher = Matcher(WORDS, (), DEFAULT)
    text = piece * (60_000 // len(piece))
    matcher.find(text[:100])
    started = time.process_time()
    matcher.find(text)
    assert time.process_time() - started < 2
