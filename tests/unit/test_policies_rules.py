"""Rule files: what is read, what is refused and where."""

from pathlib import Path

import pytest

from policies.check import Level, check_dir
from policies.engine import Engine
from policies.errors import RuleConflictError, RuleSyntaxError, RuleTestError
from policies.matching.profile import ANY_GAP, Boundary, Syntax
from policies.model import Severity, Side, Subject, SubjectKind
from policies.packs import load_ruleset
from policies.packs.loader import read_ruleset
from policies.rules.spec import Effect, Raise, RuleSet

RULE = """[[rule]]
id = "{id}"
title = "规则"
category = "c"
severity = "low"
"""


def write(folder: Path, text: str, name: str = "rules.toml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def load(folder: Path, body: str, rule_id: str = "a.b") -> RuleSet:
    write(folder, RULE.format(id=rule_id) + body)
    return load_ruleset([folder])


def test_everything_a_rule_may_say(tmp_path: Path) -> None:
    ruleset = load(
        tmp_path,
        """
channels = ["sms", "wecom"]
sides = ["staff"]
note = "why"
words = ["加我微信", "@member"]
allow = ["加我微信群"]
match = { fold = true, skip = "symbols", gap = 3, repeats = true, homophone = "auto", pinyin = true, boundary = "none" }
near = { any = ["@contact.wechat", "私下"], within = 15, messages = 2, effect = "severity+1" }
not_near = { any = ["公司"], within = 4, side = "left" }
raise_on = ["evasion"]
[rule.tests]
hit = ["加我微信", { text = "加我微 信", span = [0, 5], class = "gap", severity = "medium" }]
miss = ["公司加我微信", "加我微信群"]

[[alias]]
name = "x"
forms = ["x1", "x2"]

[[detector]]
id = "member"
kind = "digit_run"
length = 8
prefix = "77"
views = ["folded", "spoken"]
reject_near = { any = ["价格"], side = "left", within = 6, unless = ["会员"] }
mask = { keep_head = 2, keep_tail = 2, char = "*" }
""",
    )
    (rule,) = ruleset.rules
    assert rule.title == (("en", "规则"), ("zh", "规则"))
    assert rule.channels == {"sms", "wecom"}
    assert rule.profile.boundary is Boundary.NONE
    assert rule.ignored == ()
    assert [near.effect for near in rule.near] == [Effect.RAISE_1, Effect.DROP]
    assert rule.raise_on == {Raise.EVASION}
    assert ruleset.alias_forms == {"x": ("x1", "x2")}
    engine = Engine(ruleset)
    assert [hit.word for hit in engine.hits("会员价格 77123456，七七一二三四五六")] == ["@member", "@member"]
    assert engine.hits("价格 77123456") == ()
    assert engine.hits("号 78123456") == ()


def test_a_version_names_packs_and_content(tmp_path: Path) -> None:
    first = load(tmp_path, 'words = ["abc"]')
    write(tmp_path, "# more\n" + RULE.format(id="a.b") + 'words = ["abc"]\n')
    second = load_ruleset([tmp_path])
    assert first.version.startswith(f"{tmp_path.name}@1+")
    assert first.version.endswith(first.sha256[:8])
    assert first.sha256 != second.sha256
    both = load_ruleset(["retail-zh", tmp_path])
    assert both.version.startswith(f"retail-zh@2,{tmp_path.name}@1+")
    assert len(both.rules) > len(second.rules)


@pytest.mark.parametrize(
    ("body", "key", "line", "nearest"),
    [
        ('word = ["abc"]\nwords = ["abc"]', "word", 6, "words"),
        ('words = ["abc"]\nmatch = { skpi = "symbols" }', "skpi", 7, "skip"),
        ('words = ["abc"]\nmatch = { skip = "symbol" }', "skip", 7, "symbols"),
        ('words = ["abc"]\nsides = ["staf"]', "sides", 7, "staff"),
        ('words = ["abc"]\nnear = { any = ["x"], effect = "severity+3" }', "effect", 7, "severity+2"),
        ('words = ["@contact.mobil"]', "words", 6, "@contact.mobile"),
        ('words = ["{无}"]', "words", 6, None),
        ('words = ["❤"]\nmatch = { skip = "ascii_punctuation" }', "words", 6, None),
        ('words = ["好"]', "words", 6, None),
        ("words = [7]", "words", 6, None),
        ('words = ["abc"]\nmatch = { gap = -1 }', "gap", 7, None),
        ("", "words", 1, None),
        ('words = ["abc"]\n[rule.tests]\nhits = ["abc"]', "hits", 8, "hit"),
    ],
)
def test_mistakes_are_named_with_their_place(
    tmp_path: Path, body: str, key: str, line: int, nearest: str | None
) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        load(tmp_path, body)
    assert caught.value.file == tmp_path / "rules.toml"
    assert (caught.value.key, caught.value.line, caught.value.nearest) == (key, line, nearest)
    assert "rules.toml" in str(caught.value)


def test_broken_files(tmp_path: Path) -> None:
    with pytest.raises(RuleSyntaxError, match="no such"):
        load_ruleset([tmp_path / "none"])
    with pytest.raises(RuleSyntaxError, match=r"no \*\.toml"):
        load_ruleset([tmp_path])
    with pytest.raises(RuleSyntaxError) as caught:
        load_ruleset(["retail-ch"])
    assert caught.value.nearest == "retail-zh"
    write(tmp_path, "a = 1\nb = [")
    with pytest.raises(RuleSyntaxError) as caught:
        load_ruleset([tmp_path])
    assert caught.value.file.name == "rules.toml"
    (tmp_path / "rules.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RuleSyntaxError, match="UTF-8"):
        load_ruleset([tmp_path])
    write(tmp_path, "rules = []\n")
    with pytest.raises(RuleSyntaxError) as caught:
        load_ruleset([tmp_path])
    assert (caught.value.key, caught.value.nearest) == ("rules", "rule")


def test_one_id_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        write(tmp_path, RULE.format(id="same") + 'words = ["abc"]\n', name)
    with pytest.raises(RuleConflictError) as caught:
        load_ruleset([tmp_path])
    assert (caught.value.name, caught.value.first.name, caught.value.second.name) == ("same", "a.toml", "b.toml")
    (finding,) = check_dir(tmp_path).findings
    assert (finding.code, finding.file, finding.line) == ("conflict", tmp_path / "b.toml", caught.value.second_line)
    assert str(caught.value) == f"{tmp_path / 'b.toml'}:1: 'same' is already defined in {tmp_path / 'a.toml'}:1"


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ('hit = ["xyz"]', "should hit, but does not"),
        ('miss = ["abc"]', "should not hit"),
        ('hit = [{ text = "abc", span = [1, 2] }]', "should hit [1, 2]"),
        ('hit = [{ text = "abc", how = "gap" }]', "should be found as gap"),
        ('hit = [{ text = "abc", severity = "high" }]', "should be high"),
    ],
)
def test_samples_must_hold(tmp_path: Path, tests: str, reason: str) -> None:
    with pytest.raises(RuleTestError) as caught:
        load(tmp_path, f'words = ["abc"]\n[rule.tests]\n{tests}\n')
    assert reason in caught.value.failures[0]
    assert read_ruleset([tmp_path]).rules
    report = check_dir(tmp_path)
    assert not report.is_usable
    finding = report.findings[0]
    assert (finding.code, finding.rule_id, finding.file) == ("test_failed", "a.b", caught.value.file)
    assert (finding.line, caught.value.line) == (8, 8)
    assert reason in finding.message


@pytest.mark.parametrize(
    ("lines", "line", "key"),
    [
        (['note = "{二}"', "words = [", '  "abc",', "  '{二}',", "]"], 4, "words"),
        (['words = ["abc"]', 'allow = ["d",', '"{二}"]'], 3, "allow"),
        (['words = ["abc"]', 'near = { any = ["@two"] }'], 2, "near"),
        (['words = ["abc"]', 'near = { any = ["{二}"] }'], 2, "near"),
        (['words = ["abc", "\\u7b2c{二}"]'], 1, "words"),
    ],
)
def test_a_word_that_cannot_be_searched_is_named_with_its_line(
    tmp_path: Path, lines: list[str], line: int, key: str
) -> None:
    other = RULE.format(id="other") + 'words = ["{二}"]\n[[alias]]\nname = "一"\nforms = ["一一"]\n'
    write(tmp_path, "\n".join((RULE.format(id="r").rstrip(), *lines, other)))
    with pytest.raises(RuleSyntaxError) as caught:
        load_ruleset([tmp_path])
    assert (caught.value.line, caught.value.key) == (RULE.count("\n") + line, key)


def test_options_of_the_case_files_are_understood(tmp_path: Path) -> None:
    ruleset = load(
        tmp_path,
        'words = ["a(b|c)"]\nmatch = { skip = true, repeat = false, fold_digits = true, gap = "any",'
        ' pattern_syntax = ". ?", boundary = "always_true", overlap = "shortest_first", ignore_case = false,'
        ' allow = ["x"] }\n',
    )
    profile = ruleset.rules[0].profile
    assert (profile.gap, profile.repeats, profile.syntax, profile.fold_case) == (ANY_GAP, False, Syntax.WILDCARD, False)
    assert ruleset.rules[0].allow == ("x",)


def test_the_linter_warns(tmp_path: Path) -> None:
    write(
        tmp_path,
        RULE.format(id="one")
        + 'words = ["飞单", "私单"]\nallow = ["私单"]\n'
        + RULE.format(id="two")
        + 'words = ["飛單"]\n[rule.tests]\nhit = ["飞单"]\n[[alias]]\nname = "unused"\nforms = ["x"]\n',
    )
    report = check_dir(tmp_path)
    codes = {(finding.code, finding.rule_id) for finding in report.findings}
    assert report.is_usable
    assert {
        ("dead_word", "one"),
        ("no_tests", "one"),
        ("same_word", "two"),
        ("no_miss", "two"),
        ("unused_alias", None),
    } <= codes
    assert all(finding.level is Level.WARNING for finding in report.findings)


def test_check_reports_a_syntax_mistake(tmp_path: Path) -> None:
    write(tmp_path, RULE.format(id="one") + 'word = ["x"]\n')
    (finding,) = check_dir(tmp_path).findings
    assert (finding.code, finding.key, finding.nearest, finding.line) == ("syntax", "word", "words", 6)


def test_file_defaults_and_allow_for_all(tmp_path: Path) -> None:
    write(
        tmp_path,
        'allow = ["回扣针"]\n[match]\nboundary = "none"\n' + RULE.format(id="one") + 'words = ["回扣", "av"]\n',
    )
    engine = Engine(load_ruleset([tmp_path]))
    assert engine.hits("回扣针") == ()
    assert [hit.word for hit in engine.hits("have 回扣")] == ["av", "回扣"]


def test_absence_needs_no_words(tmp_path: Path) -> None:
    engine = Engine(load(tmp_path, 'kinds = ["absence"]\nsources = ["contacts"]\n'))
    subject = Subject(kind=SubjectKind.ABSENCE, channel="contacts", text="王女士")
    (verdict,) = engine.evaluate(subject)
    assert (verdict.rule_id, verdict.hits, verdict.severity) == ("a.b", (), Severity.LOW)
    assert engine.evaluate(Subject(kind=SubjectKind.ABSENCE, channel="sms", text="x")) == ()
    assert engine.evaluate(Subject(kind=SubjectKind.CONTACT, channel="contacts", text="x")) == ()


def test_sides_and_channels(tmp_path: Path) -> None:
    engine = Engine(load(tmp_path, 'channels = ["sms"]\nsides = ["staff"]\nwords = ["飞单"]\n'))
    assert engine.hits("飞单", channel="sms", side=Side.STAFF)
    assert engine.hits("飞单")
    assert not engine.hits("飞单", channel="sms", side=Side.CUSTOMER)
    assert not engine.hits("飞单", channel="wecom")


def test_the_manual_is_true(tmp_path: Path) -> None:
    manual = (Path(__file__).resolve().parents[2] / "docs" / "policies.md").read_text("utf-8")
    rule, rest = (part.split("```")[0] for part in manual.split("```toml\n")[1:3])
    write(tmp_path, rule, "rule.toml")
    write(tmp_path, rest, "rest.toml")
    write(tmp_path, '[[alias]]\nname = "加"\nforms = ["加", "+"]\n', "more.toml")
    ruleset = load_ruleset([tmp_path])
    assert ruleset.version.startswith("my-shop@3+")
    for option in ("fold_digits", "skip_chars", "entry_skips", "gap_rule", "run_edges", "allow_single"):
        assert f"`{option}`" in manual
