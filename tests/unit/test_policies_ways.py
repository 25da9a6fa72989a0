"""Whether texts tell a way to reach a person, asked of texts in which a word was found."""

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.contacts import find_contacts, tell_ways
from policies.engine import FEW, Engine
from policies.model import CONTACT_WAYS, Severity, Subject, SubjectKind
from policies.packs import load_ruleset

from .test_text_contacts_many import case_texts, texts

RULES = """
[[rule]]
id = "way"
title = "w"
category = "c"
severity = "low"
words = ["回扣"]
allow = ["没有回扣"]

[[rule]]
id = "no-way"
title = "w"
category = "c"
severity = "low"
raise_on = []
words = ["飞单", "oem"]

[[rule]]
id = "near"
title = "w"
category = "c"
severity = "low"
words = ["返点"]
near = { any = ["私下"], within = 5 }

[[rule]]
id = "elsewhere"
title = "w"
category = "c"
severity = "low"
channels = ["wechat"]
words = ["跑单"]
"""
SAID = (
    *("要回扣", "要回扣，打13800138000", "回扣找王小明先生", "回扣，加微信abc12345", "没有回扣", "回口", "回-扣"),
    *("飞单吗，打13800138000", "飞一单吗", "oem啊", "oemd", "私下返点", "返点", "跑单", "回扣回扣", "你好", ""),
)


def tells(text: str) -> bool:
    return any(span.kind in CONTACT_WAYS for span in find_contacts(text))


@settings(deadline=None)
@given(st.lists(texts, max_size=12))
@example(["\U0001f1e8", "\U0001f1f3", "\x85", "\u2028", "\r\n", "13800138000", "\ud83d", "\ude00"])
def test_they_are_told_as_the_details_tell(batch: list[str]) -> None:
    assert tell_ways(batch) == list(map(tells, batch))


def test_the_cases_and_long_texts() -> None:
    every = [*case_texts(), "好" * 700 + "13800138000", "好" * 700, "好" * 12_000 + "13800138000"]
    assert tell_ways(every) == list(map(tells, every))
    assert len(set(tell_ways(every))) == 2


def test_a_word_alone_in_its_text_is_judged_as_among_others(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(RULES, encoding="utf-8")
    engine = Engine(load_ruleset([file]))
    said = [subject(text) for text in SAID]
    many = [*said, *(subject(f"{text}，你好返点") for text in SAID), *(subject("好") for _ in range(FEW))]
    found = engine.hits_many(many)
    assert found == [engine.hits(one.text, channel=one.channel) for one in many]
    assert [[hit.severity for hit in one] for one in found[:4]] == [
        *([Severity.LOW], [Severity.MEDIUM], [Severity.LOW], [Severity.MEDIUM])
    ]
    assert [one.rule_id for hits in found[7:14] for one in hits] == ["no-way", "no-way", "near"]


def subject(text: str) -> Subject:
    return Subject(kind=SubjectKind.MESSAGE, channel="sms", text=text)
