"""Whether letters and parts of characters in a text can belong to a word at all, told by what stands beside them."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase

from ..folding.sounds import LONGEST, Ear, codes
from .lanes import neighbours_in
from .soundalikes import Sounds

LETTERS = re.compile("[a-z]+")
BIT = 2
"""A run of so few letters may be a bit of a syllable: w ei x in."""
SHORT_RUN = 6
"""Letters of a run whose every way to be read is tried."""
LONG_RUN = 64
"""A run of more syllables than this has letters is not looked at here: it may hold a word."""
_SPELLED = codes(Ear.PLAIN).spelled
_TABLE = codes(Ear.PLAIN).table
_TONES = frozenset("12345")
_DOUBLE = re.compile(r"(.)\1", re.DOTALL)
_TWO_ALIKE = re.compile(r"(?=(.)\1)", re.DOTALL)
_WIDE = 10
"""Bits of a code."""
_BETWEEN = chr((1 << _WIDE) - 1)
"""Stands between words; no code."""


MOST_PARTS = 2_000
MOST_RUNS = 5_000
"""Promising places of one text: more than an honest one of ten thousand characters has."""
MOST_LETTERS = 10_000
"""Letters of one text that are looked at: all of an honest one's, however long its runs are."""
LONGEST_READ = 50_000
"""Characters of a text from which on fewer letters are looked at: nobody writes so much."""
_FEWER = 3


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What letters may spell. Codes of syllables."""

    inner: tuple[int, ...]
    """Pairs of syllables, or of a syllable and a letter, that stand side by side."""
    heads: str
    """Of syllables that begin the letters."""
    tails: str
    """Of syllables that end them."""


@lru_cache(maxsize=4096)
def _spelling(letters: str) -> _Spelling:
    by_start: dict[int, list[tuple[int, str]]] = {}
    for start in range(len(letters)):
        for end in range(start + 1, min(len(letters), start + LONGEST) + 1):
            if found := _SPELLED.get(letters[start:end]):
                by_start.setdefault(start, []).append((end, found))
    inner: set[int] = set()
    tails: set[str] = set()
    for start, ways in by_start.items():
        for end, found in ways:
            for code in found:
                if start:
                    inner.add(_pair(letters[start - 1], code))
                if end == len(letters):
                    tails.add(code)
                    continue
                inner.add(_pair(code, letters[end]))
                inner.update(_pair(code, other) for _, more in by_start.get(end, ()) for other in more)
    heads = "".join({code for _, found in by_start.get(0, ()) for code in found})
    return _Spelling(tuple(inner), heads, "".join(tails))


@lru_cache(maxsize=4096)
def _readings(letters: str) -> tuple[str, ...]:
    """Every way to read letters as syllables and letters, without the one that is all letters."""
    found: list[tuple[int, str, bool]] = [(0, "", False)]
    read: list[str] = []
    while found:
        at, code, is_spelled = found.pop()
        if at == len(letters):
            read += [code] * is_spelled
            continue
        found.append((at + 1, code + letters[at], is_spelled))
        for end in range(at + 1, min(len(letters), at + LONGEST) + 1):
            found += [(end, code + one, True) for one in _SPELLED.get(letters[at:end], "")]
    return tuple(read)


def most_letters(size: int) -> int:
    """How many letters of so many characters are looked at."""
    return MOST_LETTERS if size <= LONGEST_READ else MOST_LETTERS // _FEWER


def reached(kept: str, start: int, end: int) -> set[int]:
    """Offsets in `start … end` to which whole syllables lead from `start`, itself among them."""
    found = {start}
    for at in range(start, end):
        if at in found:
            found.update(stop for stop in range(at + 1, min(end, at + LONGEST) + 1) if kept[at:stop] in _SPELLED)
    return found


def leading_to(kept: str, start: int, end: int, last: int) -> set[int]:
    """Offsets in `start … last` from which whole syllables lead to one of `end … last`, these among them."""
    found = set(range(end, last + 1))
    for at in range(end - 1, start - 1, -1):
        for stop in range(at + 1, min(last, at + LONGEST) + 1):
            if stop in found and kept[at:stop] in _SPELLED:
                found.add(at)
                break
    return found


def is_pinyin(letters: str) -> bool:
    """Whether letters are syllables to their end."""
    return _is_pinyin(letters) if len(letters) <= LONG_RUN else len(letters) in reached(letters, 0, len(letters))


@lru_cache(maxsize=4096)
def _is_pinyin(letters: str) -> bool:
    return len(letters) in reached(letters, 0, len(letters))


@lru_cache(maxsize=4096)
def _spells(letters: str) -> bool:
    """Whether a syllable is somewhere in letters."""
    starts = range(len(letters))
    return any(letters[at:end] in _SPELLED for at in starts for end in range(at + 1, at + LONGEST + 1))


def _pair(first: str, second: str) -> int:
    return ord(first) << _WIDE | ord(second)


def _whole(kept: str, start: int, piece: str) -> str:
    """`piece` of `kept`, from `start` on, with the letters of syllables that its ends cut."""
    end = start + len(piece)
    if "a" <= piece[:1] <= "z":
        head = kept[max(0, start - LONGEST + 1) : start]
        piece = head[len(head.rstrip(ascii_lowercase)) :] + piece
    if "a" <= piece[-1:] <= "z":
        tail = kept[end : end + LONGEST - 1]
        piece += tail[: len(tail) - len(tail.lstrip(ascii_lowercase))]
    return piece


def _put(found: dict[int, list[int]], ends: Sequence[int], place: int, most: int) -> int:
    """Returns the offset from which on the next places count."""
    number = bisect_left(ends, place)
    same = found.setdefault(number, [])
    same.append(place)
    return 0 if len(same) < most else ends[number]


def _doubled(parts: Iterable[str]) -> dict[str, list[tuple[int, int]]]:
    """As `Promise.doubled`."""
    found: dict[str, dict[tuple[int, int], None]] = {}
    for one in parts:
        for two in _TWO_ALIKE.finditer(one):
            found.setdefault(two[1], {})[two.start(), len(one)] = None
    return {char: list(places) for char, places in found.items()}


class Promise:
    """The syllables of one view's words, two by two, and what parts of characters they may stand beside."""

    def __init__(self, sounds: Sounds, parts: Mapping[str, str]) -> None:
        """As for `Speller`."""
        self._sounds = sounds
        self._parts = parts
        self._part_firsts = frozenset(part[0] for part in parts)
        self._part_lasts = frozenset(part[-1] for part in parts)
        self._part_lengths = tuple(sorted({len(part) for part in parts}))
        self.doubled = _doubled(parts)
        """By a character that parts hold twice in a row: where in them, and how long they are."""
        chars = "".join(map(re.escape, self.doubled))
        self._pair = re.compile(f"([{chars}])\\1") if chars else None
        """Two alike as some parts have them."""
        self._reach = max(sounds.longest - 1, 0)
        pairs = bytearray(1 << 2 * _WIDE)
        for pair in neighbours_in(_BETWEEN.join(sounds.items), _WIDE):
            pairs[pair] = 1
        pairs[ord(_BETWEEN) << _WIDE :] = bytes(1 << _WIDE)
        pairs[ord(_BETWEEN) :: 1 << _WIDE] = bytes(1 << _WIDE)
        self.pairs = bytes(pairs)
        """For two codes of syllables, the first in higher bits, whether some word has them side by side."""

    def has_pair(self, coded: str) -> bool:
        """Whether some word has two syllables side by side as they stand in `coded`, codes of characters."""
        return any(self.pairs[_pair(first, second)] for first, second in pairwise(coded))

    def places(self, kept: str, seeds: Sequence[int], breaks: frozenset[int]) -> list[int]:
        """Where in `kept` letters or parts stand that may belong to a word, in order; as `places_in`."""
        return self.places_in(kept, (len(kept),), seeds, breaks).get(0, [])

    def places_in(
        self, kept: str, ends: Sequence[int], seeds: Sequence[int], breaks: frozenset[int]
    ) -> dict[int, list[int]]:
        """By numbers of texts: the places of those letters and parts, those that come first in a text.

        `ends`: where in `kept` each text ends. `seeds`: where parts begin, in order; those that hold a character twice
        may be left out. `breaks`: where a letter follows one that it does not stand beside.
        """
        if self._pair is not None and (doubled := self._doubled_in(kept, ends, self._pair)):
            seeds = sorted(doubled.union(seeds))
        found: dict[int, list[int]] = {}
        full = 0
        for at in seeds:
            if at >= full and self._seed_holds(kept, at, seeds):
                full = _put(found, ends, at, MOST_PARTS)
        at, left, last = 0, 0, -1
        while run := LETTERS.search(kept, at):
            start, at = run.span()
            if start > last:
                last = ends[bisect_left(ends, start)]
                left = most_letters(last - start)
            if not left:
                at = last
                continue
            end = min(at, start + left)
            left -= end - start
            if (end - start > LONG_RUN or _spells(kept[start:end])) and self._letters_promise(
                kept, start, end, seeds, breaks
            ):
                at = max(at, _put(found, ends, start, MOST_PARTS + MOST_RUNS))
        return {number: sorted(found[number]) for number in sorted(found)}

    def may_be_doubled(self, kept: str) -> bool:
        """Whether parts that hold a character twice may stand there."""
        return self._pair is not None and self._pair.search(kept) is not None

    def _doubled_in(self, kept: str, ends: Sequence[int], pair: re.Pattern[str]) -> set[int]:
        """Where parts begin that hold a character twice, those that come first in a text."""
        found: set[int] = set()
        at, last, full = 0, -1, 0
        while two := pair.search(kept, at):
            first = two.start()
            at = first + 1
            if first > last:
                last = ends[bisect_left(ends, first)]
                full = len(found) + MOST_PARTS
            for before, length in self.doubled[kept[first]]:
                if first >= before and kept[first - before : first - before + length] in self._parts:
                    found.add(first - before)
            if len(found) >= full:
                at = last
        return found

    def _letters_promise(self, kept: str, start: int, end: int, seeds: Sequence[int], breaks: frozenset[int]) -> bool:
        if breaks and not breaks.isdisjoint(range(start + 1, end)):
            return self._broken_run_holds(kept, start, end, seeds, breaks)
        return (end - start <= BIT or is_pinyin(kept[start:end])) and self._run_holds(kept, start, end, end, seeds)

    def _broken_run_holds(self, kept: str, start: int, end: int, seeds: Sequence[int], breaks: frozenset[int]) -> bool:
        cuts = [at for at in range(start + 1, end) if at in breaks]
        first = last = start
        for before, after in zip([start, *cuts], [*cuts, end], strict=True):
            if after - before <= BIT or is_pinyin(kept[before:after]):
                first, last = (first, after) if last == before else (before, after)
                continue
            if last > first and self._run_holds(kept, first, last, min(end, last + LONGEST), seeds):
                return True
            first = last = after
        return last > first and self._run_holds(kept, first, last, end, seeds)

    def _run_holds(self, kept: str, start: int, last: int, end: int, seeds: Sequence[int]) -> bool:
        """Whether letters that begin before `last` and may reach to `end` can belong to a word."""
        if last == end and not self._letters_hold(kept, start, end):
            return False  # letters behind the last are of a syllable that is cut
        if end - start > SHORT_RUN or not self._is_alone(kept, start, end, seeds):
            return True
        readings = _readings(kept[start:end])
        has_tone = kept[end : end + 1] in _TONES
        return self._is_found(kept, start, end, readings) or (
            has_tone and self._is_found(kept, start, end + 1, readings)
        )

    def _letters_hold(self, kept: str, start: int, end: int) -> bool:
        """Whether letters make a pair of syllables."""
        if end - start > LONG_RUN or "a" <= kept[start - 1 : start] <= "z" or "a" <= kept[end : end + 1] <= "z":
            return True  # letters that touch these are of a syllable that is cut
        spelling, pairs = _spelling(kept[start:end]), self.pairs
        if any(pairs[pair] for pair in spelling.inner):
            return True
        if (
            spelling.heads
            and start
            and (self._ends_part(kept, start) or self._follows(kept[start - 1], spelling.heads))
        ):
            return True
        if not spelling.tails or end == len(kept):
            return False
        if self._leads(spelling.tails, kept[end]) or self._begins_part(kept, end):
            return True
        if kept[end] not in _TONES or end + 1 == len(kept):
            return False
        end += 1
        if "a" <= kept[end] <= "z":
            return True
        return self._leads(spelling.tails, kept[end]) or self._begins_part(kept, end)

    def _follows(self, before: str, found: str) -> bool:
        code = (_TABLE[ord(before)] or 0) << _WIDE
        return any(self.pairs[code | ord(one)] for one in found)

    def _leads(self, found: str, after: str) -> bool:
        code = _TABLE[ord(after)] or 0
        return any(self.pairs[ord(one) << _WIDE | code] for one in found)

    def _ends_part(self, kept: str, end: int) -> bool:
        if kept[end - 1 : end] not in self._part_lasts:
            return False
        return any(end >= length and kept[end - length : end] in self._parts for length in self._part_lengths)

    def _begins_part(self, kept: str, start: int) -> bool:
        if kept[start : start + 1] not in self._part_firsts:
            return False
        return any(kept[start : start + length] in self._parts for length in self._part_lengths)

    def _seed_holds(self, kept: str, at: int, seeds: Sequence[int]) -> bool:
        before = kept[at - 1] if at else ""
        for length in self._part_lengths:
            meant = self._parts.get(kept[at : at + length])
            if meant is None:
                continue
            end = at + length
            found = meant.translate(_TABLE)
            after = kept[end : end + 1]
            is_beside = (
                (before != "" and (before.isascii() or self._follows(before, found)))
                or (after != "" and (after.isascii() or self._leads(found, after)))
                or self._ends_part(kept, at)
                or self._begins_part(kept, end)
            )
            if is_beside and (not self._is_alone(kept, at, end, seeds) or self._is_found(kept, at, end, found)):
                return True
        return False

    def _is_alone(self, kept: str, start: int, end: int, seeds: Sequence[int]) -> bool:
        """Whether no other letters, parts or runs stand where a word around might have them."""
        left, right = self._around(kept, start, end)
        if _DOUBLE.search(left) or _DOUBLE.search(right):
            return False
        left, right = _whole(kept, start - len(left), left), _whole(kept, end, right)
        if any(_spells(run.group()) for side in (left, right) for run in LETTERS.finditer(side)):
            return False
        first = bisect_left(seeds, start - self._reach - max(self._part_lengths, default=0))
        others = seeds[first : first + self._reach + LONGEST]
        return all(at == start or at >= end + self._reach for at in others)

    def _is_found(self, kept: str, start: int, end: int, meant: Sequence[str]) -> bool:
        """Whether a word stands there when `kept[start:end]` is one of `meant`."""
        left, right = (side.translate(_TABLE) for side in self._around(kept, start, end))
        for one in meant:
            inside = len(left), len(left) + len(one)
            for first, last, _ in self._sounds.find(left + one + right):
                if first < inside[1] and last > inside[0]:
                    return True
        return False

    def _around(self, kept: str, start: int, end: int) -> tuple[str, str]:
        """What of the same text a word that holds `kept[start:end]` may hold besides."""
        left, right = kept[max(0, start - self._reach) : start], kept[end : end + self._reach]
        return left.rpartition("\n")[2], right.partition("\n")[0]
