"""What a candidate must pass: boundaries, gaps, allow spans, the overlap policy."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple, assert_never

from ..folding.likeness import is_drawn_alike
from ..model import How
from .belief import Belief, has_honest_doubling, is_apart, is_believed, is_honest_repeat
from .candidate import Candidate
from .entry import Entry
from .profile import Boundary, GapRule, MatchProfile, Overlap
from .reading import Reading

SENTENCE_MARKS = frozenset("。！？；，!?;,\n\r")
LINE_ENDS = frozenset("\n\r")
"""No part of a word goes on after one of them alone."""
LIST_MARKS = SENTENCE_MARKS | frozenset("、.：:")
SEEN_MARKS = LIST_MARKS | frozenset(" \u3000《》“”‘’\"'()（）【】[]…—-~·/+*&")
"""Marks that are seen between two characters, the most frequent ones."""
_UNCOUNTED = frozenset(("Mn", "Me", "Cf"))
_UNSEEN = frozenset("\u115f\u1160\u2065\u3164\uffa0" + "".join(map(chr, range(0xFFF0, 0xFFF9))))
"""Of other categories, drawn as nothing (Default_Ignorable_Code_Point, Unicode 16); and all of the range of tags."""
_TAGS = range(0xE0000, 0xE1000)
SURE_OVER_MARKS = 3
"""A disguised word of fewer characters has no sentence or list mark inside, unless only its writing is in question."""
_LATIN_STOP = frozenset(".")
_OF_CLASSES = frozenset((Boundary.SAME_CLASS, Boundary.LATIN_DIGIT))
_LAST = chr(0x7F)
"""Letters and digits of no class come behind it."""
SHORTEST = 2
"""A word of so few characters may be parts of two, whatever stands between them."""
LONG_WORD = 4
"""From so many characters on a sentence mark inside is believed."""
PAUSE = 2
"""So many of them together part two sentences: 公司，，，不知道."""


class Found(NamedTuple):
    """One match in a text. Offsets are code points, end exclusive. A tuple, since texts are full of them."""

    start: int
    end: int
    word: str
    how: How
    rank: int = 0
    """Place of the word in its list."""


def place(candidate: Candidate, profile: MatchProfile) -> Found | None:
    """The candidate with offsets of the text, or None when its boundary or its gaps forbid it."""
    reading, entry = candidate.reading, candidate.entry
    if candidate.stands is not None and is_bounded(entry.key, profile.boundary):
        return Found(*candidate.stands, entry.word, how_written(entry), entry.rank)
    span = reading.span(candidate.start, candidate.end) if candidate.how is None else None
    if span is not None and reading.text[span[0] : span[1]] == entry.form and is_bounded(entry.key, profile.boundary):
        return Found(*span, entry.word, how_written(entry), entry.rank)
    positions = reading.positions(candidate.start, candidate.end)
    start, end = positions[0], positions[-1] + 1
    folded = reading.folded
    if not _has_own_boundary(candidate, folded, start, end, profile):
        return None
    surface = folded[start:end]
    if candidate.how is not None:
        if not _is_believed_disguise(candidate, positions, profile):
            return None
        how = candidate.how
    elif surface == entry.folded:
        how = How.FOLDED if reading.text[start:end] != entry.form else How.EXACT
        if entry.is_alias:
            how = How.ALIAS
    elif entry.wild is not None and end - start == len(positions):
        how = How.EXACT
    elif _gaps(positions) and not (" " in entry.form and _is_spaced_alike(surface, entry.folded)):
        if not _is_believed_gap(reading, positions, profile, len(positions)):
            return None
        if profile.gap_rule is not GapRule.ANY and _is_two_words(candidate, positions):
            return None
        how = How.GAP
    elif any(length > 1 for length in reading.run_lengths(candidate.start, candidate.end)):
        how = How.REPEAT if len(positions) > _own_length(candidate) else How.FOLDED
        if how is How.REPEAT and _is_another_number(candidate):
            return None
        if how is How.REPEAT and _own_length(candidate) < LONG_WORD and is_honest_repeat(folded, positions):
            return None
    else:
        how = How.ALIAS if entry.is_alias else How.FOLDED
    return Found(start=start, end=end, word=entry.word, how=how, rank=entry.rank)


def _has_own_boundary(candidate: Candidate, folded: str, start: int, end: int, profile: MatchProfile) -> bool:
    """A word spelled in letters may stand among other syllables: only its own letters at an end need a boundary."""
    if candidate.how is How.PINYIN and profile.boundary is Boundary.SAME_CLASS:
        key = candidate.entry.key
        first, last = _class(key[0]), _class(key[-1])
        left, right = folded[start - 1 : start], folded[end : end + 1]
        return not (first and first == _class(left)) and not (last and last == _class(right))
    return has_boundary(folded, start, end, profile.boundary)


def _is_believed_disguise(candidate: Candidate, positions: Sequence[int], profile: MatchProfile) -> bool:
    reading = candidate.reading
    if candidate.how is How.LOOKALIKE and candidate.units is None and not _is_drawn_so(candidate):
        return False
    if candidate.units is None:
        first, last = positions, candidate.end - candidate.start
    else:
        origin = reading.origin
        first, last = [origin[start] for start, _ in candidate.units], len(candidate.units)
    if _gaps(positions):
        if not _is_believed_gap(reading, positions, profile, length=last):
            return False
        is_short = candidate.belief is not Belief.ALWAYS and last < SURE_OVER_MARKS
        if is_short and any(_are_parted(reading, a, b) for a, b in _gaps(positions)):
            return False
    folded = reading.folded
    if not is_believed(candidate.belief, folded, first, candidate.entry.key):
        return False
    is_sure = candidate.belief is Belief.ALWAYS or candidate.entry.runs is not None
    return is_sure or not has_honest_doubling(folded, first)


def _are_parted(reading: Reading, first: int, second: int) -> bool:
    """Whether marks between two characters are those between words: none is a full stop beside letters (hui.寇)."""
    marks = LIST_MARKS.intersection(reading.text[first + 1 : second])
    folded = reading.folded
    return bool(marks) and not (marks == _LATIN_STOP and folded[first].isascii() != folded[second].isascii())


def _is_drawn_so(candidate: Candidate) -> bool:
    surface = candidate.reading.searched[candidate.start : candidate.end]
    return all(map(is_drawn_alike, surface, candidate.entry.key))


def _is_two_words(candidate: Candidate, positions: Sequence[int]) -> bool:
    """Whether what stands between a word's two characters parts two words of honest talk."""
    if _own_length(candidate) != SHORTEST:
        return False
    text = candidate.reading.text
    is_seen = any(_is_seen(c) for a, b in _gaps(positions) for c in text[a + 1 : b])
    return is_seen and not is_apart(candidate.reading.folded, positions)


def _is_seen(char: str) -> bool:
    """Whether it takes room: marks on others, zero-width and ignored characters do not."""
    return unicodedata.category(char) not in _UNCOUNTED and char not in _UNSEEN and ord(char) not in _TAGS


def _is_spaced_alike(surface: str, word: str) -> bool:
    """A phrase of Latin words may be spaced otherwise than its author wrote it; that is no disguise."""
    return surface.isascii() and surface.replace(" ", "") == word.replace(" ", "")


def _is_another_number(candidate: Candidate) -> bool:
    """Whether a figure that stands for a numeral stands there oftener: 11月份 is not 一月份."""
    reading, start, end, entry = candidate.reading, candidate.start, candidate.end, candidate.entry
    own = entry.runs or (1,) * (end - start)
    lengths = zip(reading.piece(start, end), reading.run_lengths(start, end), own, strict=True)
    return any(length != mine and char.isdigit() and char not in entry.word for char, length, mine in lengths)


def _own_length(candidate: Candidate) -> int:
    runs = candidate.entry.runs
    return sum(runs) if runs else candidate.end - candidate.start


def is_plain(candidate: Candidate) -> bool:
    """True when nothing but blanks and marks is passed over inside; allow words must stand so."""
    positions = candidate.reading.positions(candidate.start, candidate.end)
    text = candidate.reading.text
    inside = (text[a + 1 : b] for a, b in _gaps(positions))
    plain = candidate.entry.form
    return all(c == " " or c in plain or not _is_seen(c) for gap in inside for c in gap)


def how_written(entry: Entry) -> How:
    """How an entry is found that stands just as its form is written."""
    return How.ALIAS if entry.terms.is_alias else How.EXACT


def is_bounded(key: str, boundary: Boundary) -> bool:
    """Whether such a word has its boundary whatever stands beside it."""
    return boundary is Boundary.NONE or (boundary in _OF_CLASSES and key[0] > _LAST and key[-1] > _LAST)


def has_boundary(folded: str, start: int, end: int, boundary: Boundary) -> bool:
    """Whether `folded[start:end]` may stand where it stands. Needs `start < end`."""
    left = folded[start - 1] if start else ""
    right = folded[end] if end < len(folded) else ""
    match boundary:
        case Boundary.NONE:
            return True
        case Boundary.SAME_CLASS:
            first, last = _class(folded[start]), _class(folded[end - 1])
            return not (first and first == _class(left)) and not (last and last == _class(right))
        case Boundary.LATIN_DIGIT:
            return not (_class(folded[start]) and _class(left)) and not (_class(folded[end - 1]) and _class(right))
        case Boundary.ENGLISH:
            if any(_class(c) != "a" and not c.isspace() for c in folded[start:end]):
                return True
            return _class(left) != "a" and _class(right) != "a"
        case Boundary.ENGLISH_NUMBER:
            return not _class(left) and not _class(right)
        case _ as never:
            assert_never(never)


def _class(char: str) -> str:
    if not char or not char.isascii():
        return ""
    if char.isalpha():
        return "a"
    return "0" if char.isdigit() else ""


def _gaps(positions: Sequence[int]) -> list[tuple[int, int]]:
    return [(a, b) for a, b in zip(positions, positions[1:], strict=False) if b - a > 1]


def _is_believed_gap(reading: Reading, positions: Sequence[int], profile: MatchProfile, length: int) -> bool:
    """`length`: characters of the word, of which `positions` may be more or fewer."""
    gaps = [reading.text[a + 1 : b] for a, b in _gaps(positions)]
    for gap in gaps:
        if len(gap) > profile.gap and sum(map(_is_seen, gap)) > profile.gap:
            return False
    marks = LIST_MARKS if profile.gap_rule is GapRule.STRICT else SENTENCE_MARKS
    most = max(sum(c in marks for c in gap) for gap in gaps)
    if profile.gap_rule is GapRule.ANY or most < (PAUSE if length >= LONG_WORD else 1):
        return True
    if profile.gap_rule is GapRule.STRICT:
        return False
    is_uniform = len(gaps) == len(positions) - 1 and len(set(gaps)) == 1 and len(set(gaps[0])) == 1
    is_slight = len(gaps) == 1 and most < PAUSE and LINE_ENDS.isdisjoint(gaps[0])
    return is_uniform or (is_slight and is_apart(reading.folded, positions))


def uncovered(found: Iterable[Found], allowed: Sequence[tuple[int, int]]) -> list[Found]:
    """Without those that an allow span covers; one that only overlaps does nothing."""
    if not allowed:
        return list(found)
    starts = sorted(allowed)
    reach: list[tuple[int, int]] = []
    best = -1
    for start, end in starts:
        best = max(best, end)
        reach.append((start, best))
    return [item for item in found if _reach(reach, item.start) < item.end]


def _reach(reach: Sequence[tuple[int, int]], start: int) -> int:
    low, high = 0, len(reach)
    while low < high:
        middle = (low + high) // 2
        if reach[middle][0] <= start:
            low = middle + 1
        else:
            high = middle
    return reach[low - 1][1] if low else -1


def resolve(found: Iterable[Found], overlap: Overlap) -> list[Found]:
    """The matches the overlap policy keeps, by start and end."""
    found = list(found)
    if len(found) < 2:
        return found
    match overlap:
        case Overlap.ALL:
            return sorted(found, key=lambda f: (f.start, f.end, f.rank))
        case Overlap.LEFTMOST_LONGEST:
            ordered = sorted(found, key=lambda f: (f.start, -f.end, f.rank))
        case Overlap.LEFTMOST_FIRST:
            ordered = sorted(found, key=lambda f: (f.start, f.rank, -f.end))
        case Overlap.SHORTEST_FIRST:
            ordered = sorted(found, key=lambda f: (f.start, f.end, f.rank))
        case Overlap.EARLIEST_END:
            ordered = sorted(found, key=lambda f: (f.end, f.start, f.rank))
        case _ as never:
            assert_never(never)
    kept: list[Found] = []
    edge = 0
    for item in ordered:
        if item.start >= edge:
            kept.append(item)
            edge = item.end
    return kept
