"""Names the archive knows, found in texts whatever case, width or script they are written in."""

from collections.abc import Iterable

from ..folding.table import Fold, fold
from ..matching.automaton import ByteAutomaton
from .name_words import is_everyday

_FOLD = Fold()
SHORTEST = 2
"""Code points: a name of one character would star it in every text."""


class KnownNames:
    """An immutable set of persons' names. Build it once, ask it for every text; it may be used by several threads."""

    def __init__(self, names: Iterable[str]) -> None:
        """Names as they are written; one of one character, a number, an everyday word (高兴) is left out."""
        folded = {fold(name.strip(), _FOLD) for name in names}
        kept = sorted(name for name in folded if len(name) >= SHORTEST and _is_name(name))
        self._automaton = ByteAutomaton(kept)

    def __len__(self) -> int:
        return len(self._automaton.keys)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the names stand, in order, the longest where some overlap; offsets in code points. Linear."""
        return self.spans_folded(fold(text, _FOLD))

    def spans_folded(self, flat: str) -> list[tuple[int, int]]:
        """As `spans`, of a text that is folded (`fold(text, Fold())`) already."""
        hits = sorted((start, -end) for start, end, _ in self._automaton.find(flat) if _is_free(flat, start, end))
        kept: list[tuple[int, int]] = []
        edge = 0
        for start, negative_end in hits:
            if start >= edge:
                edge = -negative_end
                kept.append((start, edge))
        return kept


def _is_name(name: str) -> bool:
    return any(char.isalpha() for char in name) and not is_everyday(name)


def _is_free(flat: str, start: int, end: int) -> bool:
    """A Latin end of a name touches no Latin letter; Han ends are free."""
    return not (
        (_is_latin(flat[start]) and _is_latin(flat[start - 1 : start] if start else ""))
        or (_is_latin(flat[end - 1]) and _is_latin(flat[end : end + 1]))
    )


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
