"""Ways to disguise a word. Each is seeded, says None for a word it cannot change, and leaves its two ends words' ends.

`OPERATORS` are all by name, mixed ones among them (`composed`). A disguise begins with what
stands for the word's first character and ends with what stands for its last one, so the span of the whole is expected.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from .characters import characters, homophones, toned_readings
from .lookalikes import drawn_alike, parts

Operator = Callable[[str, random.Random], str | None]
"""A word and chance to what is written for it, or None when this way does not change the word."""

SYMBOLS = "*-_.~/|+^=&#@`'\"<>"
CJK_MARKS = "·、…—～「」【】《》〈〉※★☆●◆■→♪"
EMOJI = ("😊", "❤️", "👍🏻", "💰", "🌹", "✨", "👨‍👩‍👧", "🎁", "🇨🇳", "☺", "💎", "🙏", "😂")
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e\u2061"
COMBINING = "\u0301\u0336\u0332\u0308\u20dd\u0489\u0337"
NEAR_HOMOPHONES = 6
"""A disguise is a character people know, so one of the commonest that sound the same."""


class Group(StrEnum):
    """Kinds of operators that share a bar."""

    MECHANICAL = "mechanical"
    HOMOPHONE = "homophone"
    PINYIN = "pinyin"
    LOOKALIKE = "lookalike"
    SPLIT = "split"
    REVERSED = "reversed"


def case(word: str, chance: random.Random) -> str | None:
    """Letters in the other case, all or some."""
    changed = word.swapcase() if chance.random() < 0.5 else "".join(chance.choice((c.upper(), c.lower())) for c in word)
    return _if_changed(changed, word)


def width(word: str, chance: random.Random) -> str | None:
    """ASCII as full-width forms."""
    return _if_changed("".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word), word)


def enclosed(word: str, chance: random.Random) -> str | None:
    """Letters and digits circled, in brackets or squared."""
    changed = "".join(_enclosed(c, chance) for c in word)
    return _if_changed(changed, word)


def _enclosed(char: str, chance: random.Random) -> str:
    upper, lower = char.upper(), char.lower()
    if "a" <= lower <= "z":
        offset = ord(lower) - ord("a")
        first = chance.choice((0x24B6, 0x24D0, 0x249C, 0x1F130, 0x1F150, 0x1F170, 0x1D400))
        return chr(first + ord(upper) - ord("A")) if first != 0x24D0 else chr(first + offset)
    if "1" <= char <= "9":
        return chr(chance.choice((0x2460, 0x2474, 0x2776, 0x2780, 0x278A, 0x1D7CE + 1)) + int(char) - 1)
    return char


def traditional(word: str, chance: random.Random) -> str | None:
    """Traditional forms."""
    return _if_changed("".join(characters().traditional.get(c, c) for c in word), word)


def _between(word: str, inserted: Sequence[str], places: set[int]) -> str | None:
    """`inserted`, in turn, before the characters at `places`."""
    if not places:
        return None
    put = iter(inserted)
    return "".join(next(put) + c if at in places else c for at, c in enumerate(word))


def _inner(word: str) -> list[int]:
    return [at for at in range(1, len(word)) if not (_is_latin(word[at]) and _is_latin(word[at - 1]))] or list(
        range(1, len(word))
    )


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _everywhere(char: str) -> Operator:
    return lambda word, chance: _between(word, [char] * len(word), set(_inner(word)))


def _once(chars: Sequence[str]) -> Operator:
    return lambda word, chance: _between(word, [chance.choice(chars)], {chance.choice(_inner(word))})


def _alike_everywhere(chars: Sequence[str]) -> Operator:
    """The same one between every two."""
    return lambda word, chance: _between(word, [chance.choice(chars)] * len(word), set(_inner(word)))


def _any_everywhere(chars: Sequence[str]) -> Operator:
    return lambda word, chance: _between(word, chance.choices(chars, k=len(word)), set(_inner(word)))


def repeats(word: str, chance: random.Random) -> str | None:
    """One character two or three times, or each of them twice."""
    if chance.random() < 0.3:
        return "".join(c * 2 for c in word)
    at = chance.randrange(len(word))
    return word[:at] + word[at] * chance.choice((2, 3)) + word[at + 1 :]


def _sounding_alike(word: str, chance: random.Random, places: Sequence[int]) -> str | None:
    readings = toned_readings(word)
    changed = list(word)
    for at in places:
        reading = readings[at]
        known = homophones(word[at], reading) if reading else ()
        if known:
            changed[at] = chance.choice(known[:NEAR_HOMOPHONES])
    return _if_changed("".join(changed), word)


def homophone_one(word: str, chance: random.Random) -> str | None:
    """One character by one that sounds the same, its tone aside."""
    han = _han(word)
    return _sounding_alike(word, chance, [chance.choice(han)]) if han else None


def homophone_all(word: str, chance: random.Random) -> str | None:
    """Every character so."""
    return _sounding_alike(word, chance, _han(word))


def _han(word: str) -> list[int]:
    return [at for at, c in enumerate(word) if "\u4e00" <= c <= "\u9fff"]


def _spelt(word: str, places: set[int]) -> list[str] | None:
    readings = toned_readings(word)
    if not places or any(readings[at] is None for at in places):
        return None
    return [(readings[at] or "")[:-1] if at in places else c for at, c in enumerate(word)]


def pinyin_one(word: str, chance: random.Random) -> str | None:
    """One character in letters: hui扣."""
    han = _han(word)
    spelt = _spelt(word, {chance.choice(han)}) if han else None
    return "".join(spelt) if spelt else None


def pinyin_all(word: str, chance: random.Random) -> str | None:
    """The whole word in letters: huikou, Huikou, HUIKOU."""
    spelt = _spelt(word, set(_han(word)))
    if spelt is None or any(_is_latin(c) for c in word):
        return None
    letters = "".join(spelt)
    return chance.choice((letters, letters, letters.capitalize(), letters.upper()))


def pinyin_spaced(word: str, chance: random.Random) -> str | None:
    """Its syllables apart: hui kou."""
    spelt = _spelt(word, set(_han(word)))
    return " ".join(spelt) if spelt and not any(_is_latin(c) for c in word) else None


def pinyin_mixed(word: str, chance: random.Random) -> str | None:
    """Some characters in letters, in either case: Hui扣, 回KOU, 加wei信."""
    han = _han(word)
    chosen = {at for at in han if chance.random() < 0.5}
    if not chosen or len(chosen) == len(han):
        return pinyin_one(word, chance)
    spelt = _spelt(word, chosen)
    if spelt is None:
        return None
    return "".join(chance.choice((c, c.upper(), c.capitalize())) if at in chosen else c for at, c in enumerate(spelt))


def lookalike(word: str, chance: random.Random) -> str | None:
    """One character, or each that can be, by one drawn alike."""
    known = drawn_alike()
    places = [at for at, c in enumerate(word) if c in known]
    if not places:
        return None
    chosen = set(places) if chance.random() < 0.3 else {chance.choice(places)}
    return "".join(chance.choice(known[c]) if at in chosen else c for at, c in enumerate(word))


def split(word: str, chance: random.Random) -> str | None:
    """One character, or each that can be, taken apart: 力口微信."""
    places = [at for at, c in enumerate(word) if c in parts()]
    if not places:
        return None
    chosen = set(places) if chance.random() < 0.3 else {chance.choice(places)}
    return "".join(parts()[c] if at in chosen else c for at, c in enumerate(word))


def reversed_order(word: str, chance: random.Random) -> str | None:
    """Back to front."""
    return _if_changed(word[::-1], word)


def composed(*ways: Operator) -> Operator:
    """One after another; None when one of them cannot change the word."""

    def way(word: str, chance: random.Random) -> str | None:
        now: str | None = word
        for each in ways:
            now = each(now, chance) if now is not None else None
        return now

    return way


def _if_changed(changed: str, word: str) -> str | None:
    return changed if changed != word else None


space_one = _once((" ",))
symbol_one = _once(tuple(SYMBOLS))
emoji_one = _once(EMOJI)

OPERATORS: Mapping[Group, Mapping[str, Operator]] = {
    Group.MECHANICAL: {
        "case": case,
        "width": width,
        "enclosed": enclosed,
        "traditional": traditional,
        "space_one": space_one,
        "space_all": _everywhere(" "),
        "space_ideographic": _everywhere("\u3000"),
        "space_odd": _any_everywhere("\u00a0\u2003\u2009\u202f"),
        "symbol_one": symbol_one,
        "symbols_alike": _alike_everywhere(SYMBOLS),
        "symbols_any": _any_everywhere(SYMBOLS),
        "cjk_mark_one": _once(tuple(CJK_MARKS)),
        "cjk_marks_alike": _alike_everywhere(CJK_MARKS),
        "emoji_one": emoji_one,
        "emoji_all": _any_everywhere(EMOJI),
        "zero_width": _any_everywhere(ZERO_WIDTH),
        "combining": _any_everywhere(COMBINING),
        "repeats": repeats,
        "traditional_space": composed(traditional, _everywhere(" ")),
        "width_emoji": composed(width, emoji_one),
        "case_symbols": composed(case, _alike_everywhere(SYMBOLS)),
        "repeat_zero_width": composed(repeats, _any_everywhere(ZERO_WIDTH)),
        "enclosed_space": composed(enclosed, space_one),
    },
    Group.HOMOPHONE: {
        "homophone_one": homophone_one,
        "homophone_all": homophone_all,
        "homophone_symbol": composed(homophone_one, symbol_one),
        "homophone_emoji": composed(homophone_all, emoji_one),
    },
    Group.PINYIN: {
        "pinyin_one": pinyin_one,
        "pinyin_all": pinyin_all,
        "pinyin_spaced": pinyin_spaced,
        "pinyin_mixed": pinyin_mixed,
        "pinyin_width": composed(pinyin_one, width),
    },
    Group.LOOKALIKE: {"lookalike": lookalike, "lookalike_space": composed(lookalike, space_one)},
    Group.SPLIT: {"split": split, "split_symbol": composed(split, symbol_one)},
    Group.REVERSED: {"reversed": reversed_order},
}
"""By what bar they are held to."""
