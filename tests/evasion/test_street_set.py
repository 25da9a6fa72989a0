"""The messages of the street, by hand: well formed, and found as far as when they were last measured."""

from collections import Counter

import pytest

from benchmarks.evasion import PLAIN
from benchmarks.evasion_sets import lexicon_engine
from benchmarks.street import ASKED
from policies.contacts import find_contacts_many
from tests.evasion.corpora import retail_words
from tests.evasion.counter_set import KINDS, recall_by_kind
from tests.evasion.street_set import contacts, disguised, honest, numbers

pytestmark = pytest.mark.xdist_group("evasion")

LEAST = {"mechanical": 0.97, "homophone": 0.88, "pinyin": 0.97, "lookalike": 0.92, "split": 0.98, "mixed": 0.87}


def test_the_set_is_well_formed_and_large_enough() -> None:
    kinds = Counter(message.kind for message in disguised())
    assert set(kinds) == set(KINDS.values())
    assert min(kinds.values()) >= 50
    assert {message.word for message in disguised()} <= set(retail_words())
    assert len(set(honest())) == len(honest()) >= 300
    assert len(set(numbers())) == len(numbers()) >= 120
    assert min(Counter(message.kind for message in contacts()).values()) >= 15
    assert all(message.text[message.start : message.end] != message.word for message in disguised())


def test_what_is_found_of_it_and_nothing_of_honest_talk() -> None:
    engine = lexicon_engine(retail_words())
    low = {kind: recall for kind, recall in recall_by_kind(engine, disguised()).items() if recall < LEAST[kind]}
    assert low == {}
    assert [text for text in honest() if any(hit.how not in PLAIN for hit in engine.hits(text))] == []


def test_contact_details_are_found_and_nothing_among_other_numbers() -> None:
    spans = find_contacts_many([message.text for message in contacts()])
    exact = sum(
        any((span.start, span.end) == (message.start, message.end) for span in its)
        for message, its in zip(contacts(), spans, strict=True)
    )
    assert exact / len(contacts()) >= 0.95
    assert [
        text for text, its in zip(numbers(), find_contacts_many(numbers()), strict=True) for s in its if s.kind in ASKED
    ] == []
