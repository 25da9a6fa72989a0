"""Contact details on texts written by hand, on papers with check digits, on long lists. All numbers are invented."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.contacts import find_contacts
from policies.contacts.addresses import region_at
from policies.contacts.documents_checks import is_hk_id, is_mo_id, is_passport, is_tw_id, is_uscc
from policies.contacts.known_names import KnownNames
from policies.contacts.name_words import is_person
from policies.contacts.phones import abroad, national, plan
from policies.contacts.wording import any_of
from policies.model import CONTACT_WAYS, ContactKind, ContactSpan

DATA = Path(__file__).resolve().parents[1] / "data" / "contacts"
NEAR = 4
"""Code points by which both ends together may differ from the hand-marked ones; a third of the length for long ones."""


def kinds(text: str) -> list[str]:
    return [f"{span.kind}:{text[span.start : span.end]}" for span in find_contacts(text)]


def rows(name: str) -> Iterator[tuple[str, str, list[ContactSpan]]]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = [ContactSpan(start=s["start"], end=s["end"], kind=ContactKind(s["kind"])) for s in row["spans"]]
        yield row["group"], row["text"], spans


def is_found(wanted: ContactSpan, found: ContactSpan) -> bool:
    allowed = max(NEAR, (wanted.end - wanted.start) // 3)
    return wanted.kind is found.kind and abs(wanted.start - found.start) + abs(wanted.end - found.end) <= allowed


@pytest.mark.parametrize("part", ["seen", "held_out"])
def test_texts_by_hand(part: str) -> None:
    wanted = hit = found = 0
    missed: list[str] = []
    wrong: list[str] = []
    for name in ("positive", "negative"):
        for group, text, spans in rows(f"{name}_{part}.jsonl"):
            got = find_contacts(text)
            right = [s for s in spans if any(is_found(s, g) for g in got)]
            extra = [g for g in got if not any(is_found(s, g) for s in spans)]
            wanted, hit, found = wanted + len(spans), hit + len(right), found + len(got)
            missed += [f"{group}: {text!r}"] * (len(spans) - len(right))
            wrong += [f"{text!r}: {text[g.start : g.end]}" for g in extra]
    assert wanted > 200
    assert hit / wanted >= 0.99, missed
    assert 1 - len(wrong) / found >= 0.99, wrong


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("①13800138000 ②13900139000", ["mobile:13800138000", "mobile:13900139000"]),
        ("⑩ 13800138000", ["mobile:13800138000"]),
        ("⑬⑨⑫③④⑤⑥⑦⑧", ["mobile:⑬⑨⑫③④⑤⑥⑦⑧"]),
        ("打%31%33%38%30%30%31%33%38%30%30%30吧", ["mobile:%31%33%38%30%30%31%33%38%30%30%30"]),
        ("&#49;&#x33;&#56;00138000", ["mobile:&#49;&#x33;&#56;00138000"]),
        ("l38OOl38OOO", ["mobile:l38OOl38OOO"]),
        ("oilolloiloo", []),
        ("卡号 6222O2l234567890128", []),
        ("腰三八零零腰三八零零零", ["mobile:腰三八零零腰三八零零零"]),
        ("就要就要一二三耳就就就要", []),
        ("yao san ba 零零幺三八零零零", ["mobile:yao san ba 零零幺三八零零零"]),
        ("1S800138OOO, l380O1380OS, l38OO138OOS", ["mobile:l380O1380OS"]),
        ("|3800l38OOO 138|3800138", ["mobile:|3800l38OOO"]),
        ("ⅠⅢⅧ00ⅠⅢⅧ000", ["mobile:ⅠⅢⅧ00ⅠⅢⅧ000"]),
        ("发我 hello a m y 1 @ q q . c o m", ["email:a m y 1 @ q q . c o m"]),
        ("a m y 1 @ e x . c o m, a @ q q . c o m", []),
        ("台湾 L152025484，身份证I152025484", ["tw_id:L152025484"]),
        ("1.5827364019 0.15827364019", []),
        ("158/2736/4019三款", []),
        ("138加1280加1380", []),
        ("手机138加0013加8000", ["mobile:138加0013加8000"]),
        ("一三八灵零一三八灵零妖", ["mobile:一三八灵零一三八灵零妖"]),
        ("申通 110101900307123，110101900307123", ["id_card:110101900307123"]),
        ("维修单 WX13800138000，报关单 110101900307123，wx13800138000", ["mobile:13800138000"]),
        ("微信-tina0909 jiav：tina0909，十vtina0909", ["wechat:tina0909", "wechat:tina0909", "wechat:tina0909"]),
        ("林思佳（13800138000）", ["name:林思佳", "mobile:13800138000"]),
        ("温州（13800138000，全天）", ["mobile:13800138000"]),
        ("收货地址广州天河区文一西路1706号", ["address:广州天河区文一西路1706号"]),
        ("13800138000，订单没到 021-62847193，快递放前台", ["mobile:13800138000", "landline:021-62847193"]),
        ("13800138000的快递，ok13800138000个人号", ["mobile:13800138000", "mobile:13800138000"]),
        ("13800138000是订单号，13800138000 单号；13800138000个", []),
        ("提货人13800138000，订单备注：13900139000", ["mobile:13800138000", "mobile:13900139000"]),
        ("验证码发到13800138000", ["mobile:13800138000"]),
        ("wx6222021234567890128 是微信的单子，6222021234567890128", ["bank_card:6222021234567890128"]),
        ("打13800138000/13900139000", ["mobile:13800138000", "mobile:13900139000"]),
        ("打+44 7700 918264，满9+44 7700 918264", ["mobile:+44 7700 918264"]),
        ("我有一点事要走，妻子其实没来，吃了八次亏", []),
        ("138\n0013\n8000", []),
        ("电话138\n0013\n8000", ["mobile:138\n0013\n8000"]),
        ("138。0013！8000", []),
        ("013800138000", ["mobile:013800138000"]),
        ("14812345678", []),
        ("电话14812345678", ["mobile:14812345678"]),
        ("13800138000是订单号", []),
        ("139 123 456 78打这个电话", ["mobile:139 123 456 78"]),
        ("电话0161 123 4567 ext 12", ["landline:0161 123 4567"]),
        ("电话0571-88888888x801", ["landline:0571-88888888"]),
        ("+86 20 8765 4321", ["landline:+86 20 8765 4321"]),
        ("订单0571-88888888", []),
        ("0571-88888888元", []),
        ("(0571-88888888", ["landline:0571-88888888"]),
        ("86-21-62345678元", []),
        ("电话8765 4321元", []),
        ("86-21-62345678", ["landline:86-21-62345678"]),
        ("4001234567", []),
        ("热线4001234567", ["landline:4001234567"]),
        ("400-123-4567", ["landline:400-123-4567"]),
        ("+44 7911 123456", ["mobile:+44 7911 123456"]),
        ("+33 1 42 68 53 00", ["landline:+33 1 42 68 53 00"]),
        ("852-91234567", ["mobile:852-91234567"]),
        ("85291234567", []),
        ("+999 1234567", []),
        ("手机0912345678", ["mobile:0912345678"]),
        ("手机91234567", ["mobile:91234567"]),
        ("电话91234567", ["landline:91234567"]),
        ("QQ 345-678-901", ["qq:345-678-901"]),
        ("34567890是我QQ", ["qq:34567890"]),
        ("QQ345678901", ["qq:345678901"]),
        ("微信：t i n a 0 9 0 9", ["wechat:t i n a 0 9 0 9"]),
        ("微信：tina.0909.ab", ["wechat:tina.0909.ab"]),
        ("聊微信吧 ok then 2 more", []),
        ("加我好友tina0909", ["wechat:tina0909"]),
        ("微信：wechat", []),
        ("微信号abcdefghijklmnopqrstuvwxyz", []),
        ("https://a.cn/?tel=13800138000", ["mobile:13800138000"]),
        ("https://wa.me/8613800138000", ["url:https://wa.me/8613800138000"]),
        ("weixin://dl/chat", ["url:weixin://dl/chat"]),
        ("https://item.example.cn/1", []),
        ("amy(at)qq.com", ["email:amy(at)qq.com"]),
        ("amy艾特qq点com", ["email:amy艾特qq点com"]),
        ("amy#shop.com", []),
        ("@@@a@b", []),
    ],
)
def test_more_writings(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("税号91310110666007217T", ["uscc:91310110666007217T"]),
        ("9131 0110 6660 0721 7T", ["uscc:9131 0110 6660 0721 7T"]),
        ("91310110666007218T", []),
        ("车牌粤B·12345", ["plate:粤B·12345"]),
        ("粤BD12345", ["plate:粤BD12345"]),
        ("粤BDD2345D", []),
        ("粤BABCDE", []),
        ("粤BA1B2C3", []),
        ("上新A10086款", []),
        ("新A12345 款", []),
        ("新A12345", ["plate:新A12345"]),
        ("编号粤B12345", []),
        ("停车新A12345款", ["plate:新A12345"]),
        ("护照E12345678", ["passport:E12345678"]),
        ("E12345678", ["passport:E12345678"]),
        ("货号E12345678", []),
        ("护照号123456789", ["passport:123456789"]),
        ("A123456(3)", ["hk_id:A123456(3)"]),
        ("香港身份证A1234563", ["hk_id:A1234563"]),
        ("A1234563", []),
        ("A123456(4)", []),
        ("A123456789", ["tw_id:A123456789"]),
        ("证书A123456789", []),
        ("澳门身份证1234567(8)", ["mo_id:1234567(8)"]),
        ("1234567(8)", []),
        ("S12345678", []),
    ],
)
def test_papers(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收货人：欧阳娜娜", ["name:欧阳娜娜"]),
        ("姓名：阿卜杜·热合曼", ["name:阿卜杜·热合曼"]),
        ("收件人: John Smith", ["name:John Smith"]),
        ("客户：阿里·木", []),
        ("会员张伟说不要了", []),
        ("我是张伟。", ["name:张伟"]),
        ("我是高兴", []),
        ("姓名：张伟民族汉", ["name:张伟民"]),
        ("姓名", []),
        ("通知张伟先生来取", ["name:张伟"]),
        ("高王芳女士", ["name:高王芳"]),
        ("上官婉儿女士", ["name:上官婉儿"]),
        ("向大堂经理反映", []),
        ("王女士", []),
        ("张三 13800138000", ["name:张三", "mobile:13800138000"]),
        ("张三的电话13800138000", ["name:张三", "mobile:13800138000"]),
        ("13800138000 张三", ["mobile:13800138000", "name:张三"]),
        ("黄金 13800138000", ["mobile:13800138000"]),
        ("地址：建设路88号3栋2单元501", ["address:建设路88号3栋2单元501"]),
        ("北京 朝阳区 建国路 88号", ["address:北京 朝阳区 建国路 88号"]),
        ("地址：建设路88号3栋地址寄到", ["address:建设路88号3栋"]),
        ("地址：建设路88号3栋，还有科技园路12号3栋502室", ["address:建设路88号3栋", "address:科技园路12号3栋502室"]),
        ("地址发我一下", []),
        ("我知道3号楼", []),
        ("科技园路12号3栋502室", ["address:科技园路12号3栋502室"]),
        ("寄到阳光花园12栋1单元302门口", ["address:阳光花园12栋1单元302门口"]),
        ("在人民路3号", []),
    ],
)
def test_names_and_addresses(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_check_digits() -> None:
    assert is_uscc("91230184MA1BUFLT44") and not is_uscc("91230184MA1BUFLT45") and not is_uscc("I1230184MA1BUFLT44")
    assert is_hk_id("A1234563") and not is_hk_id("A1234564") and not is_hk_id("H01487002") and is_hk_id("AB9876543")
    assert is_tw_id("A123456789") and not is_tw_id("M517086311") and not is_tw_id("A123456788")
    assert is_mo_id("56866111") and not is_mo_id("26866111")
    assert is_passport("E12345678") and is_passport("CA1234567") and not is_passport("ABC")
    assert abroad("8613800138000") is None and abroad("999") is None and plan("999") is None
    assert national("1", "999") is None and national("912345678", "886") is ContactKind.MOBILE
    assert is_person("张伟") and not is_person("王姐") and not is_person("谢谢")
    assert region_at("广东省深圳市", 0) == 3 and region_at("没有", 0) == 0
    assert re.findall(any_of(["ab", "a", "cab"]), "ab a b aab caba") == ["ab", "a", "a", "ab", "cab", "a"]
    assert re.findall(any_of(["ab", "cd"]), "abd cb cd ad") == ["ab", "cd"]
    assert ContactKind.NAME not in CONTACT_WAYS and ContactKind.MOBILE in CONTACT_WAYS


def test_names_the_archive_knows() -> None:
    names = KnownNames(["段正淳", "Amy Wong", "高兴", "王", "13800138000", "段正", "歐陽鋒"])
    assert len(names) == 5
    text = "段正淳和欧阳锋找AMY WONG，高兴；amy wongs"
    assert [text[a:b] for a, b in names.spans(text)] == ["段正淳", "欧阳锋", "AMY WONG"]
    assert KnownNames([]).spans(text) == []


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "13800138000 ",
            "138 0013 8000 ",
            "幺三八零零幺三八零零零，",
            "a@b.cn ",
            "微信abc12345 ",
            "QQ12345 ",
            "粤B12345 ",
        ),
        *(
            "收货人王小明 ",
            "建设路1号 ",
            "A123456(3) ",
            "%31%33%38",
            "⑩",
            "1\n",
            "1 ",
            "一三八",
            "@",
            "a1",
            "1.姓名：",
            "路",
        ),
    ],
)
def test_long_texts_are_read_in_time(unit: str) -> None:
    text = (unit * (200_000 // len(unit) + 1))[:200_000]
    started = time.process_time()
    spans = find_contacts(text)
    # 0.1 s on a quiet machine; ten times that tells linear from quadratic on a busy one.
    assert time.process_time() - started < 1.0
    assert all(a.end <= b.start for a, b in zip(spans, spans[1:], strict=False))


def test_a_long_honest_text_is_read_as_its_parts() -> None:
    line = "您好，订单202611220013456789已发货，顺丰SF1234567890123，有事打13800138000。"
    text = "\n".join([line] * 700)
    spans = find_contacts(text)
    assert len(spans) == 700
    assert {text[s.start : s.end] for s in spans} == {"13800138000"}
    unbroken = "好" * 20_000 + "13800138000" + "好" * 20_000
    assert [unbroken[s.start : s.end] for s in find_contacts(unbroken)] == ["13800138000"]


def test_a_long_list_is_read_by_shape() -> None:
    unit = "13800138000 a@b.cn 12@b.cn wxabc123 粤B12345 收货人王小明 建设路1号 abcdefgh "
    unit += "110101199003078419 幺三八零零幺三八零零零\n"
    text = unit * 1_500
    spans = find_contacts(text)
    last = [f"{s.kind}:{text[s.start : s.end]}" for s in spans if s.start >= len(text) - len(unit)]
    assert last == [
        *("mobile:13800138000", "email:a@b.cn", "email:12@b.cn", "wechat:wxabc123", "plate:粤B12345"),
        *("name:收货人王小明", "address: 建设路1号", "id_card:110101199003078419", "mobile:幺三八零零幺三八零零零"),
    ]
