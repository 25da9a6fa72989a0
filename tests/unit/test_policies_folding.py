"""The fold: what becomes what, and that offsets stay."""

import pytest

from policies.folding.table import LIMIT, DigitFold, Fold, Skip, View, bounded, fold, fold_changes, kept_table, sections


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
