"""Long texts of contact details: what is read closely, where they are cut, what is hidden when they are lists."""

import time
from collections.abc import Callable

import pytest

from benchmarks.hostile_texts import HOSTILE
from policies.contacts import coarse, find_contacts
from policies.contacts.finder import LONGEST_BLOCK, details_in
from policies.contacts.points import folded
from policies.folding.table import Fold, fold
from policies.masking import mask_text
from policies.model import ContactKind

UNITS = (
    "13800138000 ",
    "138 0013 8000\n",
    "".join(f"{digit}\ufe0f\u20e3" for digit in "13800138000") + " ",
    "幺三八零零幺三八零零零，",
    "138杠0013杠8000。",
    "138[微笑]0013[微笑]8000 ",
    "a@b.cn;",
    "a\u200b@q\u200bq.com，",
    "微信abc12345 ",
    "QQ 123456，",
    "粤B12345 ",
    "110101199003078419,",
    "6222021234567890128\n",
    "91310000552936878J ",
    "A123456(3) ",
    "王小明女士，",
    "收货人：王小明，",
    "E12345678 ",
)
SHORT = 60_000


@pytest.mark.parametrize("unit", UNITS)
def test_of_a_list_nothing_stays_open(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is found of one is hidden wherever it stands in a list, near the end as near the beginning."""
    monkeypatch.setattr(coarse, "MOST_APART", 500)
    (span,) = find_contacts(unit)
    count = SHORT // len(unit)
    spans = find_contacts(unit * count)
    inside = bytearray(len(unit) * count)
    for found in spans:
        inside[found.start : found.end] = b"\1" * (found.end - found.start)
    left = "".join(char for char, is_inside in zip(unit * count, inside, strict=True) if not is_inside)
    outside = unit[: span.start] + unit[span.end :] + "杠[微笑]"
    assert set(left) <= set(outside)


@pytest.mark.parametrize("unit", UNITS)
def test_ten_thousand_characters_are_read_closely(unit: str) -> None:
    (span,) = find_contacts(unit)
    count = LONGEST_BLOCK // len(unit)
    found = find_contacts(unit * count)
    assert [(s.start, s.end, s.kind) for s in found] == [
        (n * len(unit) + span.start, n * len(unit) + span.end, span.kind) for n in range(count)
    ]


@pytest.mark.parametrize("filler", ["好", "好 ", "好，", "好。", "好\n", "a", "."])
@pytest.mark.parametrize("number", ["138 0013 8000", "13800138000", "1,3,8,0,0,1,3,8,0,0,0", "幺三八零零幺三八零零零"])
def test_no_number_is_cut(filler: str, number: str) -> None:
    joint = "" if filler == "好" else "：电话"
    for shift in range(0, len(number) + 4, 3):
        before = (filler * LONGEST_BLOCK)[: LONGEST_BLOCK - shift] + joint
        text = f"{before}{number}{'。' + filler * LONGEST_BLOCK}"
        found = [(text[span.start : span.end], span.kind) for span in find_contacts(text)]
        if len(joint) <= shift:
            assert (number, ContactKind.MOBILE) in found


@pytest.mark.parametrize("odd", ["🇨🇳", "🇨", "🇿🇿1", "\0", "\0\0", "\ud800", "\U000e0041", "\U0010ffff", "Ａ", "", "\n"])
def test_a_long_text_is_folded_as_a_short_one(odd: str) -> None:
    text = f"{odd}加Ｖ信１{odd}微信abc12345{odd}" * 800 + odd
    assert len(text) > LONGEST_BLOCK
    assert folded(text) == fold(text, Fold())
    assert find_contacts(text) == details_in(text, fold(text, Fold()))


def test_details_side_by_side_are_one_when_there_are_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "13800138000，" * 8_000
    apart = len(find_contacts(text))
    assert apart == 8_000
    monkeypatch.setattr(coarse, "MOST_APART", 100)
    spans = find_contacts(text)
    assert len(spans) < 2_000
    assert spans[-1].end == len(text) - 1 and spans[-1].kind is ContactKind.MOBILE
    assert mask_text("hello " * 20 + text).masked.startswith("hello hello")


def test_behind_many_details_may_stand_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coarse, "MOST_APART", 10)
    number = "13800138000，"
    found = coarse.coarse_details(number * 10 + "好" * 100, 0)
    assert len(found) == 10 and found[-1].end < len(number) * 10


def test_letters_without_a_digit_are_no_detail_in_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coarse, "MOST_APART", 10)
    text = "13800138000，" * 3_000 + "certificate of authenticity, abc12345\n"
    last = find_contacts(text)[-1]
    assert text[last.start : last.end] == "abc12345"
    text = "建设路1号" * 6_000
    assert find_contacts(text)[-1].end == len(text)


def test_a_long_text_without_any_detail() -> None:
    assert find_contacts("好" * 30_000) == ()
    assert find_contacts("好a" * 30_000) == ()
    assert find_contacts("1 2 3 4 5 电话" * 5_000)[:1] == ()


def took_s(does: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    does(text)
    return time.process_time() - started


def test_every_hostile_text_takes_time_in_proportion() -> None:
    """0.03 s on a quiet machine; many times that tells linear from quadratic on a busy one."""
    slow = {name: took for name, text in HOSTILE.items() if (took := took_s(mask_text, text[:60_000])) > 1.5}
    assert slow == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 " + "1" * 50 + " 13800138000", ["13800138000"]),
        ("12 3 " + "1" * 50, []),
        ("腰伞吧" * 1_000 + "：幺三八零零幺三八零零零", ["幺三八零零幺三八零零零"]),
        ("腰三八零零" * 500 + "：幺三八零零幺三八零零零", ["幺三八零零幺三八零零零"]),
    ],
)
def test_numbers_beside_runs_that_are_none(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in find_contacts(text)] == expected


def test_digits_in_pinyin_end_with_their_word() -> None:
    number = "yao san ba ling ling yao san ba ling ling ling"
    assert [(span.start, span.end) for span in find_contacts(f"{number}，打我")] == [(0, len(number))]
    assert find_contacts(f"{number}x，打我") == ()
    both = f"{number}x，打我 {number}"
    assert [both[span.start : span.end] for span in find_contacts(both)] == [number]


@pytest.mark.parametrize(
    "number", ["23456 7 89 1", "12**138 0013 8000", "1 2 3 4 138 0013 8000", "12 " + "1" * 50 + " 138 0013 8000"]
)
def test_a_number_means_the_same_however_often_it_stood_there(number: str) -> None:
    """Also behind a word that makes a contact of it."""
    cued = f"我的QQ：{number}，好"
    before = f"{number}，好" * 4
    alone = [(span.start, span.end, span.kind) for span in find_contacts(cued)]
    found = [span for span in find_contacts(before + cued) if span.start >= len(before)]
    assert alone
    assert [(span.start - len(before), span.end - len(before), span.kind) for span in found] == alone
