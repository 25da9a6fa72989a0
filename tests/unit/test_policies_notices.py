"""Payment notices and messengers' lines: every rule by its own samples, amounts as people write them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.errors import RuleSyntaxError
from policies.notices.amounts import fen_of
from policies.notices.chat import ChatText, read_chat
from policies.notices.notice import MoneyDirection, NoticeKind
from policies.notices.reader import _MAX_REMEMBERED, NoticeReader, default_reader, is_channel, read_notice
from policies.notices.rules import NoticeRule, Sample, load_notice_rules

RULES = load_notice_rules()
SAMPLES = [(rule, sample) for rule in RULES.rules for sample in rule.samples]


@pytest.mark.parametrize(("rule", "sample"), SAMPLES, ids=lambda one: getattr(one, "id", getattr(one, "text", "")))
def test_the_samples_of_a_rule_hold(rule: NoticeRule, sample: Sample) -> None:
    channel = rule.channels[0].replace("?", "8").replace("*", "123")
    notice = read_notice(channel, sample.title, sample.text)
    if not sample.is_hit:
        assert notice is None or notice.rule_id != rule.id
        return
    assert notice is not None
    assert notice.rule_id == rule.id
    assert (notice.amount_fen, notice.account_tail) == (sample.amount_fen, sample.tail)
    assert sample.party is None or notice.counterparty == sample.party
    assert notice.rules_version == RULES.version == default_reader().version


def test_the_sign_decides_where_a_bank_writes_one() -> None:
    out = read_notice("95599", "", "您尾号9012账户03月15日11:20完成转支交易人民币-300.00，余额20.00。")
    into = read_notice("+8695599", "", "您尾号9012账户03月15日11:20完成代付交易人民币300.00，余额20.00。")
    assert out is not None
    assert into is not None
    assert (out.kind, out.direction, out.amount_fen) == (NoticeKind.BANK_DEBIT, MoneyDirection.OUT, 30000)
    assert (into.kind, into.direction, into.amount_fen) == (NoticeKind.BANK_CREDIT, MoneyDirection.IN, 30000)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1", 100), ("1.5", 150), ("1,234.05", 123405), ("１，２３４．５", 123450), ("0.01", 1), ("", None),
        ("1.234", None), ("999999999999.99", 99999999999999), ("1e5", None),
    ],
)  # fmt: skip
def test_amounts(text: str, fen: int | None) -> None:
    assert fen_of(text) == fen


@pytest.mark.parametrize(
    ("channel", "is_meant"),
    [("95588", True), ("+8695588", True), ("106575095588", True), ("13800095588", False), ("095588", False)],
)
def test_senders(channel: str, is_meant: bool) -> None:  # noqa: FBT001 - the expected answer
    assert is_channel(channel, "95588") is is_meant


def test_who_is_named_as_a_friend_is_no_cashier() -> None:
    said = "微信支付收款12.50元"
    assert read_notice("com.tencent.mm", "微信收款助手", said) is not None
    assert read_notice("com.tencent.mm", "王小姐", said) is None


def test_a_rule_of_many_senders_is_read_while_senders_are_forgotten() -> None:
    reader = NoticeReader(RULES)
    said = "您尾号9012账户03月15日11:20完成代付交易人民币300.00，余额20.00。"
    first = reader.read("95599", "", said)
    assert first is not None
    for number in range(_MAX_REMEMBERED + 1):
        assert reader.read(f"138{number:08}", "", said) is None
    assert reader.read("95599", "", said) == first


@pytest.mark.parametrize("key", ["channels", "text", "hit"])
def test_a_rule_needs_senders_texts_and_samples(tmp_path: Path, key: str) -> None:
    lines = {"channels": "channels = ['x']", "text": "text = ['a']", "hit": "hit = [{ text = 'a' }]"}
    rule = "\n".join(line for name, line in lines.items() if name != key)
    (tmp_path / "a.toml").write_text(f"version = '1'\n[[rule]]\nid = 'a'\nkind = 'receipt'\n{rule}\n")
    with pytest.raises(RuleSyntaxError) as caught:
        load_notice_rules(tmp_path)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("title", "text", "count", "sender", "body", "is_group", "is_hidden"),
    [
        ("张三", "你好", None, "张三", "你好", False, False),
        ("张三", "[3条]张三: 你好: 吗", 3, "张三", "你好: 吗", False, False),
        ("门店群", "李四: 到货了", None, "李四", "到货了", True, False),
        ("门店群", "[12条]李四：到货了", 12, "李四", "到货了", True, False),
        ("张三", "价格：100", None, "张三", "价格：100", False, False),
        ("张三", "10: 30到", None, "张三", "10: 30到", False, False),
        ("微信", "你收到了一条消息", None, None, "", False, True),
        ("微信", "[2条]你收到了2条新消息", 2, None, "", False, True),
        ("", "x", None, None, "x", False, False),
    ],
)
def test_chats(
    title: str, text: str, count: int | None, sender: str | None, body: str, *, is_group: bool, is_hidden: bool
) -> None:
    chat = ChatText(count=count, sender=sender, body=body, is_group=is_group, is_hidden=is_hidden)
    assert read_chat(title, text) == chat


PIECES = (
    "[转账] 请收款",
    "[微信红包]",
    "微信支付收款",
    "尾号1234账户",
    "支出",
    "人民币",
    "1,000.00",
    "元",
    "[3条]",
    ": ",
    "向",
    "\n",
)


@given(st.sampled_from(["com.tencent.mm", "95588", "955ab", "", "x"]), st.text(max_size=20),
       st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30).map("".join))  # fmt: skip
@settings(max_examples=200)
def test_reading_is_total(channel: str, title: str, text: str) -> None:
    notice = read_notice(channel, title, text)
    assert notice is None or notice.amount_fen is None or notice.amount_fen >= 0
    assert len(read_chat(title, text).body) <= len(text)


@pytest.mark.timeout(5)
def test_no_text_makes_a_rule_slow() -> None:
    for piece in ("尾号1234账户", "1,", "尾号1账户支出(", "付款方：", "收款1", "王向你转账", "[转账]"):
        for channel in (
            "com.tencent.mm",
            "com.eg.android.AlipayGphone",
            "95588",
            "95533",
            "95599",
            "95566",
            "95555",
            "95580",
        ):
            read_notice(channel, "微信支付", piece * 50_000)


@pytest.mark.parametrize(
    "pattern", [".*元", "(a+)+", "a{3,}", "(?P<amount>1)(?P=amount)", "(", "(?<=a)b", "(ab)*", "x" * 400]
)
def test_an_expression_that_is_not_bounded_is_refused(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "a.toml").write_text(
        f"version = '1'\n[[rule]]\nid = 'a'\nkind = 'receipt'\nchannels = ['x']\ntext = ['''{pattern}''']\n"
        "hit = [{ text = 'a' }]\n"
    )
    with pytest.raises(RuleSyntaxError):
        load_notice_rules(tmp_path)
