"""How Han characters sound: toneless syllables as code points, one for one, and Latin letters that spell syllables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from .table import LIMIT, Table, holding, translated

BASE = 0x100
"""Code point of the first syllable. Two bytes in UTF-8, so the automaton takes two steps for a syllable."""
OTHER = 0x7F
"""Stands for every character that neither has a syllable nor is ASCII."""
MOST_READINGS = 8
"""A word with polyphones is looked for in at most so many readings."""
LONGEST = 6
"""Letters of the longest syllable."""
_HAN = re.compile("[\u3400-\u9fff]")
_FUZZY_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_FUZZY_STARTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))


@dataclass(frozen=True, slots=True)
class _Sounds:
    main: dict[str, str]
    further: dict[str, tuple[str, ...]]
    syllables: tuple[str, ...]


def _read() -> _Sounds:
    main: dict[str, str] = {}
    syllables: list[str] = []
    text = resources.files(__package__).joinpath("sound_table.txt").read_text("utf-8")
    first, _, second = text.partition("---\n")
    for line in first.splitlines():
        if not line.startswith("#"):
            syllable, characters = line.split(" ")
            syllables.append(syllable)
            main.update(dict.fromkeys(characters, syllable))
    further = {line[0]: tuple(line[2:].split(" ")) for line in second.splitlines()}
    return _Sounds(main, further, tuple(syllables))


_SOUNDS = _read()
SYLLABLES: tuple[str, ...] = _SOUNDS.syllables
"""Every syllable, in the order of the table."""


_FURTHER = frozenset(_SOUNDS.further)
_POLYPHONE = re.compile(f"[{''.join(_SOUNDS.further)}]")
_COMMON = range(0x4E00, 0x9FA6)
_MUTE = "".join(char for char in map(chr, _COMMON) if char not in _SOUNDS.main)
PERHAPS_MUTE = re.compile(f"[\0-\x09\x0b-{chr(_COMMON.start - 1)}{_MUTE}{chr(_COMMON.stop)}-\U0010ffff]")
"""A character that has no syllable or is a rare one, but for line feeds."""


def main_syllable(char: str) -> str:
    """The everyday syllable of a Han character, empty for any other character."""
    return _SOUNDS.main.get(char, "")


def has_syllable(chars: str) -> bool:
    """Whether some character has a syllable."""
    return not _SOUNDS.main.keys().isdisjoint(chars)


def have_syllables(chars: str) -> bool:
    """Whether every character has a syllable."""
    return all(map(_SOUNDS.main.__contains__, chars))


def is_han(char: str) -> bool:
    """Whether a character of the basic plane is Han."""
    return _HAN.match(char) is not None


class Ear(StrEnum):
    """Which syllables count as one."""

    PLAIN = "plain"
    """Those written alike without tones."""
    FUZZY = "fuzzy"
    """Also zh z, ch c, sh s, n l, and -ng -n after a, e, i, as many speakers do not tell them apart."""


def _flat(syllable: str) -> str:
    for start, short in _FUZZY_STARTS:
        if syllable.startswith(start):
            syllable = short + syllable[len(start) :]
            break
    for end, short in _FUZZY_ENDS:
        if syllable.endswith(end):
            return syllable[: -len(end)] + short
    return syllable


class Codes:
    """Syllables as code points for one ear."""

    def __init__(self, ear: Ear) -> None:
        standing: dict[str, int] = {}
        self.of_syllable: dict[str, str] = {}
        """Syllable to its code."""
        for number, syllable in enumerate(SYLLABLES):
            heard = syllable if ear is Ear.PLAIN else _flat(syllable)
            self.of_syllable[syllable] = chr(BASE + standing.setdefault(heard, number))
        self.table: Table = [*range(0x80), *[OTHER] * (LIMIT - 0x80)]
        """For `str.translate` on folded text: Han to its syllable, ASCII as it is, all else OTHER; the length stays."""
        for char, syllable in _SOUNDS.main.items():
            self.table[ord(char)] = ord(self.of_syllable[syllable])
        self._others = {char: self._further(char, syllables) for char, syllables in _SOUNDS.further.items()}
        """Codes of further syllables by their characters."""
        self.spelled = _spellings(self.of_syllable)
        """What letters may spell, to its codes: `xin`, `lv`; `lu` is lu and, its dots folded away, lv."""

    def _further(self, char: str, syllables: Sequence[str]) -> tuple[str, ...]:
        main, *others = dict.fromkeys((self.of_char(char), *(self.of_syllable[one] for one in syllables)))
        return tuple(others)

    def of_char(self, char: str) -> str:
        """The code of one folded character."""
        return char.translate(self.table)

    def readings(self, chars: str) -> Sequence[str]:
        """Every way to read folded `chars`, the main one first, at most MOST_READINGS."""
        main = chars.translate(self.table)
        return [main] if _FURTHER.isdisjoint(chars) else self._readings(chars, main)

    def readings_of(self, words: Sequence[str]) -> tuple[list[str], list[int]]:
        """`readings` of each word, and for each reading the number of its word."""
        mains = translated(words, self.table)
        readings: list[str] = []
        numbers: list[int] = []
        at = 0
        for number in holding(words, _POLYPHONE):
            found = self._readings(words[number], mains[number])
            readings += [*mains[at:number], *found]
            numbers += [*range(at, number), *[number] * len(found)]
            at = number + 1
        return readings + mains[at:], [*numbers, *range(at, len(words))]

    def _readings(self, chars: str, main: str) -> list[str]:
        found = [main]
        for at, others in enumerate(map(self._others.get, chars)):
            if others and len(found) * (1 + len(others)) <= MOST_READINGS:
                found += [one[:at] + code + one[at + 1 :] for code in others for one in found]
        return found


def _spellings(of_syllable: dict[str, str]) -> dict[str, str]:
    found = dict(of_syllable)
    for syllable, code in of_syllable.items():
        if "v" in syllable:
            flat = syllable.replace("v", "u")
            found[flat] = found.get(flat, "") + code
    return found


@lru_cache(maxsize=2)
def codes(ear: Ear) -> Codes:
    """The codes of an ear, made once."""
    return Codes(ear)
