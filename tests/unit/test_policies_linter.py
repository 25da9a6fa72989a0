"""What the linter says of a rule set: each finding with its place, and none about the packs that ship."""

from pathlib import Path

import pytest

from daemon.api.texts import Texts, load_texts
from daemon.app import CATALOG
from daemon.cli.policy_check import finding_line
from daemon.judging_sides import channel_of
from policies.check import CheckReport, Code, Finding, Level, check_dir
from policies.engine import Engine
from policies.errors import RuleError
from policies.linter.clean_talk import clean_talk
from policies.linter.lint import lint
from policies.linter.reach import CHANNELS
from policies.linter.rule_words import Places
from policies.model import SubjectKind
from policies.packs.loader import read_ruleset

TESTS = '[rule.tests]\nhit = ["{hit}"]\nmiss = ["你好"]\n'


def rule(name: str, words: str, more: str = "", *, severity: str = "low", hit: str = "") -> str:
    tests = TESTS.format(hit=hit) if hit else ""
    head = f'[[rule]]\nid = "{name}"\ntitle = "t"\ncategory = "c"\nseverity = "{severity}"\n'
    return f"{head}words = {words}\n{more}\n{tests}"


def checked(folder: Path, text: str) -> CheckReport:
    (folder / "rules.toml").write_text(text, "utf-8")
    return check_dir(folder)


def found(report: CheckReport, code: Code) -> list[Finding]:
    return [finding for finding in (*report.findings, *report.notes) if finding.code is code]


def values(report: CheckReport, code: Code, *names: str) -> list[tuple[str, ...]]:
    return [tuple(finding.value(name) for name in names) for finding in found(report, code)]


def test_words_that_an_allow_word_covers_are_dead(tmp_path: Path) -> None:
    text = 'allow = ["私单"]\n' + rule("one", '[\n "飞單",\n "私单", "{空|满}单"]', 'allow = ["飞单", "空单"]')
    report = checked(tmp_path, text)
    assert values(report, Code.DEAD_WORD, "word", "by") == [("飞單", "飞单"), ("私单", "私单")]
    assert [finding.line for finding in found(report, Code.DEAD_WORD)] == [8, 9], "the word's own line"


def test_two_words_that_are_one(tmp_path: Path) -> None:
    report = checked(tmp_path, rule("one", '["飞单", "飛 單", "{飞|私}单", "私單"]'))
    assert values(report, Code.DOUBLE_WORD, "word", "other") == [("飛 單", "飞单"), ("私單", "{飞|私}单")]


@pytest.mark.parametrize(
    ("overlap", "words", "told"),
    [
        ("shortest_first", '["私单", "私单走", "走私单"]', [("私单走", "私单")]),
        ("leftmost_first", '["私单", "私单走", "我私", "我"]', [("私单走", "私单")]),
        ("earliest_end", '["私单", "走私单啊", "单走"]', [("走私单啊", "私单")]),
        ("leftmost_longest", '["私单", "私单走"]', []),
        ("all", '["私单", "私单走"]', []),
        ("shortest_first", '["私单", "{私|飞}单走"]', []),
    ],
)
def test_words_that_the_overlap_policy_never_takes(
    tmp_path: Path, overlap: str, words: str, told: list[tuple[str, str]]
) -> None:
    more = f'match = {{ overlap = "{overlap}", allow_single = true }}'
    assert values(checked(tmp_path, rule("one", words, more)), Code.SHADOWED_WORD, "word", "other") == told
    wild = rule("one", '["私单", "私单.走"]', f'match = {{ overlap = "{overlap}", syntax = "wildcard" }}')
    assert not values(checked(tmp_path, wild), Code.SHADOWED_WORD, "word")


def test_rules_that_no_record_reaches(tmp_path: Path) -> None:
    report = checked(
        tmp_path,
        rule("dead", '["飞单"]', 'channels = ["contacts"]')
        + rule("odd", '["飞单走"]', 'channels = ["notifications", "sms", "zzzz"]')
        + rule("calls", '["飞单来"]', 'kinds = ["call"]')
        + rule("fine", '["飞单去"]', 'kinds = ["call", "message"]\nchannels = ["call_log"]')
        + '[[rule]]\nid = "gone"\ntitle = "t"\ncategory = "c"\nseverity = "low"\nkinds = ["absence"]\n'
        + 'sources = ["sms"]\n',
    )
    assert values(report, Code.DEAD_RULE, "kinds", "channels") == [("message", "contacts")]
    assert [value[0] for value in values(report, Code.UNKNOWN_CHANNEL, "channel")] == ["notifications", "zzzz"]
    assert values(report, Code.UNKNOWN_CHANNEL, "nearest")[0] == ("notification",)
    assert "sms" in values(report, Code.UNKNOWN_CHANNEL, "nearest")[1][0], "all that there are"
    assert [finding.rule_id for finding in found(report, Code.TEXTLESS_RULE)] == ["calls"]


def test_the_known_channels_are_those_that_events_have() -> None:
    assert set(CHANNELS) == set(SubjectKind)
    assert channel_of.__doc__ is not None
    for name in ("wechat", "wecom", "alipay", "notification"):
        assert name in channel_of.__doc__
        assert name in CHANNELS[SubjectKind.MESSAGE]


def test_inert_words(tmp_path: Path) -> None:
    report = checked(tmp_path, rule("one", '["飞单", "私-单", "@email"]', 'match = { entry_skips = "inert" }'))
    assert values(report, Code.INERT_WORD, "word") == [("私-单",)]


def test_one_word_in_two_rules(tmp_path: Path) -> None:
    near = 'near = {{ any = ["{word}"] }}'
    report = checked(
        tmp_path,
        rule("one", '["飞单", "私单"]')
        + rule("two", '["飛單", "飞 单"]')
        + rule("three", '["私单"]', severity="high")
        + rule("elsewhere", '["飞单"]', near.format(word="公司"))
        + rule("theirs", '["退钱"]', 'sides = ["customer"]')
        + rule("ours", '["退钱"]', 'sides = ["staff"]'),
    )
    assert values(report, Code.SAME_WORD, "word", "other", "other_word") == [("飛單", "one", "飞单")]
    (differs,) = found(report, Code.SAME_WORD_DIFFERS)
    assert differs.rule_id == "three"
    assert (differs.value("one"), differs.value("two"), differs.value("other")) == ("c/high", "c/low", "one")


def test_a_word_that_holds_a_word_of_another_rule(tmp_path: Path) -> None:
    report = checked(
        tmp_path,
        rule("short", '["飞单"]', severity="high")
        + rule("near", '["私单"]', 'near = { any = ["公司"] }', severity="high")
        + rule("wild", '["空.单"]', 'match = { syntax = "wildcard" }', severity="high")
        + rule("long", '["帮我飞单走", "飞单来了", "做私单", "飞单"]'),
    )
    (holds,) = found(report, Code.CONTAINS_WORD)
    assert (holds.level, holds.rule_id, holds.value("other"), holds.value("count")) == (
        Level.NOTE,
        "long",
        "short",
        "2",
    )


@pytest.mark.parametrize("heard", ["true", '"fuzzy"', '"auto"', "false"])
def test_words_that_everyday_words_sound_like(tmp_path: Path, heard: str) -> None:
    text = rule("one", '["返点", "飞单", "abc", "回.扣", "长长的一句话"]', f"match = {{ homophone = {heard} }}")
    report = checked(tmp_path, text)
    warned = {one[0]: one[1] for one in values(report, Code.SOUNDS_HONEST, "word", "honest")}
    noted = {word for (word,) in values(report, Code.SOUND_CLOSE, "word")}
    match heard:
        case "true":
            assert "饭店" in warned["返点"]
            assert not noted
        case "false":
            assert not warned
            assert not noted
        case _:
            assert set(warned) | noted >= {"返点", "飞单"}
    allowed = rule("one", '["返点"]', 'match = { homophone = true }\nallow = ["饭店", "泛点", "反点", "翻点"]')
    assert "饭店" not in str(values(checked(tmp_path, allowed), Code.SOUNDS_HONEST, "honest"))


def test_what_honest_talk_is_taken_for(tmp_path: Path) -> None:
    report = checked(tmp_path, rule("one", '["便宜"]') + rule("two", '["返点"]', "match = { homophone = true }"))
    told = {finding.rule_id: finding for finding in found(report, Code.HONEST_HIT)}
    assert told["one"].value("how") == "exact"
    assert told["two"].value("how") == "homophone"
    assert told["two"].value("surface") == "饭店"
    assert told["two"].value("total") == str(len(clean_talk()))
    ruleset = read_ruleset([tmp_path])
    assert not [one for one in lint(ruleset, Engine(ruleset), ["你好"]) if one.code is Code.HONEST_HIT]


def test_housekeeping(tmp_path: Path) -> None:
    many = "{一二|二三|三四|四五|五六|六七}" * 3
    aliases = '[[alias]]\nname = "甲"\nforms = ["x"]\n[[alias]]\nname = "乙"\nforms = ["y"]\n'
    report = checked(
        tmp_path, rule("one", f'["{many}飞"]') + rule("two", '["{甲?}飞单"]\n[rule.tests]\nhit = ["飞单"]') + aliases
    )
    assert values(report, Code.MANY_FORMS, "forms") == [("216",)]
    assert [finding.rule_id for finding in found(report, Code.NO_TESTS)] == ["one"]
    assert [finding.rule_id for finding in found(report, Code.NO_MISS)] == ["two"]
    assert values(report, Code.UNUSED_ALIAS, "alias") == [("乙",)]


def test_an_option_without_effect_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No option is without effect today; files that know of later ones must still be told so."""
    from dataclasses import replace

    from policies import check

    read = check.read_ruleset

    def with_later_option(sources: list[Path]) -> object:
        ruleset = read(sources)
        return replace(ruleset, rules=tuple(replace(one, ignored=("later",)) for one in ruleset.rules))

    monkeypatch.setattr(check, "read_ruleset", with_later_option)
    assert values(checked(tmp_path, rule("one", '["飞单"]')), Code.IGNORED_OPTION, "option") == [("later",)]


def test_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = checked(tmp_path, rule("one", '["飞单"]') + rule("one", '["私单"]'))
    assert (report.version, [finding.code for finding in report.findings]) == (None, [Code.CONFLICT])
    report = checked(tmp_path, rule("one", '["飞单"]', "wrods = []"))
    (finding,) = report.findings
    assert (finding.code, finding.line, finding.nearest) == (Code.SYNTAX, 7, "words")
    report = checked(tmp_path, rule("one", '["飞单"]', hit="私单"))
    assert not report.is_usable
    assert report.findings[0].code is Code.TEST_FAILED

    def refuse(*_: object) -> None:
        raise RuleError("no")

    monkeypatch.setattr("policies.check.read_ruleset", refuse)
    assert [(one.code, one.message) for one in check_dir(tmp_path).findings] == [(Code.RULE, "no")]


def test_a_place_that_cannot_be_read_is_the_head_of_the_rule(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(rule("one", '["飞单"]') + "[[alias]]\nname = '微'\nforms = ['飞鸟']\n", "utf-8")
    (one,) = read_ruleset([tmp_path]).rules
    assert Places().line(one, "飞单") == 6
    assert Places().line(one, "飞鸟") == 1, "it stands in another table"
    assert Places().line(one, "没有") == 1
    file.unlink()
    assert Places().line(one, "飞单") == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_code_has_its_sentence_and_what_to_do(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWARDEN_STRICT_TEXTS", "1")
    texts: Texts = load_texts(language, CATALOG)
    names = (
        "word", "by", "other", "other_word", "one", "two", "count", "total", "form", "honest", "text", "surface", "how",
        "forms", "option", "alias", "kinds", "channels", "channel", "nearest",
        "what", "app", "minutes", "severity",
    )  # fmt: skip
    for code in Code:
        finding = Finding(level=Level.WARNING, code=code, message="m\x1b", values=tuple((name, "值") for name in names))
        line = finding_line(finding, texts)
        assert line.message
        assert line.to_do
        assert "{" not in line.to_do.replace("{值}", "")


def test_the_core_pack_gives_no_warning() -> None:
    assert check_dir("retail-zh").findings == ()
