"""Names the archive knows: people are starred wherever they stand, honest talk is left alone; pseudonyms."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.contacts import find_contacts
from policies.contacts.everyday import everyday_words, is_everyday_phrase, is_everyday_word, is_firm
from policies.contacts.known_names import KnownNames, folded, folded_names
from policies.contacts.plain import plain_detail
from policies.masking import mask_text
from policies.model import ContactKind
from policies.pseudonyms import LENGTH, PseudonymKind, PseudonymLanguage, pseudonym, read_signs, signs_of

BOOK = (
    "小雨", "阳光", "高兴", "王小明", "A李娜 金镯", "段正淳妈妈", "🌸晴天🌸", "Sunny", "Amy Wong", "于明", "小美",
    "顺丰快递", "和平", "白雪", "VIP 张三丰 139", "欧阳娜娜", "安安", "客户林黛玉", "Sunny Day", "al", "王",
    "13800138000", "…", "", "老庙黄金", "水贝批发-阿强", "李店",
)  # fmt: skip


@pytest.fixture(scope="module")
def names() -> KnownNames:
    return KnownNames(BOOK)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王小明说周六来取", ["王小明"]),
        ("王小明明天来，欧阳娜娜也来", ["王小明", "欧阳娜娜"]),
        ("张三豐的货到了", ["张三豐"]),
        ("張三丰的货到了", ["張三丰"]),
        ("李娜要的金镯", ["李娜"]),
        ("段正淳来过，林黛玉没来", ["段正淳", "林黛玉"]),
        ("ＡＭＹ　ＷＯＮＧ来电，amy wongs没来", ["ＡＭＹ　ＷＯＮＧ"]),
        ("于明说的", ["于明"]),
        ("小美来拿戒指", ["小美"]),
        ("安安的手链", ["安安"]),
        # an everyday word that is announced, addressed or has a title is a name
        ("小雨，您好", ["小雨"]),
        ("收件人：小雨", ["小雨"]),
        ("客户晴天的货到了", ["晴天"]),
        ("您好。阳光、亲，货到了", ["阳光"]),
        ("@阳光 在吗", ["阳光"]),
        ("我是小雨", ["小雨"]),
        ("白雪女士，您好", ["白雪"]),
        ("小雨姐说的", []),
        ("小雨姐，好的", ["小雨"]),
    ],
)
def test_people_are_found(names: KnownNames, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in names.spans(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "今天有小雨，记得带伞", "阳光很好", "阳光，沙滩", "很高兴为您服务", "高兴！", "晴天戴墨镜", "sunny day",
        "Hi sunny", "对于明天到的货", "小美女们看过来", "世界和平", "白雪公主系列", "顺丰快递到了", "我是高兴的",
        "安安静静等着", "真小雨哥，", "13800138000", "老庙黄金今天多少钱", "水贝批发", "金价涨了", "al的", "",
        "我是小雨的",
    ],
)  # fmt: skip
def test_honest_talk_is_left_alone(names: KnownNames, text: str) -> None:
    assert names.spans(text) == []


def test_what_a_remark_says() -> None:
    assert folded_names("A王小明 金镯") == {"a王小明 金镯", "王小明"}
    assert folded_names("老客户李娜") == {"老客户李娜", "李娜"}
    assert folded_names("13800138000") == frozenset() == folded_names("李")
    assert folded_names("Amy·Wong / Shanghai") == {"amy·wong / shanghai"}
    assert folded_names("Mr Wong 王小明") == {"mr wong 王小明", "mr wong", "王小明"}
    assert all(len(name) <= 64 for name in folded_names("王" * 10_000))
    assert folded("ＡＢＣ") == "abc"


def test_accounts_are_found_without_their_cue() -> None:
    names = KnownNames([], ["DZC_1978", "wxid_a1b2c3", "amy", "duan.zc@shop.cn"])
    text = "就是ｄｚｃ＿1978，wxid_a1b2c3d，wxid_a1b2c3，amy，Duan.zc@shop.cn"
    assert [text[start:end] for start, end in names.spans(text)] == ["ｄｚｃ＿1978", "wxid_a1b2c3", "Duan.zc@shop.cn"]


def test_names_join_without_building_all_anew() -> None:
    rng = random.Random(5)  # noqa: S311
    book = {"赵" + chr(0x4E00 + rng.randrange(5_000)) + chr(0x4E00 + rng.randrange(5_000)) for _ in range(500)}
    whole, grown = KnownNames(book), KnownNames()
    for name in sorted(book):
        grown = grown.joined([name])
    assert len(grown) == len(whole)
    text = "，".join(sorted(book)) + "，赵钱孙"
    assert grown.spans(text) == whole.spans(text)
    assert grown.joined(book) is grown and grown.joined([]) is grown
    name = max(whole.named_folded(folded(text)), key=lambda span: span.start).name
    assert name in grown and "钱多多" not in grown


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=6), max_size=5))
def test_offsets_hold_for_any_text(text: str, book: list[str]) -> None:
    found = KnownNames(book).named_folded(folded(text))
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(first.end <= second.start for first, second in zip(found, found[1:], strict=False))
    assert all(folded(text)[one.start : one.end] == one.name for one in found)
    masked = mask_text(text, KnownNames(book)).masked
    assert len(masked) == len(text)


def test_a_long_text_of_nothing_but_names_is_linear() -> None:
    text = "王小明" * 40_000
    assert len(KnownNames(["王小明", "明王小"]).spans(text)) == 40_000


def test_everyday_words() -> None:
    assert {"小雨", "阳光", "高跟鞋"} <= everyday_words()
    assert is_everyday_word("sunny") and is_everyday_word("糖糖") and not is_everyday_word("段正淳")
    assert is_firm("老庙黄金") and is_firm("lucky shop") and not is_firm("shopping") and not is_firm("段正淳")
    assert is_everyday_phrase("顺丰快递") and not is_everyday_phrase("王小明") and not is_everyday_phrase("阳光的")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("打13800138000", "13800138000"), ("幺三八零零幺三八零零零", "13800138000"), ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "+8613800138000"), ("⑬800138000", "13800138000"), ("微信ＡＢＣ１２３４５", "abc12345"),
        ("138，中间四位0013，后四位8000", "13800138000"), ("yao san ba dong dong yao san ba 零00", "13800138000"),
        ("156双2双80193", "15622880193"), ("微信号：lin下划线yue0626", "lin_yue0626"),
        ("微信号是amy下划线88", "amy_88"), ("薇amy1990sz", "amy1990sz"),
        ("QQ：一二三四五", "12345"), ("a m y @ q q . c o m", "amy@qq.com"),
        ("amy艾特一六三点康姆", "amy@163.com"), ("852-5382 9174", "+85253829174"),
        ("手机 0937-284-615", "+886937284615"),
        ("QQ：12345", "12345"), ("Demo.User@gmail.com", "demo.user@gmail.com"), ("身份证110101199003078419", None),
    ],
)  # fmt: skip
def test_one_form_for_every_spelling(text: str, plain: str | None) -> None:
    (found,) = find_contacts(text)
    assert plain_detail(text[found.start : found.end], found.kind) == plain


def test_what_has_no_figure_is_nobodys() -> None:
    assert plain_detail("——", ContactKind.MOBILE) is None and plain_detail("。", ContactKind.WECHAT) is None


def test_a_pseudonym_is_read_as_it_is_typed() -> None:
    token = hashlib.sha256(b"7").digest()
    signs = signs_of(token)
    assert len(signs) == LENGTH
    for kind in PseudonymKind:
        for language in PseudonymLanguage:
            name = pseudonym(token, kind, language)
            assert name.endswith(signs) and read_signs(name) == signs
            assert read_signs(f" {name.lower()} ") == signs
    assert read_signs("customer 0o1ilz") == "00111Z" == read_signs("００１１１Ｚ")
    for wrong in ("", "客户·", "12345", "客户·7Q2FMKX", "7Q2FU0", "138****8000", "客户 客户 7Q2FMK"):
        assert read_signs(wrong) is None
    with pytest.raises(ValueError, match="8 bytes"):
        signs_of(b"short")
