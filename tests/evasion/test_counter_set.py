"""The messages of a shop's counter, by hand: well formed, and found as far as when they were last measured."""

from collections import Counter

import pytest

from benchmarks.evasion import PLAIN
from benchmarks.evasion_sets import lexicon_engine
from tests.evasion.corpora import retail_words
from tests.evasion.counter_set import KINDS, disguised, honest, recall_by_kind

pytestmark = pytest.mark.xdist_group("evasion")

LEAST = {"mechanical": 0.99, "homophone": 0.9, "pinyin": 0.98, "lookalike": 0.95, "split": 0.95, "mixed": 0.84}


def test_the_set_is_well_formed_and_large_enough() -> None:
    kinds = Counter(message.kind for message in disguised())
    assert set(kinds) == set(KINDS.values())
    assert kinds.total() >= 400
    assert min(kinds.values()) >= 25
    assert len(set(honest())) == len(honest()) >= 390
    assert all(message.text[message.start : message.end] != message.word for message in disguised())


def test_what_is_found_of_it_and_what_of_honest_talk_is() -> None:
    engine = lexicon_engine(tuple(dict.fromkeys((*retail_words(), *(one.word for one in disguised())))))
    low = {kind: recall for kind, recall in recall_by_kind(engine, disguised()).items() if recall < LEAST[kind]}
    assert low == {}
    false = [text for text in honest() if any(hit.how not in PLAIN for hit in engine.hits(text))]
    assert len(false) <= 115, "most of them are written to sound like such words"
