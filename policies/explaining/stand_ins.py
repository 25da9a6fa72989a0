"""Which parts of a found form are alias forms, and what they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..folding.shapes import Likeness, shape_table
from ..folding.sounds import main_syllable
from ..folding.table import Fold, fold
from ..matching.candidate import Candidate
from ..matching.reading import Collapse, Reading, lens
from .explanation import Relation, Step

MOST_TRIES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One `{…}` of a word, or the text between two."""

    choices: tuple[str, ...]
    is_alias: bool


def stand_ins(candidate: Candidate, aliases: Mapping[str, tuple[str, ...]]) -> tuple[Step, ...]:
    """Each alias form in the text with the plain form that it stands for."""
    entry = candidate.entry
    if not entry.is_alias:
        return ()
    form_reading = Reading(entry.form, lens(entry.view), Collapse.ACROSS)
    units = candidate.units or [(at, at + 1) for at in range(candidate.start, candidate.end)]
    if len(units) != len(form_reading.searched):
        return ()
    steps: list[Step] = []
    for first, last, plain in _pieces(entry.word, entry.form, aliases):
        within = [
            number
            for number in range(len(units))
            if any(first <= at < last for at in form_reading.positions(number, number + 1))
        ]
        if within:
            positions = candidate.reading.positions(units[within[0]][0], units[within[-1]][1])
            start, end = positions[0], positions[-1] + 1
            surface = candidate.reading.text[start:end]
            if surface == plain:  # an alias form that the plain one is taken for
                continue
            likeness = _likeness(entry.form[first:last], plain)
            steps.append(
                Step(start=start, end=end, surface=surface, meant=plain, relation=Relation.STAND_IN, detail=likeness)
            )
    return tuple(steps)


def _likeness(piece: str, plain: str) -> str:
    """How the alias form is like the plain one, as the name of a relation; empty when it is not."""
    folded, syllables = fold(piece, Fold()), "".join(map(main_syllable, plain))
    if folded == syllables:
        return Relation.LETTERS.value
    if len(folded) != len(plain) or not syllables:
        return ""
    if all(map(main_syllable, folded)) and "".join(map(main_syllable, folded)) == syllables:
        return Relation.SOUND.value
    alike = shape_table(Likeness.ALIKE)
    return Relation.DRAWING.value if folded.translate(alike) == plain.translate(alike) else ""


def _pieces(word: str, form: str, aliases: Mapping[str, tuple[str, ...]]) -> list[tuple[int, int, str]]:
    """(start, end, plain form) of each alias in `form` that is not written plainly."""
    parts = _parts(word, aliases)
    chosen = _chosen(parts, form)
    found: list[tuple[int, int, str]] = []
    at = 0
    for part, choice in zip(parts, chosen, strict=False):
        if part.is_alias and choice and choice != part.choices[0]:
            found.append((at, at + len(choice), part.choices[0]))
        at += len(choice)
    return found


def _parts(word: str, aliases: Mapping[str, tuple[str, ...]]) -> list[_Part]:
    parts: list[_Part] = []
    for piece in word.replace("{", "\0{").replace("}", "}\0").split("\0"):
        if not piece.startswith("{"):
            parts.append(_Part(choices=(piece,), is_alias=False))
            continue
        name = piece[1:-1].removesuffix("?")
        is_alias = name in aliases
        choices = aliases[name] if is_alias else tuple(name.split("|"))
        parts.append(_Part(choices=(*choices, *([""] if piece.endswith("?}") else [])), is_alias=is_alias))
    return parts


def _chosen(parts: Sequence[_Part], form: str) -> tuple[str, ...]:
    """The choice of each part that makes `form`; empty when none is found."""
    open_ways: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    for _ in range(MOST_TRIES):
        if not open_ways:
            break
        at, chosen = open_ways.pop()
        if len(chosen) == len(parts):
            if at == len(form):
                return chosen
            continue
        for choice in reversed(parts[len(chosen)].choices):
            if form.startswith(choice, at):
                open_ways.append((at + len(choice), (*chosen, choice)))
    return ()
