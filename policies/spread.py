"""Words and numbers that are told over several messages of one sender: 加我 / V / abc12345.

The last messages are read as one text. What begins in an earlier one and ends in the message that is judged counts,
as far as it cannot be chance: the shorter the word, the more the messages must look like pieces.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from .contacts import find_contacts
from .facts import TextFacts
from .folding.clean import is_usual
from .folding.sounds import is_han
from .folding.table import Fold, fold
from .matching.candidate import Candidate
from .model import Earlier, Side
from .rules.spec import Spread
from .window import is_by, is_within, joint

REACH = 64
"""Code points on either side of where two messages meet."""
INNER = 24
"""A longer message cannot stand between the first and the last piece."""
SHORT_WORD = 2
STUB_OF_SHORT = 4
"""For a word of two characters one of the messages has no more than so many."""
MOST_OF_MESSAGE = 40
"""A longer message is no piece of a number."""
BESIDE = 6
"""Characters that a piece of a number may have beside it."""
SURE_PIECE = 5
"""Digits in one piece that make a number; prices are shorter."""
_NUMBER = re.compile(r"[0-9a-z@零〇一二三四五六七八九幺两洞拐]")
_MAYBE = re.compile(r"[^\u4e00-\u9fff\u3000-\u303f\uff01-\uff0f\uff1a-\uff1f\s]|[零〇一二三四五六七八九幺两洞拐]")
"""What a message without cannot tell any number: it is in plain Chinese."""
_CUE = re.compile(
    r"电话|手机|号码|微|[vV]|加我|加你|加下|加一下|联系|联络|打给|打我|找我|qq|扣扣|银行|卡号|账号|身份证|tel|phone|call",
    re.IGNORECASE,
)
_FOLD = Fold()


@dataclass(frozen=True, slots=True)
class Joined:
    """The last messages of one sender and the one that is judged, as one text."""

    text: str
    starts: tuple[int, ...]
    """Where each message begins; the judged one is the last."""
    backs: tuple[int, ...]
    """How far back each earlier message is: 1 is the last one of the conversation."""
    ages_s: tuple[float, ...]
    facts: TextFacts

    @property
    def cut(self) -> int:
        """Where the judged message begins."""
        return self.starts[-1]

    def piece(self, at: int) -> int:
        """Which message the character belongs to."""
        return bisect_right(self.starts, at) - 1

    def from_piece(self, number: int) -> tuple[int, ...]:
        """The earlier messages from that one on, counted back."""
        return self.backs[number:]

    def is_in(self, piece: int, spread: Spread) -> bool:
        """Whether the rule looks so far back."""
        return len(self.backs) - piece <= spread.messages and self.ages_s[piece] <= spread.seconds

    def bounds(self, number: int) -> tuple[int, int]:
        """Start and end of a message, what joins it to the next not counted."""
        last = number + 1 == len(self.starts)
        return self.starts[number], len(self.text) if last else self.starts[number + 1] - 1


def join(text: str, previous: Sequence[str | Earlier], side: Side, most: Spread) -> Joined | None:
    """The last messages of the sender before `text`; None when there is none within `most`."""
    whole = text[:REACH]
    lengths: list[int] = []
    backs: list[int] = []
    ages_s: list[float] = []
    after = text
    for back in range(1, len(previous) + 1):
        one = previous[-back]
        said, age_s = one, 0.0
        if isinstance(one, Earlier):
            if not is_within(one, most.seconds):
                break
            if not is_by(one, side):
                continue
            said, age_s = one.text, one.age_s or 0.0
        assert isinstance(said, str)
        if not said or said.isspace():
            continue
        piece = said[-REACH:]
        whole = f"{piece}{joint(said, after)}{whole}"
        lengths.append(len(piece) + 1)
        backs.append(back)
        ages_s.append(age_s)
        if len(backs) == most.messages or len(said) > INNER:
            break
        after = said
    if not backs:
        return None
    starts = [0, *accumulate(reversed(lengths))]
    return Joined(whole, tuple(starts), tuple(reversed(backs)), tuple(reversed(ages_s)), TextFacts(whole))


@dataclass(frozen=True, slots=True)
class Told:
    """Something told over messages."""

    piece: int
    """The message in which it begins."""
    last: int
    """Where its part in the judged message begins, in the joined text."""


def told_word(joined: Joined, candidate: Candidate) -> Told | None:
    """A word told over messages and not by chance; None otherwise."""
    reading = candidate.reading
    positions = reading.positions(candidate.start, candidate.end)
    start = reading.positions(candidate.start, candidate.start + 1)[-1]
    end = reading.positions(candidate.end - 1, candidate.end)[0]
    if not start < joined.cut <= end:
        return None
    inner = [start, *(at for at in positions if start < at < end), end]
    first = joined.piece(start)
    begun = sum(at < joined.starts[first + 1] for at in inner)
    ended = sum(at >= joined.cut for at in inner)
    length = len(candidate.units) if candidate.units is not None else candidate.end - candidate.start
    kept = reading.origin
    sizes = [_count(kept, *joined.bounds(number)) for number in range(len(joined.starts))]
    is_whole_first, is_whole_last = begun == sizes[first], ended == sizes[-1]
    if length <= SHORT_WORD and (candidate.how is not None or min(sizes[first], sizes[-1]) > STUB_OF_SHORT):
        return None
    # Nobody says one character by itself that is not the rest of something.
    is_rest = is_whole_last and ended == 1
    if not is_rest and not is_whole_first and begun == 1 and _is_everyday(joined.text, start - 1):
        return None
    if not is_whole_last and ended == 1 and _is_everyday(joined.text, end):
        return None
    if not _letters_are_cut_on_purpose(joined, reading.folded, inner, sizes):
        return None
    return Told(first, next(at for at in inner if at >= joined.cut))


def _count(kept: Sequence[int], start: int, end: int) -> int:
    return sum(start <= at < end for at in kept)


def _is_everyday(text: str, at: int) -> bool:
    """Whether the characters at `at` and after it are a word of their own, as far as honest talk goes."""
    pair = fold(text[at : at + 2], _FOLD) if at >= 0 else ""
    return len(pair) > 1 and all(map(is_han, pair)) and is_usual(pair)


def _letters_are_cut_on_purpose(joined: Joined, folded: str, inner: Sequence[int], sizes: Sequence[int]) -> bool:
    """Letters on both sides of where messages meet are one word only if one message has nothing else."""
    for before, after in pairwise(inner):
        left, right = joined.piece(before), joined.piece(after)
        if left == right or not (_is_letter(folded[before]) and _is_letter(folded[after])):
            continue
        said = [sum(joined.piece(at) == number for at in inner) for number in (left, right)]
        if said[0] != sizes[left] and said[1] != sizes[right]:
            return False
    return True


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalnum()


def may_tell_number(text: str) -> bool:
    """Whether a message can be the last piece of a number or an account, or all of one whose cue stood before."""
    bare = text.strip()
    if len(bare) > MOST_OF_MESSAGE or _MAYBE.search(bare) is None:
        return False
    return 2 * len(_NUMBER.findall(fold(bare, _FOLD))) + BESIDE >= len(bare)


def told_number(joined: Joined, text: str, alone: Sequence[tuple[int, int]], start: int, end: int) -> Told | None:
    """The number at `start`, `end` of the joined text, when it is told over messages.

    `alone`: where numbers stand in the message by itself. A number that stands in it whole needed the earlier
    messages to be known for one: then the nearest of those that suffice is the answer's.
    """
    if end <= joined.cut or len(text.strip()) - (end - max(start, joined.cut)) > BESIDE:
        return None
    if any(a < end - joined.cut and start - joined.cut < b for a, b in alone):
        return None
    if start >= joined.cut:
        nearest = range(len(joined.backs) - 1, 0, -1)
        return Told(next((number for number in nearest if _is_known_from(joined, number, start, end)), 0), start)
    first = joined.piece(start)
    pieces = [
        fold(joined.text[max(start, a) : min(end, b)], _FOLD)
        for a, b in (joined.bounds(number) for number in range(first, len(joined.starts)))
    ]
    figures = [[char for char in piece if char.isalnum()] for piece in pieces]
    is_sure = any(len(one) >= SURE_PIECE for one in figures) or any(one[:1] in (["0"], ["零"]) for one in figures[1:])
    if not is_sure and not _CUE.search(joined.text[:start] + joined.text[end:]):
        return None
    return Told(first, len(joined.text) - len(joined.text[joined.cut :].lstrip()))


def _is_known_from(joined: Joined, number: int, start: int, end: int) -> bool:
    at = joined.starts[number]
    spans = find_contacts(joined.text[at:])
    return any(span.start + at == start and span.end + at == end for span in spans)
