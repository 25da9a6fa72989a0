"""Masks of details, numbers and names, and text made fit to be shown."""

import pytest

from policies.display import MAX_CHARS, safe_display
from policies.masking import mask_name, mask_number, mask_text
from policies.scan import MaskRequest, mask_line


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打我电话13800138000", "打我电话138****8000"),
        ("138 0013 8000", "138 **** 8000"),
        ("+86 138-0013-8000", "+86 138-****-8000"),
        ("８６１３８００１３８０００", "８６１３８****８０００"),
        ("幺三八零零幺三八零零零", "幺三八****八零零零"),
        ("身份证110101199003078419", "身份证110101********8419"),
        ("11010119900307803x", "110101********803x"),
        ("6222021234567890128", "6222***********0128"),
        ("1234 加微信abc12345", "1234 加微信ab****45"),
        ("QQ：12345", "QQ：1***5"),
        ("demouserx@gmail.com.cn", "d********@gmail.com.cn"),
        ("x@y.com", "*@y.com"),
        ("0571-88888888", "0571-******88"),
        ("座机 62345678", "座机 62****78"),
        ("没有号码 128 元", "没有号码 128 元"),
    ],
)
def test_masks_keep_the_length_and_hold(text: str, masked: str) -> None:
    result = mask_text(text)
    assert result.masked == masked
    assert len(masked) == len(text)
    assert mask_text(masked).masked == masked
    assert mask_line(MaskRequest(id="7", text=text)).masked == result


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("008613800138000", "0086138****8000"),
        ("09150000479", "0915*****79"),
        ("62345678", "62****78"),
        ("1065812345678", "106******5678"),
        ("10086", "10086"),
        ("", ""),
        ("王女士", "王女士"),
    ],
)
def test_numbers_as_lists_show_them(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("段正淳", "段**"),
        ("欧阳娜娜", "欧阳*娜"),
        ("欧阳锋", "欧阳*"),
        ("李四", "李*"),
        ("John Smith", "J*** S****"),
        ("张 三", "张 *"),
        (" 王 小 明", " 王 * *"),
        ("", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[31m",
        "\x1b]52;c;aGk=\x07",
        "\x9b1m",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\u2029",
        "\ud800",
        "\ue000",
        "\U000e0041",
        "\r",
        "\x00",
        "\u2062",
    ],
)
def test_nothing_that_drives_a_terminal_is_shown(hostile: str) -> None:
    shown = safe_display(f"a{hostile}b\n\tc")
    assert all(char.isprintable() or char in "\n\t\u200d\u200c" for char in shown)
    assert shown.startswith("a\ufffd") and shown.endswith("b\n\tc")
    assert len(shown) == len(f"a{hostile}b\n\tc")
    assert safe_display(shown) == shown


def test_emoji_families_and_markup_stay_and_long_text_is_cut() -> None:
    assert safe_display("👨‍👩‍👧 [red]中文[/red]") == "👨‍👩‍👧 [red]中文[/red]"
    assert len(safe_display("x" * (MAX_CHARS + 1))) == MAX_CHARS
    assert safe_display("abcdef", 3) == "ab…"
