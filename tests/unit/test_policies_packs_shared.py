"""What holds for every pack of a branch."""

from dataclasses import replace

import pytest

from policies.rules.trial import failures
from tests.packs_kit import BRANCHES, every_engine, every_rule, own, packs

pytestmark = packs


@pytest.mark.parametrize("name", BRANCHES)
def test_a_pack_is_of_use_and_told_in_both_languages(name: str) -> None:
    rules = own(name)
    assert 60 <= len(rules) <= 200
    for rule in rules:
        assert set(dict(rule.title)) == set(dict(rule.advice)) == {"en", "zh"}, rule.id
        assert not any("\u4e00" <= char <= "\u9fff" for char in dict(rule.title)["en"] + dict(rule.advice)["en"]), (
            rule.id
        )
        found = [test for test in rule.tests if test.expects_hit]
        assert len(found) >= 3 and len(rule.tests) - len(found) >= 3, rule.id


def test_what_the_rules_say_of_themselves_holds() -> None:
    rules = tuple(rule for name in BRANCHES for rule in own(name))
    assert failures(replace(every_rule(), rules=rules), every_engine()) == []
