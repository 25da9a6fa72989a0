"""Words found through a lattice: Latin letters that spell syllables, characters written as their parts."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ..folding.bonds import BY_CHANCE, bond
from ..folding.clean import is_usual
from ..folding.sounds import LONGEST, Codes, Ear, codes
from ..model import How
from .belief import ALWAYS_FROM, DOUBLED, Belief
from .entries import Entry
from .promise import BIT, LETTERS, Promise, is_pinyin, leading_to, most_letters, reached
from .soundalikes import Sounds

MOST_STEPS = 25_000
"""Steps through the lattice of one text; a text that needs more is hostile and has its verdict by then."""
MOST_FOUND = 2_000
"""Words found so in one text."""
MOST_REPEATS = 20
"""A character repeated in a word that is also spelled is followed so far."""
FEWEST_LETTERS = 4
"""A word that is all letters needs so many."""
_DOUBLE = re.compile(r"(.)\1+", re.DOTALL)
_TONES = frozenset("12345")
_OTHER_WORDS = (
    "women change danger same made name came game make take fade shade wade lane mane sane bade sense tone tune"
    " dune rune huge mute lute rude mode node code bone gone line wine mine dine fine pine nine manger ranger"
    " hanger banger mango tango bingo dingo penguin banana panama manila nina lima yoga sari pingpong china chinese"
    " tibet shanghai beijing taiwan dalian ninja manga pipe wipe tie die lie pie genie bikini nike haier huawei"
    " lenovo oppo paypal anna luna mahjong sofa media data japan canada papa mama dada haha hehe hahaha gaga bibi"
)
_ENGLISH = frozenset(_OTHER_WORDS.split())
"""Words and names of other languages that spell syllables as well."""
_EVERYBODY = "人人"
"""Two alike that are a word themselves, and the parts of another: 从."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A word found, with how: `start`, `end` are offsets of the kept text."""

    entry: Entry
    belief: Belief
    start: int
    end: int
    how: How
    steps: tuple["Step", ...]


@dataclass(slots=True)  # not frozen, for speed: thousands are made for a text of letters
class Step:
    """One edge of the lattice: characters of the kept text that stand for one character of a word."""

    start: int
    end: int
    how: How | None
    """None: the character as it stands there."""
    char: str
    """The character meant; empty where letters only tell its sound."""
    code: str


_NO_STEPS: tuple[Step, ...] = ()
_Edge = tuple[int, How | None, str, str]
"""A `Step` wherever it begins: its length, and the rest."""
_AHEAD = 8
"""Characters that tell the edges from the first of them on: a syllable, its tone and what follows that."""
_NONE, _BEGUN, _WHOLE = 0, 1, 2
"""Of codes: whether a word begins with them, or has no more."""


class Speller:
    """The entries of one view that may be written in letters or in parts."""

    def __init__(self, sounds: Sounds, parts: Mapping[str, str]) -> None:
        """`parts`: two or three characters of kept text to the characters that they may be parts of."""
        self.codes: Codes = codes(Ear.PLAIN)
        self._parts = parts
        lengths: dict[str, set[int]] = {}
        for part in parts:
            lengths.setdefault(part[0], set()).add(len(part))
        self._lengths = {first: sorted(found) for first, found in lengths.items()}
        self.sounds = sounds
        """Words by their syllables."""
        self._targets = sounds.items
        self._keys = sounds.ordered
        self._longest = sounds.longest
        self.promise = Promise(sounds, parts)
        """Whether `find` is worth its time."""

    def find(self, kept: str, origin: Sequence[int], places: Sequence[int]) -> Iterator[Spelled]:
        """The first MOST_FOUND words that hold letters or parts.

        `places`: as `Promise.places` tells them; `origin`: the way back.
        """
        lattice = _Lattice(kept, origin, self.codes, self._parts, self._lengths)
        yield from islice(self._words(lattice, kept, places), MOST_FOUND)

    def find_from(self, kept: str, origin: Sequence[int], begins: Iterable[int]) -> Iterator[Spelled]:
        """The first MOST_FOUND words that hold letters or parts and begin at one of these places."""
        lattice = _Lattice(kept, origin, self.codes, self._parts, self._lengths)
        able = (start for start in begins if lattice.left > 0 and self._is_able(lattice, kept, start))
        yield from islice((one for start in able for one in self._from(lattice, start)), MOST_FOUND)

    def _is_able(self, lattice: "_Lattice", kept: str, start: int) -> bool:
        """Whether a word is looked for there: among letters where syllables lead to, or as `_words` does before one."""
        place = lattice.led_to(start)
        if place == start:
            return True
        return place - start <= self._longest and self._may_begin(kept[start:place].translate(self.codes.table))

    def _words(self, lattice: "_Lattice", kept: str, places: Sequence[int]) -> Iterator[Spelled]:
        before = 0
        for place in lattice.starts(places):
            first = max(before, place - self._longest)
            coded = kept[first:place].translate(self.codes.table)
            for start in range(first, place + 1):
                if start == place or self._may_begin(coded[start - first :]):
                    yield from self._from(lattice, start)
                if lattice.left <= 0:
                    return
            before = place + 1

    def _may_begin(self, code: str) -> bool:
        """Whether a word may begin with characters of this sound, runs in them taken as one or as they are."""
        return self._is_begun(code) or (_DOUBLE.search(code) is not None and self._is_begun(_DOUBLE.sub(r"\1", code)))

    def _is_begun(self, code: str) -> bool:
        return self._begun(code) != _NONE

    def _begun(self, code: str) -> int:
        place = bisect_left(self._keys, code)
        if place == len(self._keys) or not self._keys[place].startswith(code):
            return _NONE
        return _WHOLE if self._keys[place] == code else _BEGUN

    def _from(self, lattice: "_Lattice", start: int) -> Iterator[Spelled]:
        known, open_paths = lattice.begun, [(start, "", _NO_STEPS)]
        lattice.left -= 1
        while open_paths and lattice.left > 0:
            at, code, steps = open_paths.pop()
            further = lattice.edges(at)
            lattice.left -= len(further)
            for length, how, char, own in further:
                longer = code + own
                begun = known.get(longer)
                if begun is None:
                    begun = known[longer] = self._begun(longer)
                if begun == _NONE:
                    continue
                path = (*steps, Step(at, at + length, how, char, own))
                if begun == _WHOLE:
                    yield from self._reached(lattice, longer, path)
                open_paths.append((at + length, longer, path))

    def _reached(self, lattice: "_Lattice", code: str, path: tuple[Step, ...]) -> Iterator[Spelled]:
        hows = {step.how for step in path}
        if hows == {None} or not lattice.is_whole(path):
            return
        if How.SPLIT in hows and len(path) < ALWAYS_FROM and any(map(lattice.is_honest_doubling, path)):
            return
        how = How.SPLIT if How.SPLIT in hows else How.PINYIN
        for target in self._targets[code]:
            disguises = target.entry.disguises
            if (How.PINYIN in hows and not disguises.pinyin) or (How.SPLIT in hows and not disguises.split):
                continue
            others = sum(step.char != "" and step.char != char for step, char in zip(path, target.chars, strict=True))
            is_clear = not others and (target.belief is not Belief.CUED or any(step.char for step in path))
            belief = Belief.ALWAYS if is_clear else target.belief
            yield Spelled(target.entry, belief, path[0].start, path[-1].end, how, path)


class _Lattice:
    """The ways to read one kept text."""

    def __init__(
        self,
        kept: str,
        origin: Sequence[int],
        codes: Codes,
        parts: Mapping[str, str],
        lengths: Mapping[str, Sequence[int]],
    ) -> None:
        self._kept = kept
        self._origin = origin
        self._codes = codes
        self._parts = parts
        self._lengths = lengths
        self.left = MOST_STEPS
        pieces = _pieces(kept, origin)
        self.runs = [(start, end) for start, end in pieces if end - start <= BIT or is_pinyin(kept[start:end])]
        """Those of `_pieces` that may be pinyin: syllables to their end, or bits of up to two letters."""
        self._run_starts = [start for start, _ in self.runs]
        self._piece_ends = [end for _, end in pieces]
        self._pieces = pieces
        self._edges: dict[str, list[_Edge]] = {}
        """By the characters that tell them: a text of very many says the same again and again."""
        self.begun: dict[str, int] = {}
        """What is known of codes."""
        self._leading: dict[int, set[int]] = {}
        """By the end of a piece: from where in it syllables lead there."""
        self._led_to: dict[int, list[int]] = {}
        """By the start of a run: where in it syllables lead, in order."""

    def starts(self, places: Sequence[int]) -> list[int]:
        """`places`, and where syllables can begin in the letters that begin there."""
        found, end = set(places), 0
        for place in places:
            if place >= end and "a" <= self._kept[place] <= "z":  # those within are looked at with the first
                run = LETTERS.match(self._kept, place)
                end = run.end() if run is not None else place
                for number in range(bisect_left(self._run_starts, place), bisect_left(self._run_starts, end)):
                    found |= reached(self._kept, *self.runs[number])
                if self._origin[end - 1] - self._origin[place] != end - 1 - place:
                    breaks = (at for at in range(place + 1, end) if self._origin[at] != self._origin[at - 1] + 1)
                    found.update(islice(breaks, MOST_STEPS))  # each takes a step at least
        return sorted(found)

    def led_to(self, at: int) -> int:
        """The first offset from `at` on to which syllables lead in the run of letters around; `at` where none is."""
        start, end = self._run_around(at)
        letters = LETTERS.match(self._kept, at) if (start, end) == (at, at + 1) else None
        if letters is not None:
            if not "a" <= self._kept[at - 1 : at] <= "z" or self._origin[at] != self._origin[at - 1] + 1:
                return at
            place = bisect_left(self._run_starts, at)
            return min(letters.end(), self._run_starts[place]) if place < len(self._run_starts) else letters.end()
        led = self._led_to.get(start)
        if led is None:
            led = self._led_to[start] = sorted(reached(self._kept, start, end))
        place = bisect_left(led, at)
        return led[place] if place < len(led) else at + 1

    def edges(self, at: int) -> Sequence[_Edge]:
        """What may be one character of a word from an offset of the kept text on."""
        ahead = self._kept[at : at + _AHEAD]
        if ahead[:1] == ahead[1:2]:
            ahead = self._kept[at : at + MOST_REPEATS]
        known = self._edges.get(ahead)
        if known is None:
            known = self._edges[ahead] = list(self._edges_of(ahead))
        return known

    def _edges_of(self, ahead: str) -> Iterator[_Edge]:
        if not ahead:
            return
        char = ahead[0]
        if "a" <= char <= "z":
            for length in range(1, min(len(ahead), LONGEST) + 1):
                for code in self._codes.spelled.get(ahead[:length], ""):
                    has_tone = ahead[length : length + 1] in _TONES and not ahead[length + 1 : length + 2].isdigit()
                    yield length + has_tone, How.PINYIN, "", code
        yield 1, None, char, self._codes.of_char(char)
        repeats = len(ahead) - len(ahead.lstrip(char))
        if repeats > 1:
            yield repeats, None, char, self._codes.of_char(char)
        for length in self._lengths.get(char, ()):
            if length > len(ahead):
                break
            for whole in self._parts.get(ahead[:length], ""):
                yield length, How.SPLIT, whole, self._codes.of_char(whole)

    def _run_around(self, at: int) -> tuple[int, int]:
        place = bisect_right(self._run_starts, at) - 1
        start, end = self.runs[place] if place >= 0 else (0, 0)
        return (start, end) if start <= at < end else (at, at + 1)

    def _is_ended(self, at: int, start: int, end: int) -> bool:
        """Whether what stands from `at` on in letters that stand together, `start … end`, is syllables throughout.

        Where the letters begin or end within a syllable (hongb，ao), the last one may reach over their end.
        """
        if not start < at < end:
            return True
        found = self._leading.get(end)
        if found is None:
            is_pinyin_alone = self._run_around(start) == (start, end)
            behind = None if is_pinyin_alone else LETTERS.match(self._kept, end)
            last = end if behind is None else min(behind.end(), end + LONGEST)
            found = self._leading[end] = leading_to(self._kept, start, end, last)
        return at in found

    def is_honest_doubling(self, step: Step) -> bool:
        """Whether two alike are rather talk: the end of one word and the beginning of another (高山山货), half of four
        (口口声声), or everybody."""
        kept, start, end = self._kept, step.start, step.end
        if step.how is not How.SPLIT or end - start != 2 or kept[start] != kept[start + 1]:
            return False
        char = kept[start]
        before = kept[start - 1] if self._touches(start) else char
        after = kept[end] if self._touches(end) else char
        if kept[start:end] == _EVERYBODY and after != char and is_usual(char + after):
            return True
        left = bond(before + char) if before != char else 0
        right = bond(char + after) if after != char else 0
        if left > BY_CHANCE and right > BY_CHANCE and max(left, right) >= DOUBLED:
            return True
        return (left > BY_CHANCE and kept[start - 2 : start] == before * 2) or (
            right > BY_CHANCE and kept[end : end + 2] == after * 2
        )

    def _touches(self, at: int) -> bool:
        """Whether a kept character and the one before it stand side by side in the text."""
        return 0 < at < len(self._kept) and self._origin[at] == self._origin[at - 1] + 1

    def is_whole(self, path: Sequence[Step]) -> bool:
        """Whether the letters that stand behind the last step are syllables too, and enough letters are read."""
        last = path[-1]
        if last.how is How.PINYIN and self._kept[last.end - 1].isalpha():
            place = bisect_right(self._piece_ends, last.end - 1)
            if place < len(self._pieces) and not self._is_ended(last.end, *self._pieces[place]):
                return False
        if any(step.how is not How.PINYIN for step in path):
            return True
        letters = self._kept[path[0].start : last.end]
        start, end = self._run_around(path[0].start)
        is_english = end >= last.end and self._kept[start:end] in _ENGLISH
        return sum(map(str.isalpha, letters)) >= FEWEST_LETTERS and not is_english


def _pieces(kept: str, origin: Sequence[int]) -> list[tuple[int, int]]:
    """Letters of `kept` that stand together in the text."""
    found: list[tuple[int, int]] = []
    left = most_letters(len(kept))
    for run in LETTERS.finditer(kept):
        start, end = run.span()
        end = min(end, start + left)
        left -= end - start
        if origin[end - 1] - origin[start] == end - 1 - start:
            cuts = []
        else:
            cuts = [at for at in range(start + 1, end) if origin[at] != origin[at - 1] + 1]
        found += zip([start, *cuts], [*cuts, end], strict=True)
        if not left:
            break
    return found
