"""A candidate character by character: what of the text counts as what of the word, and why."""

from collections.abc import Iterator, Mapping, Sequence

from ..folding.sounds import main_syllable
from ..folding.table import DigitFold, Fold, fold
from ..matching.candidate import Candidate
from ..matching.entry import written
from ..model import How
from .explanation import Relation, Step
from .looks import stretches
from .stand_ins import stand_ins

_NO_FOLD = Fold(case=False, width=False, trad=False, lookalike=False, digits=DigitFold.NONE)
_FOLDS = (
    (Relation.WIDTH, Fold(case=False, width=True, trad=False, lookalike=False, digits=DigitFold.NONE)),
    (Relation.CASE, Fold(case=True, width=False, trad=False, lookalike=False, digits=DigitFold.NONE)),
    (Relation.TRADITIONAL, Fold(case=False, width=False, trad=True, lookalike=False, digits=DigitFold.NONE)),
    (Relation.DIGIT, Fold(case=False, width=False, trad=False, lookalike=False, digits=DigitFold.HAN)),
    (Relation.ALIKE, Fold(case=False, width=False, trad=False, lookalike=True, digits=DigitFold.NONE)),
)


def steps_of(candidate: Candidate, aliases: Mapping[str, tuple[str, ...]], said: str) -> tuple[Step, ...]:
    """Every place where text and word differ, in the order of the text. `said`: the text before pictures were read."""
    steps = [*_units(candidate), *stand_ins(candidate, aliases)]
    positions = candidate.reading.positions(candidate.start, candidate.end)
    text = candidate.reading.text
    steps += [
        Step(start=at, end=at + 1, surface=said[at], meant=text[at], relation=Relation.STAND_IN)
        for at in positions
        if said[at] != text[at]
    ]
    steps += [
        Step(start=start, end=end, surface=text[start:end], meant="", relation=Relation.INSERTED)
        for start, end in stretches(positions)
    ]
    return tuple(sorted(steps, key=lambda step: (step.start, step.end)))


def _units(candidate: Candidate) -> Iterator[Step]:
    """Without what is inserted."""
    reading, entry = candidate.reading, candidate.entry
    if candidate.how is How.REVERSED:
        positions = reading.positions(candidate.start, candidate.end)
        start, end = positions[0], positions[-1] + 1
        surface = reading.text[start:end]
        yield Step(start=start, end=end, surface=surface, meant=entry.key, relation=Relation.REVERSED)
        return
    units = candidate.units or [(at, at + 1) for at in range(candidate.start, candidate.end)]
    meant = _meant(candidate, len(units))
    own_runs = entry.runs if entry.runs is not None and len(entry.runs) == len(units) else (1,) * len(units)
    for (first, last), char, own in zip(units, meant, own_runs, strict=True):
        positions = reading.positions(first, last)
        start, end = positions[0], positions[-1] + 1
        piece = reading.searched[first:last]
        surface = reading.text[start:end]
        if len(positions) > own and len(piece) == 1:
            yield Step(start=start, end=end, surface=surface, meant=char, relation=Relation.RUN)
        if piece == char:
            yield from _folded(reading.text, positions, char, entry.form)
        else:
            relation, detail = _relation(piece, char, candidate.how)
            yield Step(start=start, end=end, surface=surface, meant=char, relation=relation, detail=detail)


def _meant(candidate: Candidate, count: int) -> Sequence[str]:
    """The word's own character for each unit."""
    entry = candidate.entry
    if entry.wild is not None:
        found = candidate.reading.searched[candidate.start : candidate.end]
        return [own or seen for own, seen in zip(entry.wild, found, strict=True)]
    return entry.key if len(entry.key) == count else written(entry)


def _folded(text: str, positions: Sequence[int], char: str, form: str) -> Iterator[Step]:
    """What the fold did, unless the author wrote it so."""
    for at in positions:
        surface = text[at]
        if surface != char and surface not in form:
            yield Step(start=at, end=at + 1, surface=surface, meant=char, relation=_fold_of(surface))


def _fold_of(surface: str) -> Relation:
    plain = fold(surface, _NO_FOLD)
    return next((relation for relation, options in _FOLDS if fold(surface, options) != plain), Relation.OTHER)


def _relation(piece: str, char: str, how: How | None) -> tuple[Relation, str]:
    if piece.isascii() and piece[0].isalpha() and main_syllable(char):
        return Relation.LETTERS, main_syllable(char)
    if len(piece) > 1:
        return (Relation.RUN if set(piece) == {char} else Relation.PARTS), ""
    if how is not How.LOOKALIKE and main_syllable(char):
        return Relation.SOUND, main_syllable(char)
    return Relation.DRAWING, ""
