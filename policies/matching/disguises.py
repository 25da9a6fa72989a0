"""The disguises of one view's words: other characters of the same sound or drawing, letters, parts."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, groupby, islice
from operator import attrgetter

from ..folding.shapes import parts_of
from ..folding.sounds import Ear
from ..folding.table import bounded
from ..model import How
from .candidate import Candidate
from .entry import Entry, Terms, Writing
from .lanes import chars_in
from .lookalikes import Coded, Lookalikes
from .mixtures import Mixtures
from .profile import Disguises, Homophone
from .promise import LETTERS
from .reading import LONG_TEXT, Reading, lens
from .soundalikes import Heard, Soundalikes, heard_of, may_be_disguised_each, sounds_of_ones
from .spelling import Spelled, Speller

_key = attrgetter("key")


class Disguised:
    """What is looked through after the words themselves."""

    def __init__(self, ones: Sequence[tuple[Entry]]) -> None:
        """`ones`: entries of one view, each in a tuple by itself, which tables of keys take over."""
        able = iter(may_be_disguised_each([one[0].key for one in ones]))
        hidden: list[tuple[Disguises, list[tuple[Entry]]]] = []
        self.undrawn: list[Entry] = []
        """Entries that are not looked for by their drawing."""
        for terms, its in groupby(ones, key=_terms):
            same, disguises = list(its), terms.disguises
            are_able = list(islice(able, len(same)))
            hidden.append((disguises, list(compress(same, are_able)) if disguises.is_any else []))
            if not disguises.lookalike or not all(are_able):
                self.undrawn += [
                    entry
                    for (entry,), is_able in zip(same, are_able, strict=True)
                    if not disguises.lookalike or not is_able
                ]
        self._reversed = [
            Writing(entry=entry, chars=key[::-1], runs=entry.runs and entry.runs[::-1], how=How.REVERSED)
            for disguises, same in hidden
            if disguises.reversed
            for (entry,) in same
            if (key := entry.key) != key[::-1]
        ]
        self.parts = _parts([entry for disguises, same in hidden if disguises.split for (entry,) in same])
        """Parts as they stand in searched text, to the characters they may be."""
        self._is_spelled = any(same for disguises, same in hidden if disguises.pinyin)
        sounds = sounds_of_ones(_heard(same for disguises, same in hidden if _is_heard(disguises)), Ear.PLAIN)
        self.speller = Speller(sounds, self.parts) if self._is_spelled or self.parts else None
        homophones = {disguises.homophone for disguises, same in hidden if same}
        self.soundalikes: list[Soundalikes] = []
        """One for each ear that is asked for."""
        if homophones & {Homophone.AUTO, Homophone.ON}:
            self.soundalikes.append(Soundalikes(sounds, Ear.PLAIN))
        if Homophone.FUZZY in homophones:
            fuzzy = _heard(same for disguises, same in hidden if disguises.homophone is Homophone.FUZZY)
            self.soundalikes.append(Soundalikes(sounds_of_ones(fuzzy, Ear.FUZZY), Ear.FUZZY))
        looked_for = [one for disguises, same in hidden if disguises.lookalike for one in same]
        self.lookalikes = Lookalikes(looked_for) if looked_for else None
        self.mixtures = Mixtures(sounds.items)

    def reversed(self) -> Sequence[Writing]:
        """Words that are also looked for from their end, as they stand then."""
        return self._reversed

    def search(self, reading: Reading, coded: Sequence[Coded], seeds: Sequence[int]) -> Iterator[Candidate]:
        """Every disguised word. `coded`: where keys of `lookalikes` stand; `seeds`: where `parts` begin."""
        for soundalikes in self.soundalikes:
            yield from soundalikes.find(reading)
        if self.lookalikes is not None:
            yield from self.lookalikes.find(reading, coded)
        for start, one in self.mixtures.find(reading):
            yield from one.candidates(reading, start)
        yield from self.spelled(reading, seeds)

    def spelled(self, reading: Reading, seeds: Sequence[int]) -> Iterator[Candidate]:
        """Words that hold letters that spell, or parts."""
        speller = self.speller
        if speller is None or not (
            seeds
            or (self._is_spelled and LETTERS.search(reading.searched))
            or (reading.has_runs and speller.promise.may_be_doubled(reading.kept))
        ):
            return
        starts = sorted({reading.runs[seed + 1] - 1 for seed in seeds})
        places = speller.promise.places(reading.kept, starts, _breaks(reading))
        if places:
            yield from self.spelled_at(reading.uncollapsed(), places)

    def spelled_at(self, plain: Reading, places: Sequence[int]) -> Iterator[Candidate]:
        """Words that hold what stands at `places` of an uncollapsed reading, as `Promise` tells them."""
        if self.speller is not None and places:
            yield from _read(plain, self.speller.find(plain.kept, plain.origin, places))

    def spelled_from(self, plain: Reading, begins: Sequence[int]) -> Iterator[Candidate]:
        """Words spelled in letters or parts that begin at these places of an uncollapsed reading."""
        words = self.speller.find_from(plain.kept, plain.origin, begins) if self.speller is not None else ()
        yield from _read(plain, words)


def _read(plain: Reading, words: Iterable[Spelled]) -> Iterator[Candidate]:
    for found in words:
        units = tuple((step.start, step.end) for step in found.steps)
        yield Candidate(found.entry, plain, found.start, found.end, found.how, found.belief, units)


def _breaks(reading: Reading) -> frozenset[int]:
    """Where in `kept` a letter follows a letter that it does not stand beside."""
    if len(reading.kept) == len(reading.text):
        return frozenset()
    origin = reading.origin
    if len(reading.kept) > LONG_TEXT:
        from ..folding.arrays import letter_breaks  # numpy is for who has long texts

        return frozenset(letter_breaks(reading.kept, origin))
    inside = (range(run.start() + 1, run.end()) for run in LETTERS.finditer(reading.kept))
    return frozenset(at for run in inside for at in run if origin[at] != origin[at - 1] + 1)


def _is_heard(disguises: Disguises) -> bool:
    return disguises.pinyin or disguises.split or disguises.homophone is not Homophone.OFF


def _terms(one: tuple[Entry]) -> Terms:
    return one[0].terms


def _heard(groups: Iterable[Sequence[tuple[Entry]]]) -> list[tuple[Heard, ...]]:
    """As `heard_of` tells, each by itself."""
    found: list[tuple[Heard, ...]] = []
    for same in groups:
        at = 0
        for place in [place for place, one in enumerate(same) if one[0].spelling is not None]:
            found += same[at:place]
            found += zip(heard_of(same[place][0]))
            at = place + 1
        found += same[at:]
    return found


def _parts(entries: Sequence[Entry]) -> dict[str, str]:
    if not entries:
        return {}
    table = lens(entries[0].view).kept_table
    whole = {char: its for char in chars_in("".join(map(_key, entries))) if (its := parts_of(char))}
    made_of = set("".join(map("".join, whole.values())))
    plain = {char for char in made_of if bounded(char).translate(table) == char}
    found: dict[str, str] = {}
    for char in sorted(whole):
        for parts in whole[char]:
            kept = parts if plain.issuperset(parts) else bounded(parts).translate(table)
            before = found.get(kept, "")
            if len(kept) == len(parts) and char not in before:
                found[kept] = before + char
    return found
