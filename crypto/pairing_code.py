"""The three words that pair a console with a daemon: 33 random bits, said in English words or Chinese characters.

The words are those of BIP-39 (`words/README.md`): word n of the English list and character n of the Chinese one mean
the same, so that one side may read characters and the other side type words. English words are told apart by their
first four letters, which are enough.
"""

import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NoReturn

LIST_WORDS: Final = 2048
CODE_WORDS: Final = 3
_ENOUGH_LETTERS: Final = 4
_LONGEST_TEXT: Final = 200
_FOLDER: Final = Path(__file__).parent / "words"


class NotACodeError(ValueError):
    """What was typed is no code. `word` counts from 1; None: there are not three words. Names nothing of the text."""

    def __init__(self, word: int | None) -> None:
        super().__init__("not three words of the list")
        self.word = word


@dataclass(frozen=True, slots=True, repr=False)
class PairingCode:
    """Three places in the lists."""

    places: tuple[int, int, int]

    def english(self) -> str:
        """`ocean tiger lamp`."""
        return " ".join(_lists()[0][place] for place in self.places)

    def chinese(self) -> str:
        """Three characters; no phrase, but easily read out and typed."""
        return "".join(_lists()[1][place] for place in self.places)

    def secret(self) -> bytes:
        """What both sides put into the key exchange: never the words themselves, of which there are two kinds."""
        return b"".join(place.to_bytes(2) for place in self.places)

    def __repr__(self) -> str:
        return "PairingCode(<hidden>)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a pairing code is not pickled or copied")


def new_code() -> PairingCode:
    """Three random words."""
    return PairingCode((secrets.randbelow(LIST_WORDS), secrets.randbelow(LIST_WORDS), secrets.randbelow(LIST_WORDS)))


def read_code(text: str) -> PairingCode:
    """What somebody typed: words or their first four letters, or characters, in any case, width and separation.

    NotACodeError when that is not three words of the lists.
    """
    typed = tuple(_typed_words(unicodedata.normalize("NFKC", text[:_LONGEST_TEXT]).casefold()))
    if len(typed) != CODE_WORDS:
        raise NotACodeError(None)
    first, second, third = (_place(word, number) for number, word in enumerate(typed, start=1))
    return PairingCode((first, second, third))


def _typed_words(text: str) -> Iterator[str]:
    """Runs of letters; each character that is not ASCII stands by itself."""
    run = ""
    for character in text:
        if character.isascii() and character.isalpha():
            run += character
            continue
        if run:
            yield run
            run = ""
        if not character.isascii() and character.isalpha():
            yield character
    if run:
        yield run


def _place(word: str, number: int) -> int:
    place = _places().get(word)
    if place is None and len(word) > _ENOUGH_LETTERS:
        place = _places().get(word[:_ENOUGH_LETTERS])
        if place is not None and not _lists()[0][place].startswith(word):
            place = None  # "oceanic" is not "ocean"
    if place is None:
        raise NotACodeError(number)
    return place


@lru_cache(maxsize=1)
def _lists() -> tuple[tuple[str, ...], tuple[str, ...]]:
    english, chinese = (
        tuple((_FOLDER / name).read_text(encoding="utf-8").split())
        for name in ("english.txt", "chinese_simplified.txt")
    )
    return english, chinese


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    """By whole word, by the first four letters, by character."""
    english, chinese = _lists()
    shortened = {word[:_ENOUGH_LETTERS]: place for place, word in enumerate(english)}
    return shortened | {word: place for words in (english, chinese) for place, word in enumerate(words)}
