"""Why a text is found: what is told agrees with what the engine does, character by character."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import Engine
from policies.explaining import Explainer, Explanation, explain
from policies.explaining.explain import MAX_PATHS
from policies.explaining.explanation import Cause, Obstacle, Relation
from policies.explaining.explanation import Path as Way
from policies.explaining.rule_lab import RuleLab, Said
from policies.explaining.stand_ins import MOST_TRIES, _chosen, _Part, stand_ins
from policies.model import How, Severity, Side, SubjectKind
from policies.packs.loader import read_ruleset

RULES = """
allow = ["公司飞单系统"]

[[alias]]
name = "微信"
forms = ["微信", "v信", "vx", "徽信", "维信", "wei信", "微❤", "绿泡泡", "weixin"]

[[alias]]
name = "加"
forms = ["加", "jia", "伽"]

[[alias]]
name = "连"
forms = ["连", "-"]

[[detector]]
id = "member"
kind = "digit_run"
length = 8
prefix = "77"

[[rule]]
id = "wechat"
title = { en = "WeChat", zh = "加微信" }
category = "contact"
severity = "medium"
sides = ["staff"]
channels = ["sms"]
words = ["{加}{我?}{微信}"]
allow = ["加微信支付"]
near = [{ any = ["私下"], effect = "severity+1" }, { any = ["公司", "@member"], effect = "severity-1" }]
match = { reversed = true }

[[rule]]
id = "private-order"
title = "飞单"
category = "till"
severity = "high"
words = ["飞单", "abc", "{走|做}私单"]
not_near = [{ any = ["严禁"], within = 6 }, { any = ["培训"], within = 0, messages = 2 }]

[[rule]]
id = "rebate"
title = "返点"
category = "kickback"
severity = "low"
words = ["返点"]
near = [{ any = ["给你", "@contact.any"], within = 10, messages = 1 }]

[[rule]]
id = "numbers"
title = "号码"
category = "contact"
severity = "low"
words = ["@contact.mobile", "@member", "电.{话}"]
match = { syntax = "literal" }

[[rule]]
id = "wild"
title = "通配"
category = "x"
severity = "info"
words = ["回.扣"]
match = { syntax = "wildcard", overlap = "leftmost_longest" }

[[rule]]
id = "longest"
title = "长的"
category = "x"
severity = "critical"
words = ["转我", "转我个人", "hello world", "谢谢你"]
match = { overlap = "leftmost_longest" }

[[rule]]
id = "plain"
title = "原样"
category = "x"
severity = "low"
raise_on = []
words = ["套现", "飞{连}票", "他妈的"]
match = { homophone = false, lookalike = false, pinyin = false, split = false }

[[rule]]
id = "looks"
title = "形近"
category = "x"
severity = "low"
words = ["私单"]
match = { homophone = false, pinyin = false, split = false }

[[rule]]
id = "calls"
title = "通话"
category = "x"
severity = "low"
kinds = ["call", "message"]
words = ["十六位"]
"""


@pytest.fixture(scope="module")
def explainer(tmp_path_factory: pytest.TempPathFactory) -> Explainer:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "rules.toml").write_text(RULES, "utf-8")
    return Explainer(Engine(read_ruleset([folder])))


def way(found: Explanation, rule: str, *, hit: bool = True) -> Way:
    return next(path for path in found.paths if path.rule_id == rule and path.is_hit is hit)


def steps(path: Way) -> set[tuple[str, str, str, str]]:
    return {(step.surface, step.meant, step.relation.value, step.detail) for step in path.steps}


@pytest.mark.parametrize(
    ("text", "rule", "how", "told"),
    [
        ("力口我微信", "wechat", How.SPLIT, {("力口", "加", "parts", "")}),
        ("伽我 徽❤信", "wechat", How.GAP, {("伽", "加", "stand_in", "drawing"), (" ", "", "inserted", "")}),
        ("jia我wei信", "wechat", How.ALIAS, {("jia", "加", "stand_in", "letters"), ("wei信", "微信", "stand_in", "")}),
        ("加我维信", "wechat", How.ALIAS, {("维信", "微信", "stand_in", "sound")}),
        ("加我weixin", "wechat", How.ALIAS, {("weixin", "微信", "stand_in", "letters")}),
        ("加绿泡泡", "wechat", How.ALIAS, {("绿泡泡", "微信", "stand_in", "")}),
        ("加我薇芯", "wechat", How.HOMOPHONE, {("薇", "微", "sound", "wei"), ("芯", "信", "sound", "xin")}),
        ("加 我 wei xin", "wechat", How.GAP, {("wei xin", "微信", "stand_in", "letters")}),
        ("jia wo微xin", "wechat", How.PINYIN, {("wo", "我", "letters", "wo"), ("xin", "信", "letters", "xin")}),
        ("加加我微信", "wechat", How.REPEAT, {("加加", "加", "run", "")}),
        ("加我ＶＸ", "wechat", How.ALIAS, {("Ｖ", "v", "width", ""), ("ＶＸ", "微信", "stand_in", "")}),
        ("加我VX", "wechat", How.ALIAS, {("V", "v", "case", ""), ("X", "x", "case", "")}),
        ("飛單", "private-order", How.FOLDED, {("飛", "飞", "traditional", "")}),
        ("аbc", "private-order", How.FOLDED, {("а", "a", "alike", "")}),
        ("信微我加", "wechat", How.REVERSED, {("信微我加", "加我微信", "reversed", "")}),
        ("回大扣", "wild", How.EXACT, set()),
        ("谢谢谢你", "longest", How.REPEAT, {("谢谢谢", "谢", "run", "")}),
    ],
)
def test_each_reading_is_told(
    explainer: Explainer, text: str, rule: str, how: How, told: set[tuple[str, str, str, str]]
) -> None:
    found = explainer.explain(text, side=Side.STAFF)
    path = way(found, rule)
    assert path.how is how
    assert told <= steps(path)
    assert path.evidence == text[path.start : path.end]


@pytest.mark.parametrize(
    ("text", "rule", "obstacle", "words"),
    [
        ("abcd", "private-order", Obstacle.BOUNDARY, ()),
        ("走\n私单", "private-order", Obstacle.GAP, ()),
        ("非但不贵", "private-order", Obstacle.BELIEF, None),
        ("返，典", "rebate", Obstacle.BELIEF, None),
        ("套，现在", "plain", Obstacle.GAP, ()),
        ("其他妈妈的", "plain", Obstacle.BELIEF, ("repeat",)),
        ("公司飞单系统", "private-order", Obstacle.ALLOW, ("公司飞单系统",)),
        ("加微信支付", "wechat", Obstacle.ALLOW, ("加微信支付",)),
        ("严禁飞单", "private-order", Obstacle.NOT_NEAR, ("严禁",)),
        ("返点", "rebate", Obstacle.NEAR, ("给你", "@contact.any")),
        ("转我个人", "longest", Obstacle.OVERLAP, ("转我个人",)),
    ],
)
def test_each_obstacle_is_told(
    explainer: Explainer, text: str, rule: str, obstacle: Obstacle, words: tuple[str, ...] | None
) -> None:
    removals = {
        one.obstacle: one for path in explainer.explain(text).paths if path.rule_id == rule for one in path.removals
    }
    assert obstacle in removals
    assert words is None or removals[obstacle].words == words
    if obstacle in (Obstacle.ALLOW, Obstacle.NOT_NEAR, Obstacle.OVERLAP):
        assert text[removals[obstacle].start : removals[obstacle].end]


def test_whom_where_and_what_a_rule_is_not_for(explainer: Explainer) -> None:
    found = explainer.explain("加我微信", side=Side.CUSTOMER, channel="wechat", kind=SubjectKind.CONTACT)
    assert not any(path.is_hit for path in found.paths)
    removals = way(found, "wechat", hit=False).removals
    assert {one.obstacle for one in removals} == {Obstacle.KIND, Obstacle.CHANNEL, Obstacle.SIDE}
    assert way(explainer.explain("加我微信", side=Side.STAFF, channel="sms"), "wechat").is_hit
    assert way(explainer.explain("加我微信"), "wechat").is_hit, "who or where is unknown excludes nothing"


def test_earlier_messages_count(explainer: Explainer) -> None:
    found = explainer.explain("飞单", previous=("今天培训", "好"))
    removal = way(found, "private-order", hit=False).removals[0]
    assert (removal.obstacle, removal.start, removal.words) == (Obstacle.NOT_NEAR, -1, ("培训",))
    assert way(explainer.explain("返点", previous=("13800138000",)), "rebate").severity


def test_what_is_told_in_several_messages(explainer: Explainer) -> None:
    path = way(explainer.explain("微信", previous=("加我",)), "wechat")
    assert (path.how, path.evidence, path.earlier) == (How.SPLIT, "微信", (1,))
    assert [step.cause for step in path.severity] == [Cause.BASE, Cause.EVASION]


def test_severity_step_by_step(explainer: Explainer) -> None:
    found = explainer.explain("私下加 我微信 13800138000", side=Side.STAFF)
    told = [(step.cause, step.steps, step.severity, step.found) for step in way(found, "wechat").severity]
    assert told == [
        (Cause.BASE, 0, Severity.MEDIUM, ()),
        (Cause.NEAR, 1, Severity.HIGH, ("私下",)),
        (Cause.EVASION, 1, Severity.CRITICAL, ("gap",)),
        (Cause.CONTACT, 1, Severity.CRITICAL, ("mobile",)),
    ]
    lowered = way(explainer.explain("公司加我微信"), "wechat").severity
    assert [(step.cause, step.severity) for step in lowered][1:] == [(Cause.NEAR, Severity.LOW)]
    by_reference = way(explainer.explain("加我微信 会员77123456"), "wechat").severity
    assert by_reference[1].found == ("公司", "@member")
    required = way(explainer.explain("给你返点"), "rebate").severity
    assert [(step.cause, step.steps, step.found) for step in required][1:] == [(Cause.NEAR, 0, ("给你",))]


def test_what_is_read_and_what_is_hidden(explainer: Explainer) -> None:
    found = explainer.explain("ＶＸ\u200b 13800138000 飞-单 公司飞-单系统 77123456")
    assert found.folded.startswith("vx")
    assert len(found.folded) == len(found.text)
    assert found.passed_over[0].code_points == ("U+200B ZERO WIDTH SPACE", "U+0020 SPACE")
    assert [(c.kind.value, c.masked) for c in found.contacts] == [("mobile", "138****8000")]
    (span,) = found.allowed
    assert (span.word, span.rule_id, span.is_plain) == ("公司飞单系统", None, False)
    assert {path.word for path in found.paths if path.rule_id == "numbers"} == {"@contact.mobile", "@member"}
    many = explainer.explain("。" + "a。b" * 200)
    assert len(many.passed_over) == 100
    assert explainer.explain("\U000f0000").passed_over[0].code_points == ("U+F0000",)


def test_a_flood_is_cut(explainer: Explainer) -> None:
    found = explainer.explain("飞单" * 500)
    assert found.is_cut
    assert len(found.paths) == MAX_PATHS
    limited = {one.obstacle for path in explainer.explain("飞单 " * 220).paths for one in path.removals}
    assert limited <= {Obstacle.LIMIT}
    assert len(explainer.explain("飞" * 30_000).text) == 20_000


def test_one_text_without_an_explainer(explainer: Explainer) -> None:
    assert explain(explainer.engine, "飞单").paths == explainer.explain("飞单").paths


def test_what_cannot_be_told_is_left_out(explainer: Explainer) -> None:
    path = way(explainer.explain("飞票"), "plain")
    assert (path.form, path.steps) == ("飞-票", ())
    candidate = next(c for c in explainer.engine.lexicon.search("加我vx") if c.entry.form == "加我vx")
    aliases = explainer.engine.ruleset.alias_forms
    assert stand_ins(candidate, aliases)
    assert stand_ins(candidate._replace(end=candidate.end - 1), aliases) == (), "not of this form's length"
    (hit,) = explainer.engine.hits("飞票")
    other = replace(hit, severity=Severity.HIGH)
    lab = RuleLab(explainer.engine.ruleset)
    owner = [rule.id for rule in explainer.engine.ruleset.rules].index("plain")
    told = lab.severity(owner, Said(text="飞票", side=Side.UNKNOWN, previous=()), other, ())
    assert (told[-1].cause, told[-1].steps, told[-1].severity) == (Cause.ENGINE, 2, Severity.HIGH)


def test_a_form_that_no_choice_makes_has_no_stand_ins() -> None:
    parts = [_Part(choices=("a", "aa"), is_alias=True)] * 30
    assert _chosen(parts, "b") == ()
    assert _chosen(parts, "a" * 31 + "b") == (), f"given up after {MOST_TRIES} tries"


PIECES = st.sampled_from(
    ["加", "我", "微信", "vx", "徽", "❤", "飞单", "返点", "给你", "严禁", "私下", "jia", "力口", "13800138000", "，",
     " ", "\u200b", "\U0001f600", "\ud800", "信微", "abc", "转我个人", "公司飞单系统"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=2), max_size=8), st.sampled_from(list(Side)))
def test_what_is_told_is_what_the_engine_does(explainer: Explainer, pieces: list[str], side: Side) -> None:
    text = "".join(pieces)
    found = explainer.explain(text, side=side)
    hits = explainer.engine.hits(text, side=side)
    told = {(path.rule_id, path.start, path.end, path.word, path.how) for path in found.paths if path.is_hit}
    assert told == {(hit.rule_id, hit.start, hit.end, hit.word, hit.how) for hit in hits}
    severities = {(hit.rule_id, hit.start, hit.end, hit.word): hit.severity for hit in hits}
    assert len(found.folded) == len(text)
    for path in found.paths:
        assert path.evidence == text[path.start : path.end]
        for step in path.steps:
            assert step.surface == text[step.start : step.end]
        if path.is_hit:
            assert path.severity[-1].severity is severities[path.rule_id, path.start, path.end, path.word]
    assert Relation.OTHER not in {step.relation for path in found.paths for step in path.steps}
