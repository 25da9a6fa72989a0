"""Where refused rules are wrong, as the audit and the log tell it."""

from pathlib import Path

import pytest

from daemon.rule_watch import place_of
from policies.errors import RuleError
from policies.packs.loader import load_ruleset

RULE = '[[rule]]\nid = "a"\ntitle = "x"\ncategory = "c"\nseverity = "low"\nwords = ["{words}"]\n'


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        (RULE.replace("{words}", "加{无}"), "own.toml:6"),
        (RULE + RULE, "own.toml:7"),
        (RULE.replace("{words}", "加我") + '[rule.tests]\nmiss = [\n  "不",\n  "加我",\n]\n', "own.toml:10"),
        (RULE.replace("{words}", "加我") + '[rule.tests]\nmiss = [\n  "\\u52a0我",\n]\n', "own.toml:8"),
    ],
)
def test_a_refused_set_is_told_with_file_and_line(tmp_path: Path, rules: str, place: str) -> None:
    (tmp_path / "own.toml").write_text(rules, "utf-8")
    with pytest.raises(RuleError) as caught:
        load_ruleset([tmp_path])
    assert place_of(caught.value) == place


def test_a_folder_that_cannot_be_read_has_no_line() -> None:
    assert place_of(OSError("gone")) is None
