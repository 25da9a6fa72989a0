"""Batches of texts, the look that tells which finders can fire, numbers told in parts, and texts held out."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.contacts import find_contacts, find_contacts_many
from policies.contacts.finder import LONGEST_BLOCK, closely
from policies.contacts.known_names import KnownNames
from policies.contacts.parts import Budget
from policies.contacts.trigger import EVERY, stages_of
from policies.folding.table import Fold, fold
from policies.masking import mask_text
from policies.matching.detectors import Shape, shape_spans
from policies.matching.profile import MatchProfile
from policies.model import ContactKind, ContactSpan

DATA = Path(__file__).resolve().parents[1] / "data"
NEAR = 4
PIECES = (
    *(
        "138",
        "0013",
        "8000",
        "13800138000",
        "幺三八",
        "⑬",
        "1",
        "一",
        "%31",
        "&#49;",
        "l3",
        "微信",
        "V",
        "vx",
        "wei",
        "xin",
    ),
    *(
        "加",
        "搜",
        "我",
        "❤",
        "绿",
        "🛰",
        "QQ",
        "扣",
        "abc12345",
        "tina_0909",
        "wxid_abc123",
        "a@b.cn",
        "qq点com",
        "艾特",
    ),
    *(
        "收货人",
        "姓名",
        "王",
        "小明",
        "女士",
        "欧阳",
        "是",
        "：",
        "地址",
        "北京市",
        "朝阳区",
        "建国路",
        "8号",
        "3栋",
        "路",
        "号",
    ),
    *(
        "粤B",
        "12345",
        "A123456(3)",
        "护照",
        "E12345678",
        "wa.me/",
        "t.me/a",
        "weixin://",
        "杠",
        "后面",
        "，中间",
        "[微笑]",
    ),
    *(" ", "\n", "-", "，", "。", "/", "@", "+", "元", "订单", "🇨🇳", "🇽", "\ud800", "\U000e0041", "\u200b", "丨", "“"),
    *("1\ufe0f\u20e3", "3\u20e3", "\ufe0f", "\u0336", "b\u0336"),
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)


def case_texts() -> Iterator[str]:
    for path in sorted(DATA.glob("contacts*/*.jsonl")):
        yield from (json.loads(line)["text"] for line in path.read_text("utf-8").splitlines())


def by_every_finder(text: str) -> list[tuple[int, int, ContactKind]]:
    return sorted(closely(text, fold(text, Fold()), EVERY, Budget()))


def by_those_that_can(text: str) -> list[tuple[int, int, ContactKind]]:
    flat = fold(text, Fold())
    return sorted(closely(text, flat, stages_of(flat), Budget()))


@settings(deadline=None)  # the first batch makes the tables
@given(st.lists(texts, max_size=12))
def test_a_batch_gives_what_each_text_gives(batch: list[str]) -> None:
    assert find_contacts_many(batch) == [find_contacts(text) for text in batch]


@given(texts)
@example("微信\nabc12345")
@example("加我\nabc12345")
@example("abc12345幺三八微信")
@example("abc12345⑬微信")
def test_no_finder_that_is_left_out_would_find(text: str) -> None:
    assert by_those_that_can(text) == by_every_finder(text)


def test_the_cases_in_batches_and_by_every_finder() -> None:
    every = list(case_texts())
    assert len(every) > 1_500
    found = [details for at in range(0, len(every), 100) for details in find_contacts_many(every[at : at + 100])]
    assert found == [find_contacts(text) for text in every] == find_contacts_many(every)
    for text in every:
        assert by_those_that_can(text) == by_every_finder(text), text


def test_small_and_odd_batches() -> None:
    assert find_contacts_many([]) == []
    assert find_contacts_many([""] * 9) == [()] * 9
    assert find_contacts_many(["好"] * 9) == [()] * 9
    assert find_contacts_many(["abc 3"] * 9) == [()] * 9
    assert [len(found) for found in find_contacts_many(["加我微信：abcdef_g"] * 9)] == [1] * 9
    long = "好" * LONGEST_BLOCK + "13800138000"
    assert [len(found) for found in find_contacts_many([long, *["13800138000", "1380013800"] * 4])] == [1, *[1, 0] * 4]
    assert [len(found) for found in find_contacts_many(["🇨🇳13800138000", *["🇽🇽"] * 8])] == [1, *[0] * 8]


def test_numpy_is_loaded_by_the_first_batch_only() -> None:
    program = (
        "import sys; from policies.contacts import find_contacts, find_contacts_many; find_contacts('13800138000');"
        "find_contacts_many(['13800138000']); before = 'numpy' in sys.modules;"
        "find_contacts_many(['13800138000'] * 9); print(before, 'numpy' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    assert told.split() == ["False", "True"]


def is_found(wanted: ContactSpan, found: ContactSpan) -> bool:
    allowed = max(NEAR, (wanted.end - wanted.start) // 3)
    return wanted.kind is found.kind and abs(wanted.start - found.start) + abs(wanted.end - found.end) <= allowed


def figures(names: tuple[str, ...]) -> tuple[float, float, list[str]]:
    """Recall, precision, and what went wrong."""
    wanted = hit = got = wrong = 0
    faults: list[str] = []
    for name in names:
        for line in (DATA / "contacts_heldout" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            spans = [ContactSpan(start=s["start"], end=s["end"], kind=ContactKind(s["kind"])) for s in row["spans"]]
            found = find_contacts(row["text"])
            missed = [s for s in spans if not any(is_found(s, f) for f in found)]
            extra = [f for f in found if not any(is_found(s, f) for s in spans)]
            wanted, hit, got, wrong = (
                wanted + len(spans),
                hit + len(spans) - len(missed),
                got + len(found),
                wrong + len(extra),
            )
            faults += [row["text"]] * bool(missed or extra)
    return hit / wanted, 1 - wrong / got, faults


def test_texts_held_out() -> None:
    recall, precision, faults = figures(("disguised", "honest"))
    assert recall >= 0.98 and precision >= 0.99, faults
    recall, precision, faults = figures(("plain", "honest"))
    assert recall >= 0.995 and precision >= 0.99, faults


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前三位138，中间四位0013，后四位8000", "138，中间四位0013，后四位8000"),
        ("手机幺三八杠零零幺三杠八零零零", "幺三八杠零零幺三杠八零零零"),
        ("138[微笑]0013[微笑]8000", "138[微笑]0013[微笑]8000"),
        ("138“0013“8000", "138“0013“8000"),
        ("138后面", None),
        ("138后面0013", None),
        ("138后面0013后面呢", None),
        ("148后面0013然后8000", None),
        ("订单138后面0013然后8000", None),
        ("满300减30然后再减20", None),
        ("11111111111111111111111后面1111111111111然后111111", None),
        ("138后面00138000，138后面00138000", "138后面00138000 138后面00138000"),
        ("2000 138杠0013杠8000 2026", "138杠0013杠8000"),
    ],
)
def test_numbers_told_in_parts(text: str, expected: str | None) -> None:
    found = [text[span.start : span.end] for span in find_contacts(text)]
    assert found == (expected.split(" ") if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一八六 22 33 四四五五", ["mobile:一八六 22 33 四四五五"]),
        ("0930-1130 1330-1730", []),
        ("电话0930-1130 1330", ["landline:0930-1130 1330"]),
        ("姓名：刘 志强", ["name:刘 志强"]),
        ("姓名：刘 10", []),
        ("a@q\u200bq.com", ["email:a@q\u200bq.com"]),
        ("lulu8866_at_gmail.com", ["email:lulu8866_at_gmail.com"]),
        ("扣345678901", ["qq:345678901"]),
        ("扣12345分", []),
        ("扣12345", []),
        ("QQ12345", ["qq:12345"]),
        ("杭州大厦 B座", []),
        ("192.168.20.234", []),
        ("您微信多少？anna201830", ["wechat:anna201830"]),
        ("快递写17743971862", ["mobile:17743971862"]),
        ("SKU931639加我一下", []),
        ("地址：科技园家住路88号3栋", ["address:科技园家住路88号3栋"]),
        ("好高王芳经理", []),
        ("QQ③④⑤⑥7890", ["qq:③④⑤⑥7890"]),
        ("85213800138000", []),
        ("+44 7911 123456元", []),
        ("卡1234567(8)", []),
        ("发票代码 033001800211 号码 13800138", []),
        ("密码是13800138000", []),
        ("400-123-4567", ["landline:400-123-4567"]),
        ("400-1234-567元", []),
        ("lulu8866是我V", ["wechat:lulu8866"]),
        ("lulu8866加我", ["wechat:lulu8866"]),
        ("lulu8866加我们会员", []),
        ("156 双2 双8 0193", ["mobile:156 双2 双8 0193"]),
        ("双12 138的套餐 双11", []),
        ("1380013的8000", ["mobile:1380013的8000"]),
        ("丨3800138000", ["mobile:丨3800138000"]),
        ("1380丨38000丨吧", ["mobile:1380丨38000丨"]),
        ("138丨0013丨8000", ["mobile:138丨0013丨8000"]),
        ("(136)8124(9057)", ["mobile:(136)8124(9057)"]),
        ('"177" "9643" "0218"', ['mobile:"177" "9643" "0218"']),
        ("(13800138000)", ["mobile:13800138000"]),
        (
            "QQ1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\u20e3",
            ["qq:1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\u20e3"],
        ),
        ("加我V：abc1234\u20e3", ["wechat:abc1234\u20e3"]),
        ("粤B1\u20e32\u20e33\u20e34\u20e35\u20e3", ["plate:粤B1\u20e32\u20e33\u20e34\u20e35\u20e3"]),
        ("t.me/v", ["url:t.me/v"]),
        ("香港身份证A123456(3)", ["hk_id:A123456(3)"]),
    ],
)
def test_writings_of_the_second_set(text: str, expected: list[str]) -> None:
    assert [f"{span.kind}:{text[span.start : span.end]}" for span in find_contacts(text)] == expected


@pytest.mark.parametrize(
    "unit", ["138后面", "138杠0013", "地址", "微", "路一", "一1二2", "138[微笑]", "王伟先生", "加我a"]
)
def test_texts_made_of_what_triggers_are_read_in_time(unit: str) -> None:
    text = (unit * (200_000 // len(unit) + 1))[:200_000]
    started = time.process_time()
    find_contacts(text)
    # 0.1 s on a quiet machine; ten times that tells linear from quadratic on a busy one.
    assert time.process_time() - started < 1.0


def test_a_known_name_inside_a_detail_is_masked_once() -> None:
    masked = mask_text("收货人：段正淳，李四光也在", KnownNames(["段正淳", "李四光"]))
    assert masked.masked == "收货人：段**，李**也在"
    assert len(masked.spans) == 2


def test_shapes_under_the_default_profile() -> None:
    assert shape_spans("给a@b和c@d.cn发", Shape.EMAIL, MatchProfile()) == [(5, 11, "c@d.cn")]
    assert shape_spans("单号 123-4567", Shape.DIGITS, MatchProfile(min_digits=5)) == [(3, 11, "1234567")]
