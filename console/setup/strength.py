"""How long a passphrase would withstand guessing, roughly and without a word list worth the name."""

import math
import unicodedata
from enum import StrEnum
from typing import Final

FAIR_BITS: Final = 45.0
STRONG_BITS: Final = 70.0
_HAN: Final = 3000
"""Characters that people write with."""
_COMMON: Final = (
    "password",
    "passw0rd",
    "qwerty",
    "letmein",
    "admin",
    "shopwarden",
    "123456",
    "111111",
    "888888",
    "woaini",
)


class Strength(StrEnum):
    """In words for people."""

    WEAK = "weak"
    FAIR = "fair"
    STRONG = "strong"


def strength_of(passphrase: str) -> Strength:
    """By what kinds of characters it has and how many of them are news."""
    bits = _bits(passphrase)
    if bits >= STRONG_BITS:
        return Strength.STRONG
    return Strength.FAIR if bits >= FAIR_BITS else Strength.WEAK


def _bits(passphrase: str) -> float:
    text = passphrase.casefold()
    for word in _COMMON:
        text = text.replace(word, word[:1])
    pool = sum(size for size, _ in _kinds(passphrase))
    if not pool or not text:
        return 0.0
    return _news(text) * math.log2(pool)


def _news(text: str) -> float:
    """Characters, those that repeat the one before or count on from it for a fifth."""
    weight = 1.0
    for before, character in zip(text, text[1:], strict=False):
        weight += 0.2 if abs(ord(character) - ord(before)) <= 1 else 1.0
    return min(weight, 2.5 * len(set(text)))


def _kinds(text: str) -> set[tuple[int, str]]:
    return {_kind(character) for character in text}


def _kind(character: str) -> tuple[int, str]:
    if not character.isascii():
        return (_HAN, "other") if unicodedata.category(character) == "Lo" else (100, "letters")
    if character.isdigit():
        return 10, "digits"
    if character.isalpha():
        return 26, "capitals" if character.isupper() else "small"
    return 33, "signs"
