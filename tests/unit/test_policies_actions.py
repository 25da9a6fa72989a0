"""What a rule says is to be done by itself: read, refused with the reason, told by the check."""

from pathlib import Path

import pytest

from policies.check import check_dir
from policies.errors import RuleSyntaxError
from policies.packs import load_ruleset
from policies.rules.actions import RuleAction

RULE = """[[rule]]
id = "a.b"
title = "规则"
category = "c"
severity = "{severity}"
words = ["加我微信"]
"""


def actions(folder: Path, body: str, severity: str = "critical") -> tuple[RuleAction, ...]:
    (folder / "rules.toml").write_text(RULE.format(severity=severity) + body, "utf-8")
    return load_ruleset([folder]).rules[0].actions


def test_every_kind_is_read(tmp_path: Path) -> None:
    body = """
[[rule.action]]
do = "suspend_app"
app = "com.tencent.mm"
minutes = 20
[[rule.action]]
do = "suspend_app"
minutes = 5
[[rule.action]]
do = "message"
text = " 请联系店长 "
[[rule.action]]
do = "lock"
"""
    found = actions(tmp_path, body)
    assert [(one.kind.value, one.app, one.minutes, one.text) for one in found] == [
        ("suspend_app", "com.tencent.mm", 20, ""), ("suspend_app", None, 5, ""),
        ("message", None, 0, "请联系店长"), ("lock", None, 0, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    ['do = "suspend_app"', 'do = "suspend_app"\nminutes = 0', 'do = "suspend_app"\nminutes = 5\napp = "微信"',
     'do = "message"\ntext = "  "', 'do = "message"', 'do = "dance"', 'do = "lock"\nminutes = 5'],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(body: str, tmp_path: Path) -> None:
    with pytest.raises(RuleSyntaxError):
        actions(tmp_path, f"[[rule.action]]\n{body}\n")


def test_the_check_tells_of_actions_and_of_mild_rules_that_have_some(tmp_path: Path) -> None:
    actions(tmp_path, '[[rule.action]]\ndo = "lock"\n', severity="low")
    report = check_dir(tmp_path)
    told = {finding.code for finding in (*report.findings, *report.notes)}
    assert {"mild_action", "action"} <= {str(getattr(code, "value", code)) for code in told}
