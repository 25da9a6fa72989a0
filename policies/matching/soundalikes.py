"""Words found by their sound: the searched text as syllables, one index for all words that may be heard."""

from collections.abc import Iterable, Iterator, Sequence

from ..folding.bonds import are_bound
from ..folding.clean import odd_pairs
from ..folding.sounds import PERHAPS_MUTE, Codes, Ear, codes, has_syllable, have_syllables
from ..folding.table import holding
from ..model import How
from .belief import Belief
from .candidate import Candidate
from .entry import Entry, Writing, written
from .key_index import GramKey, KeyIndex, gathered
from .profile import Homophone
from .reading import Reading
from .standing import Standing

FEWEST = 2
"""Han characters a word needs to be looked for in disguise, or one beside two letters or digits."""


Heard = Entry | Writing
"""A word as it may be heard: its characters behind the reading; where `runs` are needed, each run as one."""
Sounds = KeyIndex[Heard]
"""Words by their syllables, as codes of one ear."""


def may_be_disguised(chars: str) -> bool:
    """Whether a word is long enough."""
    return has_syllable(chars) if len(chars) > FEWEST else len(chars) == FEWEST and have_syllables(chars)


def may_be_disguised_each(words: Sequence[str]) -> list[bool]:
    """The same of each word, all at once."""
    found = [len(word) >= FEWEST for word in words]
    for number in holding(words, PERHAPS_MUTE):
        found[number] = may_be_disguised(words[number])
    return found


def is_unheard(surface: str, belief: Belief = Belief.APART) -> bool:
    """Whether some two of these characters do not follow each other in honest talk; two alike do.

    For words that honest talk hardly sounds like: not oftener than by chance.
    """
    return not are_bound(surface) if belief is Belief.UNUSUAL else 1 in odd_pairs(surface)


def heard_of(entry: Entry) -> tuple[Heard, ...]:
    """The entry as it may stand in a text: collapsed, and with its runs in unlike characters."""
    return (entry,) if entry.runs is None else (entry, Writing(entry=entry, chars=written(entry)))


def sounds_of(heard: Iterable[Heard], ear: Ear) -> Sounds:
    """The index of words for an ear."""
    return sounds_of_ones([(one,) for one in heard if len(one.key) >= FEWEST], ear)


def sounds_of_ones(ones: Sequence[tuple[Heard, ...]], ear: Ear) -> Sounds:
    """The same of words of two characters and more, each in a tuple by itself, which the index takes over."""
    readings, numbers = codes(ear).readings_of([one[0].key for one in ones])
    return Sounds(gathered(readings, [ones[number] for number in numbers]))


class Soundalikes:
    """Entries of one view that may be written in other characters of the same sound."""

    def __init__(self, sounds: Sounds, ear: Ear) -> None:
        """Of `sounds` those that are looked for by this ear."""
        self.ear = ear
        self.index = sounds
        self.codes: Codes = codes(ear)

    def keys(self) -> Iterator[GramKey]:
        """Every key of `index`, with whether all words behind it need a writing that honest talk does not have."""
        for reading, same in self.index.items.items():
            yield GramKey(reading, not any(map(_is_sure, same)))

    def find(self, reading: Reading) -> Iterator[Candidate]:
        """Where the searched text sounds like a word and is not written like it, by start and end.

        Writings that honest talk has are left out for words that need more (see `Belief`).
        """
        searched, odd = reading.searched, reading.odd
        for start, end, same in self.index.find(searched.translate(self.codes.table)):
            if end - start == FEWEST and not odd[start] and not any(map(_is_sure, same)):
                continue
            for one in self._others(searched[start:end], same):
                yield from one.candidates(reading, start)

    def at(self, coded: str, surface: str, length: int) -> Iterator[Standing]:
        """What `find` yields for a place and a length, or for LONG and more.

        `coded`, `surface`: characters from there on, as keys have them and as they are searched.
        """
        for size, same in self.index.at(coded, length):
            yield from self._others(surface[:size], same)

    def standing(self, surface: str) -> Iterator[Standing]:
        """What `find` yields for words that sound like all of `surface`."""
        return self._others(surface, self.index.items.get(surface.translate(self.codes.table), ()))

    def _others(self, surface: str, same: tuple[Heard, ...]) -> Iterator[Standing]:
        for heard in same:
            if heard.chars != surface and listens(heard.entry, self.ear):
                belief = heard.believed_by_sound
                if belief is Belief.ALWAYS or is_unheard(surface, belief):
                    yield Standing(heard.entry, len(surface), How.HOMOPHONE, belief, heard.runs)


def listens(entry: Entry, ear: Ear) -> bool:
    """Whether the entry is looked for by this ear."""
    match entry.disguises.homophone:
        case Homophone.OFF:
            return False
        case Homophone.FUZZY:
            return ear is Ear.FUZZY
        case _:
            return ear is Ear.PLAIN


def _is_sure(heard: Heard) -> bool:
    """Whether it needs no two characters that honest talk does not have."""
    return heard.believed_by_sound in {Belief.ALWAYS, Belief.UNUSUAL}
