"""Contact details: found in every writing, and the numbers of things left alone. All numbers are invented."""

import pytest

from policies.contacts import find_contacts
from policies.contacts.checks import is_bank_card, is_id_card, is_landline, is_luhn, is_mobile
from policies.model import ContactKind


def kinds(text: str) -> list[str]:
    return [f"{span.kind}:{text[span.start : span.end]}" for span in find_contacts(text)]


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "+86 138 0013 8000",
        "0086-138-0013-8000",
        "8613800138000",
        "１３８００１３８０００",
        "①③⑧⓪⓪①③⑧⓪⓪⓪",
        "١٣٨٠٠١٣٨٠٠٠",
        "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣",
        "138\u200b0013\u200b8000",
        "1.3.8.0.0.1.3.8.0.0.0",
        "138，0013，8000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "138😊0013😊8000",
        "(138)00138000",
        "幺三八零零幺三八零零零",
        "一三八〇〇一三八〇〇〇",
        "壹叁捌零零壹叁捌零零零",
        "138零零一三8000",
        "13-80-01-38-00-0",
    ],
)
def test_a_mobile_number_in_many_writings(number: str) -> None:
    for text in (number, f"亲，电话{number}哦", f"{number}，张女士"):
        found = kinds(text)
        assert len(found) == 1, found
        assert found[0].startswith("mobile:")
        assert found[0].removeprefix("mobile:").strip("(") == number.strip("(")


@pytest.mark.parametrize(
    "text",
    [
        "订单13800138000",
        "订单号：13800138000",
        "运单号 13800138000",
        "快递单号13800138000",
        "顺丰SF13800138000",
        "SF-13800138000",
        "会员卡13800138000",
        "证书编号13800138000",
        "GIA 13800138000",
        "¥13800138000",
        "13800138000元",
        "13800138000.00",
        "id=13800138000",
        "https://x.cn/item/a13800138000",
        "138001380001",
        "1380013800",
        "12800138000",
        "1732233600000",
        "有158 168 188 99的，随便挑",
        "158、168、178、19元",
        "2024-11-22 10:30:55",
        "9787301234567",
        "6901234567892",
        "条码 6222021234567890128",
        "身份证 110101199003078888",
        "请支付 100000 元",
        "QQ音乐",
        "微信支付200000元",
        "wechat payment received",
        "今天一共卖了一百三十八件，明天二零二四年十月",
        "金重3.85克 圈口56 证书NGTC2024110012345",
        "abc@",
        "你我.他你",
    ],
)
def test_numbers_of_things_are_left_alone(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("订单没到，收货手机13800138000", ["mobile:13800138000"]),
        ("快递员电话 13800138000", ["mobile:13800138000"]),
        ("VX13800138000", ["mobile:13800138000"]),
        ("**13800138000**", ["mobile:13800138000"]),
        ("13800138000,13900139000", ["mobile:13800138000", "mobile:13900139000"]),
        ("13800138000 13900139000", ["mobile:13800138000", "mobile:13900139000"]),
        ("电话0571-88888888转801", ["landline:0571-88888888"]),
        ("(021)62345678", ["landline:(021)62345678"]),
        ("+86-21-62345678", ["landline:+86-21-62345678"]),
        ("座机 62345678", ["landline:62345678"]),
        ("固话：8765432", ["landline:8765432"]),
        ("身份证110101199003078419", ["id_card:110101199003078419"]),
        ("11010119900307803x", ["id_card:11010119900307803x"]),
        ("1101 0119 9003 0784 19", ["id_card:1101 0119 9003 0784 19"]),
        ("110101900307841", ["id_card:110101900307841"]),
        ("卡号 6222 0212 3456 7890 128", ["bank_card:6222 0212 3456 7890 128"]),
        ("4111111111111111", ["bank_card:4111111111111111"]),
        ("QQ 123456789", ["qq:123456789"]),
        ("加扣扣：88888888", ["qq:88888888"]),
        ("a.b@qq.com谢谢", ["email:a.b@qq.com"]),
        ("请发到abc@qq.com谢谢", ["email:abc@qq.com"]),
        ("ＡＢ＠ｑｑ．ｃｏｍ", ["email:ＡＢ＠ｑｑ．ｃｏｍ"]),
        ("微信号：zhang_san88", ["wechat:zhang_san88"]),
        ("微信号是lilyshop", ["wechat:lilyshop"]),
        ("加我微信abc12345", ["wechat:abc12345"]),
        ("加我微信聊 abc12345", ["wechat:abc12345"]),
        ("加我薇❤️信聊 abc12345", ["wechat:abc12345"]),
        ("威信搜lily12345", ["wechat:lily12345"]),
        ("微信聊天记录abc123456", []),
        ("V信：abc12345哦", ["wechat:abc12345"]),
        ("加 我 V 信：abc12345", ["wechat:abc12345"]),
        ("薇❤：lily_8899", ["wechat:lily_8899"]),
        ("加vxabc888888", ["wechat:abc888888"]),
        ("abc12345是我微信", ["wechat:abc12345"]),
        ("wxid_abc123def4", ["wechat:wxid_abc123def4"]),
        ("微信：12345678", ["wechat:12345678"]),
        ("会员号：zhang88", []),
        ("密码 abc12345", []),
    ],
)
def test_other_details(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_spans_never_overlap_and_are_in_order() -> None:
    spans = find_contacts("13800138000@qq.com 微信13900139000 QQ：13800138000")
    assert all(a.end <= b.start for a, b in zip(spans, spans[1:], strict=False))
    assert {span.kind for span in spans} == {ContactKind.EMAIL, ContactKind.MOBILE}


def test_checks() -> None:
    assert is_mobile("19912345678") and not is_mobile("12012345678")
    assert is_id_card("110101199003078419") and not is_id_card("110101199002308410")
    assert not is_id_card("990101199003078419") and not is_id_card("11010119900307841")
    assert is_luhn("4111111111111111") and not is_luhn("0000000000000000")
    assert not is_bank_card("4111111111111112") and not is_bank_card("1111111111111117")
    assert is_landline("01062345678") and not is_landline("01102345678")
