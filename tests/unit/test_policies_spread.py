"""What is told over several messages is found; what only happens to follow is not."""

from collections.abc import Sequence

import pytest

from policies.engine import Engine
from policies.model import Earlier, Hit, How, Severity, Side, Subject, SubjectKind
from policies.packs import load_engine

RULES = """
[[rule]]
id = "word"
title = "x"
category = "c"
severity = "low"
words = ["{加}{我?}{微信}", "回扣", "套现", "刷单", "返点", "私下转账", "别告诉店长", "wechat", "加卫星号"]
allow = ["加微信公众号"]

[[rule]]
id = "number"
title = "x"
category = "c"
severity = "low"
words = ["@contact.mobile", "@contact.wechat", "@contact.qq", "@member", "@email"]

[[rule]]
id = "alone"
title = "x"
category = "c"
severity = "low"
words = ["回扣"]
spread = false

[[rule]]
id = "soon"
title = "x"
category = "c"
severity = "low"
words = ["青金石手串"]
spread = { messages = 1, seconds = 30 }

[[rule]]
id = "long"
title = "x"
category = "c"
severity = "low"
words = ["青金石手串", "石手串", "@contact.mobile"]
spread = { messages = 1 }

[[rule]]
id = "tight"
title = "x"
category = "c"
severity = "low"
words = ["套利"]
match = { gap = 0 }

[[rule]]
id = "warned"
title = "x"
category = "c"
severity = "low"
words = ["私了"]
not_near = { any = ["严禁"], within = 6 }

[[alias]]
name = "加"
forms = ["加", "伽"]

[[alias]]
name = "我"
forms = ["我"]

[[alias]]
name = "微信"
forms = ["微信", "v信", "vx", "v"]

[[detector]]
id = "member"
length = 8
prefix = "77"
"""
RULES = RULES.replace('forms = ["微信", "v信", "vx", "v"]', 'forms = ["微信", "v信", "vx"]')


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "rules.toml").write_text(RULES, "utf-8")
    return load_engine([folder])


def found(
    engine: Engine, text: str, previous: Sequence[str | Earlier], rule_id: str = "word", side: Side = Side.STAFF
) -> list[tuple[str, tuple[int, ...]]]:
    """What of the text belongs to a hit, and which earlier messages."""
    hits = [hit for hit in engine.hits(text, side=side, previous=tuple(previous)) if hit.rule_id == rule_id]
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all((hit.how is How.SPLIT) == bool(hit.earlier) for hit in hits)
    return [(text[hit.start : hit.end], hit.earlier) for hit in hits]


@pytest.mark.parametrize(
    ("previous", "text", "part", "earlier"),
    [
        (["回"], "扣", "扣", (1,)),
        (["回"], " 扣 ", "扣", (1,)),
        (["这单的回"], "扣", "扣", (1,)),
        (["加我", "微"], "信", "信", (2, 1)),
        (["加", "我", "微"], "信聊", "信", (3, 2, 1)),
        (["想了解的话加我微"], "信吧，我发你图片看看实物细节", "信", (1,)),
        (["加 我"], "V 信：abc", "V 信", (1,)),
        (["加我", "薇"], "心", "心", (2, 1)),
        (["jia wo"], "wei xin", "wei xin", (1,)),
        (["加我we"], "chat", "chat", (1,)),
        (["私下"], "转账给我", "转账", (1,)),
        (["别告诉"], "店长哦", "店长", (1,)),
        (["回", "😂"], "扣", "扣", (2, 1)),
        (["回", "  "], "扣", "扣", (2,)),
        (["我们可以刷刷"], "单", "单", (1,)),
    ],
)
def test_pieces_of_a_word(engine: Engine, previous: list[str], text: str, part: str, earlier: tuple[int, ...]) -> None:
    assert (part, earlier) in found(engine, text, previous)


@pytest.mark.parametrize(
    ("previous", "text"),
    [
        (["我要退回"], "扣子坏了"),
        (["一套"], "现在多少钱"),
        (["加我微"], "信号不好"),
        (["加我微"], "信号不好我先忙"),
        (["How are we"], "chat later"),
        (["回"], "口"),
        (["回口"], "信"),
        (["加微信"], "公众号"),
        (["回扣"], "扣"),
        (["这件衣服我要退回"], "扣子两个"),
        (["你好"], "在吗"),
    ],
)
def test_what_only_follows(engine: Engine, previous: list[str], text: str) -> None:
    assert found(engine, text, previous) == []


def test_what_stands_whole_in_the_message_needs_no_more(engine: Engine) -> None:
    assert found(engine, "加微信", ["加我"]) == [("加微信", ())]
    assert found(engine, "回扣", ["回"]) == [("回扣", ())]
    assert found(engine, "石手串", ["青金"], "long") == [("石手串", ())]


@pytest.mark.parametrize(
    ("previous", "text", "part", "earlier"),
    [
        (["138", "0013"], "8000", "8000", (2, 1)),
        (["我的电话138"], "00138000", "00138000", (1,)),
        (["电话", "138 0013"], "8000", "8000", (1,)),
        (["1380013"], "8000", "8000", (1,)),
        (["幺三八", "零零幺三"], "八零零零", "八零零零", (2, 1)),
        (["13800138000 138"], "00138000", "00138000", (1,)),
        (["加我微信"], "abc12345", "abc12345", (1,)),
        (["你好", "加我", "微信"], "abc12345", "abc12345", (1,)),
        (["加", "我", "qq"], "552200118", "552200118", (1,)),
        (["77"], "123456", "123456", (1,)),
    ],
)
def test_pieces_of_a_number(
    engine: Engine, previous: list[str], text: str, part: str, earlier: tuple[int, ...]
) -> None:
    assert found(engine, text, previous, "number") == [(part, earlier)]


@pytest.mark.parametrize(
    ("previous", "text"),
    [
        (["1350", "1280"], "999"),
        (["138"], "收到，这款手链8000一条，您看可以吗，尺寸也可以改的哦，亲"),
        (["138"], "好的这款手链报价是00138000"),
        (["加微信优惠"], "A12345款还有货吗亲爱的"),
        (["尺寸"], "好"),
        (["a"], "b@c.com"),
        (["加我微信"], "13800138000"),
    ],
)
def test_numbers_that_only_follow(engine: Engine, previous: list[str], text: str) -> None:
    assert [one for one in found(engine, text, previous, "number") if one[1]] == []


def test_only_messages_of_the_same_sender_belong_together(engine: Engine) -> None:
    def said(side: Side) -> list[Earlier]:
        return [Earlier(text="回", side=side), Earlier(text="嗯", side=Side.CUSTOMER)]

    assert found(engine, "扣", said(Side.STAFF)) == [("扣", (2,))]
    assert found(engine, "扣", said(Side.CUSTOMER)) == []
    assert found(engine, "扣", said(Side.UNKNOWN)) == [("扣", (2,))]
    assert found(engine, "扣", [Earlier(text="回", side=Side.CUSTOMER)], side=Side.UNKNOWN) == [("扣", (1,))]


def test_time_and_number_are_bounded(engine: Engine) -> None:
    def after(seconds: float | None) -> list[tuple[str, tuple[int, ...]]]:
        return found(engine, "扣", [Earlier(text="回", side=Side.STAFF, age_s=seconds)])

    assert after(179) == after(None) == [("扣", (1,))]
    assert after(181) == []
    assert found(engine, "信", ["加", "我", "微", "。"]) == [], "the beginning is four messages ago"

    assert found(engine, "手串", [Earlier(text="青金石", age_s=30)], "soon") == [("手串", (1,))]
    assert found(engine, "手串", [Earlier(text="青金石", age_s=31)], "soon") == []
    assert found(engine, "串", ["青金石", "手"], "soon") == []
    assert found(engine, "8000", ["138", "0013"], "long") == []
    assert found(engine, "8000", ["1380013"], "long") == [("8000", (1,))]
    assert found(engine, "扣", ["回"], "alone") == []
    assert found(engine, "回扣", ["回"], "alone") == [("回扣", ())]


def test_a_word_that_allows_no_gap_is_not_told_in_pieces(engine: Engine) -> None:
    assert found(engine, "利", ["套"], "tight") == []
    assert found(engine, "套利", ["套"], "tight") == [("套利", ())]


def test_a_long_message_between_is_an_end(engine: Engine) -> None:
    middle = "好" * 30
    assert found(engine, "扣", ["回", middle]) == []
    assert found(engine, "扣", [middle + "回"]) == [("扣", (1,))]
    assert found(engine, "扣" + middle, [middle + "回"]) == []
    assert found(engine, "信", [middle + "加我微"]) == [("信", (1,))]


def test_it_counts_as_a_disguise_and_its_context_is_asked(engine: Engine) -> None:
    (hit,) = [one for one in engine.hits("扣", previous=("回",)) if one.rule_id == "word"]
    assert (hit.severity, hit.word) == (Severity.MEDIUM, "回扣")
    assert found(engine, "了", ["私"], "warned") == [("了", (1,))]
    assert found(engine, "了", ["严禁私"], "warned") == []


def test_only_what_was_said_has_pieces(engine: Engine) -> None:
    subject = Subject(kind=SubjectKind.CONTACT, channel="contacts", text="扣", previous=("回",))
    assert engine.evaluate(subject) == ()
    assert engine.hits("", previous=("回扣",)) == ()
    assert engine.hits("扣", previous=("", " ")) == ()


def test_hits_can_be_ordered_with_and_without_earlier_messages(engine: Engine) -> None:
    hits = engine.hits("扣微信vx", previous=("回",))
    assert list(hits) == sorted(hits)
    assert all(isinstance(hit, Hit) for hit in hits)
