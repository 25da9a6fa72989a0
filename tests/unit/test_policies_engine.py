"""The engine over the packaged rules: severities, context, and what honest shop talk it leaves alone."""

from pathlib import Path

import pytest

from policies.check import check_dir
from policies.engine import MAX_HITS, Engine
from policies.matching import machine_code
from policies.model import Severity, Side, Subject, SubjectKind
from policies.packs import load_ruleset, packaged_names
from policies.scan import ScanRequest, scan_line
from tests.packs_kit import core_engine, core_rules


@pytest.fixture(scope="module")
def engine() -> Engine:
    return core_engine()


def test_the_pack_is_of_use_and_its_report_is_clean() -> None:
    report = check_dir("retail-zh")
    assert report.findings == ()
    assert report.rules >= 30
    assert "retail-zh" in packaged_names()
    for rule in core_rules().rules:
        assert dict(rule.title).keys() == {"en", "zh"}
        assert sum(test.expects_hit for test in rule.tests) and sum(not test.expects_hit for test in rule.tests)


@pytest.mark.parametrize(
    ("text", "rule_id", "severity"),
    [
        ("加我微信聊", "retail.off-platform.wechat", Severity.MEDIUM),
        ("加我薇❤聊", "retail.off-platform.wechat", Severity.HIGH),
        ("加我薇❤：lily_8899", "retail.off-platform.wechat", Severity.CRITICAL),
        ("回扣三个点", "retail.kickback.word", Severity.HIGH),
        ("回·扣三个点", "retail.kickback.word", Severity.CRITICAL),
        ("飛單", "retail.off-till.private-order", Severity.HIGH),
        ("私下转账，打13800138000", "retail.off-till.transfer", Severity.CRITICAL),
    ],
)
def test_disguise_and_a_contact_raise_the_severity(engine: Engine, text: str, rule_id: str, severity: Severity) -> None:
    subject = Subject(kind=SubjectKind.MESSAGE, channel="sms", text=text, side=Side.STAFF)
    verdict = next(v for v in engine.evaluate(subject) if v.rule_id == rule_id)
    assert verdict.severity is severity
    assert verdict.ruleset_version == engine.version
    assert all(text[hit.start : hit.end] for hit in verdict.hits)


def test_a_contact_two_messages_ago_counts(engine: Engine) -> None:
    def severity(previous: tuple[str, ...]) -> Severity:
        (hit,) = engine.hits("加我微信", previous=previous)
        return hit.severity

    assert severity(()) is Severity.MEDIUM
    assert severity(("13800138000", "好的")) is Severity.HIGH
    assert severity(("13800138000", "好的", "嗯")) is Severity.MEDIUM


@pytest.mark.parametrize(
    "text",
    [
        "您好，可以用微信支付吗，也支持刷卡",
        "请添加我们的企业微信领取保养券",
        "关注公众号可查黄金实时金价",
        "附近有饭店吗，接孩子顺路",
        "回扣针的胸针断货了",
        "这款加V领毛衣今天特价 168 元",
        "天然A货翡翠手镯，圈口56，NGTC证书编号2024110012345",
        "旧金换新免工费，当日金价 612 元/克",
        "订单号 202411220012345678 已发货，顺丰SF1234567890123",
        "奶粉三段 900g 两罐，明天到店自提",
        "宝宝80码的连体衣还有吗，洗后会缩水吗",
        "会员积分可抵现金，每单限用一张券",
        "这件大衣显瘦，您皮肤白穿着好看",
        "客户到店试戴了两款，明天再来",
        "严禁飞单、收回扣，违者公司严肃处理",
        "请勿私下转账，谨防骗子",
        "We accept WeChat Pay and Alipay, see you at the store",
        "去死皮磨砂膏买一送一",
        "配方奶粉不能替代母乳",
        "对面商场停车三小时免费",
    ],
)
def test_honest_talk_is_left_alone(engine: Engine, text: str) -> None:
    assert engine.hits(text, side=Side.STAFF) == ()


def test_scan_speaks_the_contract(engine: Engine) -> None:
    result = scan_line(engine, ScanRequest(id="9", text="亲，加我V信：abc12345", sender="staff", channel="sms"))
    wechat = next(hit for hit in result.hits if hit.rule_id == "retail.off-platform.wechat")
    assert (wechat.start, wechat.end, wechat.how) == (2, 6, "alias")
    assert wechat.word in {word for rule in engine.ruleset.rules for word in rule.words}
    assert result.id == "9"
    given = next(hit for hit in result.hits if hit.rule_id == "retail.off-platform.account-given")
    assert given.word == "@contact.wechat"
    assert scan_line(engine, ScanRequest(id="1", text="微信号：zhang_san88", sender="customer")).hits == ()
    assert scan_line(engine, ScanRequest(id="1", text="微信号：zhang_san88", sender="王姐")).hits


def test_hits_are_bounded(engine: Engine) -> None:
    assert len(engine.hits("加我微信。" * 2000)) <= MAX_HITS * 2


def test_ten_thousand_words(tmp_path: Path) -> None:
    words = [f"{chr(0x4E00 + n % 5000)}{chr(0x5000 + n // 5000)}{chr(0x6000 + n % 97)}" for n in range(10_000)]
    listed = ", ".join(f'"{word}"' for word in words)
    (tmp_path / "many.toml").write_text(
        f'[[rule]]\nid = "many"\ntitle = "t"\ncategory = "c"\nseverity = "low"\nwords = [{listed}]\n', "utf-8"
    )
    engine = Engine(load_ruleset([tmp_path]))
    for word in (words[0], words[4321], words[-1]):
        assert word in {hit.word for hit in engine.hits(f"甲{word[0]}-{word[1:]}乙")}


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "加",
        "加我微信",
        "回 扣 ",
        "1",
        "1 ",
        "1(3(8(0",
        "13800138000,",
        "a@",
        "微信abc12345 ",
        "\u200b",
        "😀",
        "❤",
        "[{(",
        "一三八零",
        "V信：",
        "回-扣。",
        "严禁回扣",
        "私下转账",
    ],
)
def test_work_grows_in_line_with_the_text(engine: Engine, unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in Python calls, not in seconds: ten times the text may cost at most some fifteen times the calls."""
    import cProfile
    import pstats

    monkeypatch.setattr(machine_code, "is_ready", lambda: False)
    monkeypatch.setattr(machine_code, "is_worth", lambda texts: False)

    def calls(size: int) -> int:
        profile = cProfile.Profile()
        text = (unit * size)[:size]
        profile.runcall(engine.evaluate, Subject(kind=SubjectKind.MESSAGE, channel="sms", text=text))
        return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]

    calls(30_000)  # tables are made for the first long text
    assert calls(30_000) <= 15 * calls(3_000) + 5_000
