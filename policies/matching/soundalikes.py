"""Words found by their sound: the searched text as syllables, one automaton for all words that may be heard."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..folding.sounds import Codes, Ear, codes, main_syllable
from .automaton import ByteAutomaton
from .belief import Belief, belief_of
from .entries import Entry
from .profile import Homophone

FEWEST = 2
"""Han characters a word needs to be looked for in disguise, or one beside two letters or digits."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word by one of its readings."""

    entry: Entry
    belief: Belief
    chars: str
    """The word's characters behind the reading; where `runs` are needed, each run as one."""
    runs: tuple[int, ...] | None
    readings: tuple[str, ...]
    """Their syllables as codes of the plain ear."""


def may_be_disguised(chars: str) -> bool:
    """Whether a word is long enough."""
    syllables = map(main_syllable, chars)
    return any(syllables) if len(chars) > FEWEST else len(chars) == FEWEST and all(syllables)


def writings(entry: Entry) -> Iterator[tuple[str, tuple[int, ...] | None]]:
    """The entry's characters as they may stand in a text: collapsed, and with its runs in unlike characters."""
    yield entry.key, entry.runs
    if entry.runs is not None:
        yield written(entry), None


def written(entry: Entry) -> str:
    """The entry's searched characters with its runs written out."""
    if entry.runs is None:
        return entry.key
    return "".join(char * length for char, length in zip(entry.key, entry.runs, strict=True))


def ear_of(entry: Entry) -> Ear:
    """How finely the entry is told from others."""
    return Ear.FUZZY if entry.disguises.homophone is Homophone.FUZZY else Ear.PLAIN


class Soundalikes:
    """Entries of one view that may be written in other characters of the same sound."""

    def __init__(self, heard: Iterable[Heard], ear: Ear) -> None:
        self.codes: Codes = codes(ear)
        by_reading: dict[str, list[Heard]] = {}
        for item in heard:
            for reading in item.readings if ear is Ear.PLAIN else self.codes.readings(item.chars):
                by_reading.setdefault(reading, []).append(item)
        self._machine = ByteAutomaton(by_reading)
        self._heard = tuple(map(tuple, by_reading.values()))

    def find(self, searched: str) -> Iterator[tuple[int, int, Heard]]:
        """(start, end, word) where `searched` sounds like a word and is not written like it."""
        for start, end, number in self._machine.find(searched.translate(self.codes.table)):
            surface = searched[start:end]
            for heard in self._heard[number]:
                if heard.chars != surface:
                    yield start, end, heard


def heard_of(entry: Entry) -> Iterator[Heard]:
    """The entry as it may be heard."""
    belief = belief_of(written(entry))
    for chars, runs in writings(entry):
        yield Heard(entry, belief, chars, runs, codes(Ear.PLAIN).readings(chars))
