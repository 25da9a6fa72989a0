"""Masks of every kind, by what a role may see; pseudonyms."""

import hashlib

import pytest

from policies.contacts.known_names import KnownNames
from policies.mask_formats import (
    card_in_groups,
    mask_address,
    mask_email,
    mask_ipv4,
    mask_paper,
    mask_plate,
    mask_value,
)
from policies.masking import Exposure, mask_text
from policies.model import ContactKind
from policies.pseudonyms import LENGTH, PseudonymKind, PseudonymLanguage, pseudonym


@pytest.mark.parametrize(
    ("text", "partial", "tail", "hidden"),
    [
        ("打13800138000", "打138****8000", "打*******8000", "打***********"),
        ("车牌粤B12345", "车牌粤B1***5", "车牌*******", "车牌*******"),
        ("税号91310110666007217T", "税号9131************7T", "税号" + "*" * 18, "税号" + "*" * 18),
        ("护照E12345678", "护照E****5678", "护照*********", "护照*********"),
        ("收货人：欧阳娜娜", "收货人：欧阳*娜", "收货人：****", "收货人：****"),
        (
            "寄到上海市浦东新区张江路88号3楼",
            "寄到上海市浦东新*********",
            "寄到" + "*" * 15,
            "寄到" + "*" * 15,
        ),
        ("https://wa.me/86138", "https://wa.me/*****", "*****://**.**/*****", "*****://**.**/*****"),
        ("amy(at)qq.com", "a**(**)**.***", "***(**)**.***", "***(**)**.***"),
        ("l38OOl38OOO", "l38****8OOO", "*******8OOO", "***********"),
        ("医三八儿零四八酒酒医五", "医三八****酒酒医五", "*******酒酒医五", "*" * 11),
        ("打yao三八二零四八jiu九一五", "打yao三八****jiu九一五", "打" + "*" * 9 + "jiu九一五", "打" + "*" * 15),
        ("1380013后四位8000", "138****后四位8000", "*******后四位8000", "*" * 14),
        ("手机91234567", "手机91****67", "手机****4567", "手机********"),
        ("A123456(3)", "A***456(3)", "******(*)", "*******(*)"),
    ],
)
def test_what_a_role_sees(text: str, partial: str, tail: str, hidden: str) -> None:
    assert mask_text(text).masked == partial
    assert mask_text(text, exposure=Exposure.HIDDEN).masked == hidden
    if text != "A123456(3)":
        assert mask_text(text, exposure=Exposure.TAIL).masked == tail


def test_names_of_customers_inside_bodies() -> None:
    names = KnownNames(["段正淳", "李四光"])
    text = "段正淳说13800138000，收货人：李四光"
    masked = mask_text(text, names)
    assert masked.masked == "段**说138****8000，收货人：李**"
    assert [span.kind for span in masked.spans] == [ContactKind.NAME, ContactKind.MOBILE, ContactKind.NAME]
    assert mask_text("没有", names).masked == "没有"
    assert mask_text("13800138000 段正淳哦", names).masked == "138****8000 段**哦"


def test_a_list_of_thousands_is_hidden_whole() -> None:
    masked = mask_text("13800138000," * 6_000)
    assert len(masked.masked) == len(masked.text)
    assert "138" not in masked.masked


def test_formats_of_their_own() -> None:
    assert card_in_groups("11011111222233333256") == "1101 **** **** **** 3256"
    assert card_in_groups("1234 2222 3333 4444 6789 9") == "1234 **** **** **** **** 9"
    assert card_in_groups("1234") == "1234"
    assert mask_address("北京市海淀区马连洼街道289号", 8) == "北京市海淀区马********"
    assert mask_address("短", 50) == "*"
    assert mask_ipv4("192.168.1.1") == "192.*.*.*"
    assert mask_plate("苏D40000") == "苏D4***0" and mask_plate("京A123") == "京A123"
    assert mask_paper("3") == "*" and mask_paper("H12345678") == "H****5678"
    assert mask_email("foo@example.com") == "f**@example.com"
    assert mask_value("12345", ContactKind.MOBILE) == "*****"


def test_a_pseudonym_follows_a_person_and_tells_nothing() -> None:
    tokens = [hashlib.sha256(str(n).encode()).digest() for n in range(500)]
    names = {pseudonym(token) for token in tokens}
    assert len(names) == len(tokens)
    assert all(name.startswith("客户·") and len(name) == 3 + LENGTH for name in names)
    assert pseudonym(tokens[0]) == pseudonym(tokens[0])
    english = {pseudonym(tokens[0], kind, PseudonymLanguage.EN).split("·")[0] for kind in PseudonymKind}
    chinese = {pseudonym(tokens[0], kind).split("·")[0] for kind in PseudonymKind}
    assert len(english) == len(chinese) == len(PseudonymKind)
    with pytest.raises(ValueError, match="8 bytes"):
        pseudonym(b"short")


@pytest.mark.parametrize("kind", [ContactKind.MOBILE, ContactKind.BANK_CARD, ContactKind.LANDLINE])
def test_many_numbers_in_a_row_are_hidden_whole(kind: ContactKind) -> None:
    row = "((((1" * 40
    assert mask_value(row, kind) == row.replace("1", "*")
