"""Characters taken for others by their drawing, and the look-up of words through families beside a character's own."""

from pathlib import Path

import pytest

from policies.folding.likeness import drawn_alike, is_drawn_alike
from policies.folding.shapes import Likeness, beside, shape_table
from policies.folding.table import Fold, fold
from policies.matching.entries import Entry, entries_of
from policies.matching.lookalikes import KEYS, MOST_KEYS, MOST_KEYS_OF_TWO, Lookalikes
from policies.matching.matcher import Matcher
from policies.matching.profile import MatchProfile
from policies.model import How

HAND = Path(__file__).resolve().parents[2] / "scripts" / "likeness_pairs.txt"


def hand_pairs() -> set[tuple[str, str]]:
    lines = [line for line in HAND.read_text("utf-8").splitlines() if not line.startswith("#")]
    pairs = {(group[0], other) for line in lines for group in line.split() for other in group[1:]}
    return {(fold(one, Fold()), fold(other, Fold())) for one, other in pairs}


def family(char: str) -> str:
    return char.translate(shape_table(Likeness.FAMILY))


def test_what_is_kept_by_hand_is_alike_both_ways() -> None:
    pairs = hand_pairs()
    assert len(pairs) > 2_000
    missing = [one + other for one, other in pairs if not (is_drawn_alike(one, other) and is_drawn_alike(other, one))]
    assert missing == []


@pytest.mark.parametrize(
    "pair",
    [
        "锁销",  # one radical, the other part alike
        "睁静",  # one part, another radical
        "返饭",
        "躺尚",  # a radical less
        "证正",
        "斤厅",  # a stroke
        "毒毐",
        "易昜",  # no one writes it
        "公厶",
        "信倍",  # the whole
        "冒胄",
    ],
)
def test_kinds_of_likeness(pair: str) -> None:
    assert pair[1] in drawn_alike(pair[0])
    assert pair[0] in drawn_alike(pair[1])


def test_a_character_alone_is_taken_for_itself() -> None:
    assert drawn_alike("a") == "a"
    assert beside("a") == ""
    assert not is_drawn_alike("退", "应")


def test_families_beside_are_others_and_hold_one_alike() -> None:
    for char in "微信私下交易公司账号":
        stands = beside(char)
        assert family(char) not in stands
        assert {family(one) for one in drawn_alike(char)} >= set(stands)


def test_likeness_is_no_chain() -> None:
    chained = [
        (one, other) for one in drawn_alike("私") for other in drawn_alike(one) if other not in drawn_alike("私")
    ]
    assert chained


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("刷锁童给点钱", "刷销量"),
        ("咱们私下交昜吧", "私下交易"),
        ("咱们秋下茭昜吧", "私下交易"),
        ("背着厶司接活", "背着公司"),
        ("加找微信", "加我微信"),
        ("全冈最低价", "全网最低"),
    ],
)
def test_words_in_characters_of_other_families(text: str, word: str) -> None:
    (found,) = Matcher([word], (), MatchProfile()).find(text)
    assert len(text[found.start : found.end]) == len(word)
    assert How.LOOKALIKE in found.how


@pytest.mark.parametrize("text", ["私下交流", "今天的交易", "秋天下雪交通不便", "我的徽章很亮"])
def test_what_is_alike_in_part_is_no_word(text: str) -> None:
    assert not list(Matcher(["私下交易", "加我微信"], (), MatchProfile()).find(text))


def entries(*words: str) -> list[tuple[Entry]]:
    return [
        (entry,)
        for rank, word in enumerate(words)
        for entry in entries_of(word, rank=rank, owner=0, profile=MatchProfile(), aliases={})
    ]


def test_a_word_is_looked_up_by_a_few_keys() -> None:
    assert len(Lookalikes(entries("私单")).index.items) == MOST_KEYS_OF_TWO
    assert len(Lookalikes(entries("私下交易")).index.items) == MOST_KEYS


def test_few_characters_have_few_families_beside() -> None:
    ways = (1 + len(beside("微"))) * (1 + len(beside("信")))
    assert len(Lookalikes(entries("abcdef微gh信")).index.items) == min(ways, MOST_KEYS)


def test_the_more_words_the_fewer_keys_has_each() -> None:
    used = "私下交易公司账号转钱返现好评佣金微信红包刷单套券飞单假货打折提成收款退款"
    many = entries(*{a + b + "微信" for a in used for b in used})
    assert len(many) * MOST_KEYS > KEYS
    items = Lookalikes(many).index.items
    assert len(many) < sum(map(len, items.values())) <= KEYS


def test_of_very_many_words_each_has_one_key() -> None:
    items = Lookalikes(entries("私下交易") * KEYS).index.items
    assert [*items] == ["".join(map(family, "私下交易"))]
