"""The fold: what becomes what, and that offsets stay."""

from itertools import chain

import pytest

from policies.folding.table import LIMIT, DigitFold, Fold, Skip, View, bounded, fold, fold_changes, kept_table, sections
from policies.matching.matcher import Matcher
from policies.matching.profile import MatchProfile, Overlap
from scripts import build_fold_table
from scripts.build_fold_table import BLANKS

NO_FOLD = Fold(case=False, width=False, trad=False, lookalike=False, digits=DigitFold.NONE)
IGNORABLE = (
    *((0xAD, 0x34F, 0x61C, 0x3164, 0xFEFF, 0xFFA0), range(0x115F, 0x1161), range(0x17B4, 0x17B6)),
    *(range(0x180B, 0x1810), range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070)),
    *(range(0xFE00, 0xFE10), range(0xFFF0, 0xFFF9), range(0x1BCA0, 0x1BCA4), range(0x1D173, 0x1D17B)),
    range(0xE0000, 0xE1000),
)
"""Code points with Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt)."""


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＷｅＣｈａｔ", "wechat"),
        ("Ⓥ🅥🇻", "vvv"),
        ("臺灣轉帳釦", "台湾转账扣"),
        ("３٣➌⓿⁹₈⑸⒋", "33309854"),
        ("Вɪе Ν", "bie n"),
        ("wéixìn", "weixin"),
        ("İ㎏", "i㎏"),
        ("一二三", "一二三"),
        ("➕＋", "++"),
    ],
)
def test_folds_character_by_character(text: str, folded: str) -> None:
    assert fold(text, Fold()) == folded
    assert len(folded) == len(text)


def test_han_digits_fold_only_on_request() -> None:
    assert fold("下三滥肆㈤", Fold(digits=DigitFold.HAN)) == "下3滥45"
    assert fold("下三滥", Fold()) == "下三滥"
    assert fold("３", Fold(width=False, digits=DigitFold.NONE)) == "３"


@pytest.mark.parametrize("digits", list(DigitFold))
def test_folding_twice_changes_nothing(digits: DigitFold) -> None:
    for options in (Fold(digits=digits), Fold(digits=digits, case=False), Fold(digits=digits, trad=False)):
        changes = fold_changes(options)
        assert not [chr(source) for source, target in changes.items() if target in changes]


def test_every_pair_is_one_code_point_below_the_limit() -> None:
    for pairs in sections().values():
        assert all(source < LIMIT and target < LIMIT for source, target in pairs.items())
    assert sum(map(len, sections().values())) > 10_000


@pytest.mark.parametrize("part", ["🇨🇳", "🇨🇳🇺🇸🇦", "🇨🇨🇳", "🇦🇧🇨🇳a", "🇿🇿1", "🇨", "\U000f0000🇨🇳", "\ud800", "\0🇺🇸"])
def test_a_long_text_is_bounded_as_its_parts(part: str) -> None:
    count = 2_000
    assert bounded(f"{part}。" * count) == f"{bounded(part)}。" * count
    assert bounded(f"{part}。" * count + part) == f"{bounded(part)}。" * count + bounded(part)


def test_what_is_passed_over() -> None:
    text = "加 ·我\u200b❤️微，信👨‍👩‍👧+\U000e0041\ue000①"
    assert text.translate(kept_table(View(skip=Skip.NONE)))[:2] == "加 "

    assert bounded(text).translate(kept_table(View(skip=Skip.SYMBOLS))) == "加我微信1"
    assert bounded(text).translate(kept_table(View(skip=Skip.MARKS))) == "加我❤微信👨👩👧+1"
    assert "a-b_c".translate(kept_table(View(skip=Skip.ASCII_PUNCTUATION))) == "abc"
    for chars in ("]", "]\U00040000"):
        assert "a]b".translate(kept_table(View(skip=Skip.NONE, skip_chars=chars))) == "ab", (
            "the other one is in no table"
        )


def test_what_shows_nothing_is_passed_over() -> None:
    for view in (
        View(skip=Skip.SYMBOLS),
        View(skip=Skip.MARKS),
        View(fold=NO_FOLD),
        View(fold=NO_FOLD, skip=Skip.MARKS),
    ):
        for char in (*BLANKS, *map(chr, chain.from_iterable(IGNORABLE))):
            assert bounded(f"回{char}扣").translate(kept_table(view)) == "回扣", f"U+{ord(char):04X} {view.skip}"


def test_a_letter_that_shows_nothing_is_a_blank_whatever_is_folded() -> None:
    for char in BLANKS:
        assert fold(f"回{char}扣", NO_FOLD) == "回\u3000扣"
        assert fold(f"回{char}扣", Fold()) == "回 扣"


def test_what_is_drawn_as_nothing_is_no_gap_however_much_of_it_stands_there() -> None:
    matcher = Matcher(["加我微信"], (), MatchProfile())
    for char in map(chr, chain.from_iterable(IGNORABLE)):
        written = f"加{char * 9}我微{char * 9}信"
        assert [(one.start, one.end) for one in matcher.find(f"请{written}吧")] == [(1, 23)], f"U+{ord(char):04X}"
    assert not list(matcher.find("请加我微" + " " * 9 + "信吧"))


@pytest.mark.parametrize("char", [*BLANKS, "\u02bc", "\u02d0", "\u0640", "\u318d", "\ua4f9", "\u180e", "\U000e0041"])
@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("加_我_微_信", "gap"),
        ("佳_握_薇_欣", "homophone"),
        ("佳_我威_信", "homophone"),
        ("jia_wo_wei_xin", "pinyin"),
        ("加_我w_ei_x_in", "pinyin"),
        ("加_我_徽_信", "lookalike"),
        ("力_口_我微_亻_言", "split"),
        ("加_我wei_亻_言", "split"),
        ("加_加_我_微_信", "gap"),
    ],
)
def test_no_disguise_hides_behind_it(char: str, text: str, how: str) -> None:
    written = text.replace("_", char)
    (found,) = Matcher(["加我微信"], (), MatchProfile(overlap=Overlap.LEFTMOST_LONGEST)).find(f"请{written}吧")
    assert (found.start, found.end, found.how) == (1, 1 + len(written), how)


def test_the_table_is_what_its_script_makes() -> None:
    """What the script takes from packages aside. A later Unicode knows more characters, and none of these otherwise."""
    made = {
        "width": build_fold_table.width_pairs(),
        "case": build_fold_table.case_pairs(),
        "digits": build_fold_table.digit_pairs(),
        "han_digits": build_fold_table.pairs_of(build_fold_table.TEXT_HAN_DIGITS),
        "blank": dict.fromkeys(BLANKS, build_fold_table.WIDE_BLANK),
    }
    for name, pairs in made.items():
        built = {chr(source): chr(target) for source, target in sections()[name].items()}
        assert built.items() <= pairs.items(), name
    drawn = {chr(source): chr(target) for source, target in sections()["lookalike"].items()}
    by_hand = {*build_fold_table.pairs_of(build_fold_table.LETTERS_LIKE_MARKS).items()}
    assert by_hand <= drawn.items()
    assert sections()["blank"].keys() == set(map(ord, BLANKS))
