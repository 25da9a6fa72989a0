"""Texts that take the search through machine code to its ends: it finds there what the plain search finds."""

import importlib.util
import os
import runpy
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import pytest

from policies.matching import machine_code
from policies.matching.entries import entries_of
from policies.matching.filters import Found, place
from policies.matching.lexicon import Candidate, Lexicon
from policies.matching.profile import PLAIN, Disguises, Homophone, MatchProfile
from policies.model import How

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="the extra `fast` is not installed"),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("machine code"),
]
AUTO = MatchProfile()
UNHEARD = MatchProfile(disguises=Disguises(homophone=Homophone.OFF, lookalike=False))
UNTYPED = MatchProfile(disguises=Disguises(lookalike=False, pinyin=False, split=False))
SINGLE = MatchProfile(disguises=PLAIN, allow_single=True)
ALIKE_TO_HONEST = (
    "它们 载见 已直 已后 市情 攻司 只道 实间 绝得 洗欢 治量 伊服 写子 加格 可已 之付 飞用 耽号 以经 丁单 向链 规台"
    " 马烦 婴而 货洞 优辉 全厂 会元 借指 付宝 加师 奶份 终号 口子 扎包 好料 厨理 店理 反回 在聊"
)
MARKER = "回扣"
"""A word that shows that a text was not given up."""


@pytest.fixture(autouse=True)
def _loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_code._forget_other()
    monkeypatch.setattr(machine_code, "is_ready", lambda: True)
    monkeypatch.setattr(machine_code, "is_worth", lambda texts: True)


def made(words: Iterable[tuple[str, MatchProfile]]) -> Lexicon:
    return Lexicon(
        entry
        for owner, (word, profile) in enumerate(words)
        for entry in entries_of(word, rank=0, owner=owner, profile=profile, aliases={})
    )


def lexicon_of(*words: str, profile: MatchProfile = AUTO) -> Lexicon:
    return made((word, profile) for word in words)


def _found(candidates: Sequence[Candidate]) -> Iterator[Found]:
    for one in candidates:
        match = place(one, AUTO)
        if match is not None:
            yield match


def told(lexicon: Lexicon, *texts: str) -> list[set[Found]]:
    """What is found in each text, if both ways tell the same."""
    compiled = [set(_found(found)) for found in lexicon.search_many(texts)]
    assert compiled == [set(_found([*lexicon.doubtful(text)])) for text in texts]
    return compiled


def ways(lexicon: Lexicon, text: str) -> dict[str, set[How]]:
    """For each word in the text how it is found."""
    (found,) = told(lexicon, text)
    return {word: {one.how for one in found if one.word == word} for word in {one.word for one in found}}


def test_a_run_over_symbols_is_a_single_character_with_a_run() -> None:
    lexicon = lexicon_of("哈哈哈", profile=SINGLE)
    assert ways(lexicon, "哈，哈，哈") == {"哈哈哈": {How.GAP}}
    assert ways(lexicon, "哈，哈") == {}


def test_more_letters_than_are_read_at_once_hide_no_word() -> None:
    lexicon = lexicon_of("加微信")
    for text in ("加wei信" + "zhan" * 20, "hao" * 30 + "，加wei信"):
        assert ways(lexicon, text) == {"加微信": {How.PINYIN}}


def test_letters_that_spell_nothing_before_letters_that_do() -> None:
    lexicon = lexicon_of("m微信")
    assert ways(lexicon, "嗯m wei信") == {"m微信": {How.PINYIN}}
    assert ways(lexicon, "hmm wei信") == {}


def test_of_words_of_one_sound_those_are_heard_that_are_to_be_heard() -> None:
    lexicon = made((("加我威信", UNHEARD), ("加我微信", AUTO)))
    assert ways(lexicon, "佳窝卫芯") == {"加我微信": {How.HOMOPHONE}}
    assert ways(lexicon, "加我weixin") == {"加我威信": {How.PINYIN}, "加我微信": {How.PINYIN}}


def test_parts_whose_first_character_is_repeated() -> None:
    assert "加我微信" in ways(lexicon_of("加我微信"), "力力口我微信")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("口口扣", {"回扣"}),
        ("囗口扣，口 口扣", {"回扣"}),
        ("口口扌口，收口口口扣", {"回扣"}),
        ("力口口口款", {"加回款", "回款"}),
        ("提手旁口口口", {"扣回"}),
        ("力口口去", {"加口"}),
        ("口口力口", {"口加", "回加"}),
        ("个个毛钱，口口口牌", {"笔钱", "品牌"}),
        ("亻也个个合", {"他答"}),
        ("回提手旁口", {"回扣"}),
        ("金字旁戋单人旁立口", {"钱倍"}),
        ("妈妈 日日 谢谢", set()),
        ("haohao日日", set()),
        ("口口", set()),
    ],
)
def test_parts_that_are_alike_and_long_ones(text: str, words: set[str]) -> None:
    lexicon = lexicon_of(
        "回扣", "加回款", "回款", "扣回", "回加", "加口", "口加", "笔钱", "品牌", "他答", "钱倍", "收回扣"
    )
    assert words <= ways(lexicon, text).keys()


def test_parts_that_are_alike_without_end_hide_no_word() -> None:
    assert MARKER in ways(lexicon_of(MARKER), "口" * 1_500 + "，回，扣")


def test_a_word_of_three_that_is_heard_in_one_place_and_in_parts_in_another() -> None:
    assert ways(lexicon_of("收回扣"), "收口口口扣") == {"收回扣": {How.SPLIT}}


def test_parts_beside_characters_that_only_sound_like_the_word() -> None:
    lexicon = lexicon_of("加我微信")
    assert How.SPLIT in ways(lexicon, "力口我薇欣")["加我微信"]
    assert ways(lexicon, "力口他薇欣") == {}


def test_a_way_as_long_as_the_longest_word_that_is_no_word() -> None:
    found = ways(lexicon_of("返点返利", "利返点"), "返点返利返dian")
    assert found["利返点"] == {How.PINYIN}


def test_words_that_are_not_to_be_heard_beside_some_that_are() -> None:
    lexicon = made([("我们的店", AUTO), ("他们在家", UNHEARD)])
    assert ways(lexicon, "她们在家") == {}
    assert ways(lexicon, "他们zai家") == {"他们在家": {How.PINYIN}}
    assert How.HOMOPHONE in ways(lexicon, "我门的店")["我们的店"]


def test_words_in_letters_where_none_are_heard() -> None:
    lexicon = lexicon_of("加微信", "加我微信", profile=UNHEARD)
    assert ways(lexicon, "jia我wei信") == {"加我微信": {How.PINYIN}}
    assert ways(lexicon, "加薇信，佳我微信") == {}


def test_a_long_number_is_a_cue() -> None:
    lexicon = lexicon_of("飞单", "回扣", "返点", "套现")
    writings = (first + second for first, second in product("啡匪肥会惠汇凡犯翻掏淘逃", "丹弹耽口叩寇典电惦先献线"))
    texts = [f"今天的{writing}了吗" for writing in writings]
    short, long = (told(lexicon, *(text + number for text in texts)) for number in ("1234", "12345"))
    assert all(map(set.__le__, short, long))
    assert sum(map(len, short)) < sum(map(len, long))


@pytest.mark.parametrize(
    ("words", "text", "is_found"),
    [
        (("刷单",), "帮我唰唰蛋吧", True),  # a run
        (("刷单",), "帮我唰，蛋吧", False),  # over a mark that parts words
        (("刷单",), "牙刷蛋糕", False),  # both characters belong to their neighbours
        (("馨着",), "我信找人", False),  # another sound of a character
        (("店市基",), "看电视机吗", False),  # honest talk throughout
        (("现金", "回扣"), "线斤给你转账", True),  # a cue
    ],
)
def test_writings_that_only_sound_like_a_word(words: Sequence[str], text: str, *, is_found: bool) -> None:
    assert bool(told(lexicon_of(*words), text)[0]) is is_found


@pytest.mark.parametrize(
    "texts",
    [
        ("帮我唰\u3164蛋吧", "唰\u3164\u3164蛋", "，信找，", "今天天 天赚吗", "天，天撰", "牙唰唰蛋糕", "吃葡萄玻璃心"),
        (
            "残废废蛋雨",
            "样繁繁电侠",
            "水肥肥淡然",
            "置繁繁电吹",
            "相反电费尽",
            "开饭店废气",
            "违犯店飞抵",
            "脍饭点非法",
        ),
        ("线斤给他", "线斤转身", "的线斤给他的", "天线斤斤", "金线斤两", "私吓吓转身", "一丝吓吓砖头"),
    ],
)
def test_both_ways_agree_on_rare_writings(texts: Sequence[str]) -> None:
    told(lexicon_of("刷单", "馨着", "天天转", "讨伯", "现金", "丝下转", "飞单", "返点", "返点费"), *texts)


def test_a_long_text_of_nothing_but_a_disguise() -> None:
    text = "今天天气很好" * 400 + "，帮我唰蛋吧"
    assert ways(lexicon_of("刷单"), text) == {"刷单": {How.HOMOPHONE}}


def test_a_very_long_word_in_letters() -> None:
    """More ways to read them are open at once than are followed ahead."""
    word = "哈" + "啊呀" * 300
    lexicon = lexicon_of(word, "啊呀", "呀啊", "你啊y", "你呀a", MARKER)
    (found,) = lexicon.search_many([f"要回，扣，ha{'aya' * 300}"])
    assert {(word, How.PINYIN), (MARKER, How.GAP)} <= {(one.word, one.how) for one in _found(found)}


def test_letters_with_ever_more_ways_to_read_them_are_read_in_time() -> None:
    """Behind a start that no word has, syllables that part in two ways each, and a word as long as a sentence."""
    sentence = "本店所有商品一经售出概不退换敬请各位顾客朋友谅解配合多谢支持如有疑问请联系门店经理或拨打客服热线"
    lexicon = lexicon_of("先先生", "现先", "西安先生", "安西", "安先", "先西", "哈西瓜", "哈先锋", MARKER, sentence)
    begun = time.process_time()
    (found,) = lexicon.search_many([f"要回，扣，ha{'xian' * 100}"])
    most_s = (
        60 if os.environ.get("NUMBA_DISABLE_JIT") else 5
    )  # run as Python it takes six; without an end it never ends
    assert time.process_time() - begun < most_s
    assert {(MARKER, How.GAP), ("现先", How.PINYIN)} <= {(one.word, one.how) for one in _found(found)}


@pytest.mark.parametrize(
    ("word", "text"),
    [("返点", "给你返d ian"), ("拉你进群", "拉n❤i进群"), ("根治", "说下根zh*i的事"), ("不走对公", "不走对g ong吧")],
)
def test_a_syllable_whose_bits_spell_nothing_by_themselves(word: str, text: str) -> None:
    assert ways(lexicon_of(word), text) == {word: {How.PINYIN}}


def test_honest_talk_sounds_like_words_beside_very_many_that_are_believed_by_their_sound() -> None:
    profile = MatchProfile(disguises=Disguises(homophone=Homophone.ON, lookalike=False, pinyin=False, split=False))
    believed = [a + b for a in map(chr, range(0x67F0, 0x67F0 + 90)) for b in "琴蓉珊婷薇雪妍莺玥芝柏臣端峰冠翰景凯磊铭"]
    careful = ALIKE_TO_HONEST.split()
    honest = "她们再见一直以后事情公司知道时间觉得喜欢质量衣服鞋子价格可以支付费用单号已经订单"
    honest += "项链柜台麻烦婴儿活动优惠全场会员戒指加湿奶粉众号扣子包好好了处理店里返回再聊"
    lexicon = made([*((word, profile) for word in believed), *((word, UNTYPED) for word in careful)])
    assert not ways(lexicon, honest).keys() & set(careful)
    assert How.HOMOPHONE in ways(lexicon, f"给您{believed[0][0]}亲")[believed[0]]


def test_a_word_before_letters_that_go_on_and_on_is_found() -> None:
    lexicon = lexicon_of("加我微信", MARKER)
    found = ways(lexicon, "加wo微信，回，扣，" + "jiawo" * 1_500)
    assert found == {"加我微信": {How.PINYIN}, MARKER: {How.GAP}}


@pytest.mark.parametrize(("is_made", "said"), [(True, 0), (False, "the extra `fast` is not installed")])
def test_the_code_is_made_ahead_by_a_command(
    monkeypatch: pytest.MonkeyPatch,
    is_made: bool,  # noqa: FBT001
    said: int | str,
) -> None:
    monkeypatch.setattr(machine_code, "prepare", lambda: is_made)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("policies.matching.compiled", run_name="__main__")
    assert str(ended.value.code).startswith(str(said))
    assert "sys" in runpy.run_module("policies.matching.compiled.__main__", run_name="imported")
