"""Numerals in words as figures: 五星返现 is written 5星返现 as well, in all honesty and to get past filters."""

import re

_DIGITS = {
    numeral: str(value)
    for value, numerals in enumerate(("零〇", "一", "二两", *"三四五六七八九"))
    for numeral in numerals
}
NUMERALS = frozenset((*_DIGITS, "十"))
_ONES = "一二三四五六七八九"
_NUMERAL = re.compile(f"([{_ONES}]?)十([{_ONES}]?)|[{''.join(_DIGITS)}]")
FEWEST_OTHERS = 2
"""So many characters of a word besides numerals: 3包 is what everybody says of whatever comes in parcels."""


def in_figures(word: str) -> str:
    """The word with its numerals as figures; itself where it has none or little else, or is of more than characters."""
    if len(_NUMERAL.sub("", word)) < FEWEST_OTHERS or not word.isalnum():
        return word
    return _NUMERAL.sub(_figure, word)


def _figure(numeral: re.Match[str]) -> str:
    tens, ones = numeral[1], numeral[2]
    if tens is None:
        return _DIGITS[numeral[0]]
    return (_DIGITS[tens] if tens else "1") + (_DIGITS[ones] if ones else "0")
