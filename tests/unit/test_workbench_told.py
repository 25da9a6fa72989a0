"""What the work-bench tells of texts: masked as alerts are, and in lines that people can read."""

from pathlib import Path

import pytest

from console.plain_text import short_word
from daemon.api.texts import Texts, load_texts
from daemon.app import CATALOG
from daemon.judge import subject_of
from daemon.rights.sight import Form, Sight
from daemon.rules import untested_engine_of
from daemon.workbench.report import report_of
from daemon.workbench.tally import Tally
from daemon.workbench.words import explained
from policies.engine import Engine
from policies.explaining import Explainer
from policies.model import Side
from tests.archive_kit import kept, sms

RULES = """
[[detector]]
id = "member"
kind = "digit_run"
length = 8
prefix = "77"

[[rule]]
id = "own.member"
title = "Member numbers"
category = "customer_data"
severity = "high"
words = ["@member"]

[[rule]]
id = "own.vip"
title = "VIP"
category = "customer_data"
severity = "low"
words = ["贵宾卡{一|二|三|四|五|六|七|八|九|十}{号|类}",
         "贵宾{卡一号|卡二号|卡三号|卡六号|卡七号|卡八号|卡九号|卡十号|卡四号|卡五号}码"]
match = { overlap = "leftmost_longest" }
"""
WECHAT = """
[[rule]]
id = "own.wechat"
title = "WeChat"
category = "off_platform_contact"
severity = "medium"
words = ["加我微信"]
"""
MEMBER = "77123456"
MOBILE = "13800138000"


def engine_for(file: Path, rules: str) -> Engine:
    file.write_text(rules, "utf-8")
    return untested_engine_of([str(file)])


@pytest.fixture(scope="module")
def zh() -> Texts:
    return load_texts("zh", CATALOG)


def test_what_a_detector_finds_is_starred_in_every_example_of_a_trial(tmp_path: Path, zh: Texts) -> None:
    engine, none = engine_for(tmp_path / "own.toml", RULES), engine_for(tmp_path / "none.toml", WECHAT)
    event = kept(sms(1, f"贵宾卡一号 会员{MEMBER} 电话{MOBILE}".encode()))
    sight = Sight(texts=zh, form=Form.FOLLOWED, people=None)
    for candidate, now in ((engine, none), (none, engine)):
        tally = Tally()
        subject = subject_of(event, ())
        tally.add(event, candidate.evaluate(subject), now.evaluate(subject))
        rules = report_of(tally, candidate.ruleset, now.ruleset, sight, is_cut=False).rules
        examples = [one for rule in rules for one in (*rule.examples, *rule.lost_examples)]
        assert {one.word[:3] for one in examples} >= {"@me", "贵宾卡"}
        for one in examples:
            assert MEMBER not in one.surface
            assert MOBILE not in one.surface
            shown = one.surface[one.start : one.end]
            assert shown == ("*" * len(MEMBER) if one.word == "@member" else "贵宾卡一号")


def test_contact_details_of_earlier_messages_and_long_patterns_are_told_in_readable_lines(
    tmp_path: Path, zh: Texts
) -> None:
    explainer = Explainer(engine_for(tmp_path / "wechat.toml", WECHAT))
    before = explained(explainer.explain("加我微信", side=Side.STAFF, previous=(f"电话{MOBILE}",), channel=""), zh)
    (hit,) = [path for path in before.paths if path.is_hit]
    assert [move.cause for move in hit.severity] == ["base", "contact"]
    assert hit.severity[1].told == "高（+1）：之前的消息里有联系方式"
    beside = explained(explainer.explain(f"加我微信 {MOBILE}", side=Side.STAFF, previous=(), channel=""), zh)
    (hit,) = [path for path in beside.paths if path.is_hit]
    assert hit.severity[1].told == "高（+1）：附近有联系方式，手机号"

    own = Explainer(engine_for(tmp_path / "own.toml", RULES))
    found = explained(own.explain("贵宾卡一号码", side=Side.STAFF, previous=(), channel=""), zh)
    (removed,) = [removal for path in found.paths for removal in path.removed_by]
    assert removed.obstacle == "overlap"
    assert "卡四号|卡五号" not in removed.told
    assert "卡四号|卡五号" in removed.words[0], "--json has it whole"


def test_a_pattern_fits_into_a_line() -> None:
    assert short_word("{加}{我?}{微信}") == "{加}{我?}{微信}"
    long = "{" + "|".join("甲乙丙丁" * 30) + "}"
    assert short_word(long) == f"{long[:40]}…"
