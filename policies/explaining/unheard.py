"""Honest words that sound or look like a word of a rule: the search leaves them out, and somebody may wonder why."""

from collections.abc import Iterator
from functools import cached_property

from ..folding.shapes import Likeness, shape_table
from ..folding.sounds import Ear, codes, is_han
from ..folding.table import View
from ..linter.rule_words import words_of
from ..matching.belief import belief_of, drawing_belief
from ..matching.candidate import Candidate
from ..matching.entries import Entry
from ..matching.profile import Homophone
from ..matching.reading import Reading
from ..model import How
from ..rules.spec import RuleSet

SIZES = (2, 3)
"""Characters of a word that is only believed where honest talk is otherwise."""


class Unheard:
    """The short words of a rule set by their sound and by their drawing, put together when first asked."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset

    def search(self, reading: Reading) -> Iterator[Candidate]:
        """Every place that sounds or looks like a word and is none."""
        sounds, drawings = self._words
        searched = reading.searched
        heard, seen = searched.translate(codes(Ear.PLAIN).table), searched.translate(shape_table(Likeness.ALIKE))
        for size in SIZES:
            for start in range(len(searched) - size + 1):
                end = start + size
                surface = searched[start:end]
                for entry in sounds.get(heard[start:end], ()):
                    if entry.key != surface:
                        yield Candidate(entry, reading, start, end, How.HOMOPHONE, belief_of(entry.key))
                for entry in drawings.get(seen[start:end], ()):
                    if entry.key != surface:
                        yield Candidate(entry, reading, start, end, How.LOOKALIKE, drawing_belief(entry.key))

    @cached_property
    def _words(self) -> tuple[dict[str, list[Entry]], dict[str, list[Entry]]]:
        sounds: dict[str, list[Entry]] = {}
        drawings: dict[str, list[Entry]] = {}
        for one in words_of(self._ruleset).rules:
            for entry in one.words:
                if len(entry.key) not in SIZES or entry.runs or entry.wild or entry.view != View():
                    continue
                if not all(map(is_han, entry.key)):
                    continue
                if entry.disguises.homophone is not Homophone.OFF:
                    sounds.setdefault(entry.key.translate(codes(Ear.PLAIN).table), []).append(entry)
                if entry.disguises.lookalike:
                    drawings.setdefault(entry.key.translate(shape_table(Likeness.ALIKE)), []).append(entry)
        return sounds, drawings
