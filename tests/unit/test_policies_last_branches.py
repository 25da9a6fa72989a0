"""What no other test of policies/ comes by: texts and rules at the edge of what is told."""

import pytest

from policies.contacts import find_contacts
from policies.contacts.plain import plain_detail
from policies.matching.matcher import Matcher
from policies.matching.profile import PLAIN, MatchProfile, Overlap
from policies.model import ContactKind


@pytest.mark.parametrize(
    ("text", "found"),
    [("打一三八零零一散爸铃另令", ["一三八零零一散爸铃另令"]), ("打一三八零零衣散爸铃另令", [])],
)
def test_characters_that_sound_like_digits_are_digits_among_enough_of_them(text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in find_contacts(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("mail my a m y @ 1 6 3 . c o m", ["a m y @ 1 6 3 . c o m"]), ("a m y @ 1 6 7 . c o m", [])],
)
def test_an_address_with_a_space_behind_each_sign_is_one_of_a_provider(text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in find_contacts(text)] == found


@pytest.mark.parametrize(("before", "is_card"), [("打款", True), ("ok", False), ("tel", False)])
def test_a_card_behind_letters_is_the_number_of_something_else(before: str, is_card: bool) -> None:  # noqa: FBT001
    assert bool(find_contacts(f"{before}6222021234567890128")) is is_card


def test_an_address_of_a_shop_is_compared_as_it_is_written() -> None:
    assert plain_detail("Info@Laomiao-Jewel.com.hk", ContactKind.EMAIL) == "info@laomiao-jewel.com.hk"


@pytest.mark.parametrize(
    ("overlap", "kept"),
    [
        (Overlap.LEFTMOST_LONGEST, ["甲乙丙丁"]),
        (Overlap.LEFTMOST_FIRST, ["甲乙丙", "丁戊"]),
        (Overlap.SHORTEST_FIRST, ["甲乙", "丙丁"]),
        (Overlap.EARLIEST_END, ["甲乙", "丙丁"]),
        (Overlap.ALL, ["甲乙", "甲乙丙", "甲乙丙丁", "丙丁", "丁戊"]),
    ],
)
def test_of_words_that_share_characters_those_are_kept_that_the_policy_says(overlap: Overlap, kept: list[str]) -> None:
    words = ("丁戊", "甲乙丙", "甲乙丙丁", "甲乙", "丙丁")
    found = Matcher(words, (), MatchProfile(disguises=PLAIN, overlap=overlap)).find("甲乙丙丁戊")
    assert [one.word for one in found] == kept


@pytest.mark.parametrize(
    ("word", "text", "surface"),
    [
        ("客资出售", "客zi出Shou，要的", "客zi出Shou"),
        ("比店里便宜", "能不能BI店里便YI啊", "BI店里便YI"),
        ("换微信聊", "huan微信liao吧", "huan微信liao"),
    ],
)
def test_two_syllables_in_letters_as_far_apart_as_the_word_is_long(word: str, text: str, surface: str) -> None:
    assert [text[one.start : one.end] for one in Matcher([word], (), MatchProfile()).find(text)] == [surface]
