"""Lexicon entries: every form of words, read as a profile has texts read."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, count, groupby, pairwise, repeat

from ..folding.table import DigitFold, Skip, View, bounded, fold, holding, is_symbol
from .entry import Entry, Spelling, Terms
from .figures import NUMERALS, in_figures
from .patterns import Form, PatternError, expand_aliases, expand_wildcards
from .profile import PLAIN, EntrySkips, MatchProfile, Syntax
from .reading import Collapse, Reading, lens

__all__ = ["Entry", "EntryError", "entries_of", "entries_of_words"]

FEWEST = 2
"""Characters of a word that needs no `allow_single`."""
_FEW = 8
_NUMERAL = re.compile(f"[{''.join(NUMERALS)}]")
_TWO_ALIKE = re.compile(r"(.)\1")
_RUN = re.compile(r"(.)\1*")


class EntryError(ValueError):
    """A word that cannot be searched for; the text says why."""


def entries_of(
    word: str,
    *,
    rank: int,
    owner: int,
    profile: MatchProfile,
    aliases: Mapping[str, tuple[str, ...]],
    is_allow: bool = False,
) -> tuple[Entry, ...]:
    """Every form of `word`. Raises EntryError: unknown alias, folds to nothing or to one character."""
    maker = _Maker(owner, profile, aliases, is_allow=is_allow)
    return (*maker.forms_of(word, rank), *maker.in_figures([(rank, word)]))


def entries_of_words(
    words: Sequence[str],
    *,
    without: Container[str] = (),
    owner: int,
    profile: MatchProfile,
    aliases: Mapping[str, tuple[str, ...]],
    is_allow: bool = False,
) -> list[Entry]:
    """`entries_of` for each of `words` that is not in `without`, ranked by its place, in less time; figures last."""
    maker = _Maker(owner, profile, aliases, is_allow=is_allow)
    kept = maker.kept_of(words)
    others = {*_doubled(kept), *(rank for rank, its in enumerate(kept) if its is None)}
    found: list[Entry] = []
    at = 0
    for rank in sorted(others):
        found += maker.plain(words[at:rank], kept[at:rank], at)
        at, word, its = rank + 1, words[rank], kept[rank]
        if its is not None:
            found.append(maker.doubled(word, rank, its))
        elif word not in without:
            found.extend(maker.forms_of(word, rank))
    found += maker.plain(words[at:], kept[at:], at)
    return found + maker.in_figures([(rank, words[rank]) for rank in maker.with_numerals(words, without)])


class _Maker:
    """What the words of one owner become."""

    def __init__(
        self, owner: int, profile: MatchProfile, aliases: Mapping[str, tuple[str, ...]], *, is_allow: bool
    ) -> None:
        self._profile = profile
        self._aliases = aliases
        self._kept_table = lens(profile.view).kept_table
        self.terms = Terms(
            owner=owner,
            view=profile.view,
            is_alias=False,
            is_allow=is_allow,
            disguises=PLAIN if is_allow or profile.skip is Skip.MARKS else profile.disguises,
            gap_rule=profile.gap_rule,
        )
        """Those of words that are searched for as they stand."""
        self._alias_terms = replace(self.terms, is_alias=True)
        self._figure_terms = replace(self.terms, disguises=PLAIN)
        disguises, digits = self.terms.disguises, profile.view.fold.digits
        self._has_figures = disguises.is_any and digits is not DigitFold.HAN and profile.syntax is not Syntax.WILDCARD
        """Whether words are looked for with figures for their numerals too."""

    def plain_keys(self, words: Sequence[str]) -> list[str | None]:
        """The key of each word that the view reads as it is, folded at most: nearly every one; None for others.

        Such a word has one form but for figures, and its key is the whole of it.
        """
        keys = self.kept_of(words)
        for rank in _doubled(keys):
            keys[rank] = None
        return keys

    def kept_of(self, words: Sequence[str]) -> list[str | None]:
        """The same of words that double a character too: what is kept of each."""
        if all(map(str.isalnum, words)):
            return self._kept_of(words)
        kept = iter(self._kept_of([word for word in words if word.isalnum()]))
        return [next(kept) if word.isalnum() else None for word in words]

    def _kept_of(self, words: Sequence[str]) -> list[str | None]:
        joined = "".join(words)
        kept = bounded(joined).translate(self._kept_table)
        if len(kept) != len(joined):  # something is passed over
            if len(words) == 1:
                return [None]
            half = len(words) // 2
            return [*self._kept_of(words[:half]), *self._kept_of(words[half:])]
        fewest = 1 if self.terms.is_allow else FEWEST
        return [its if len(its) >= fewest else None for its in _cut(kept, joined, words)]

    def plain(self, words: Sequence[str], keys: Sequence[str | None], first: int) -> Iterable[Entry]:
        """Those of words with these keys, the first of this rank: what `Entry` makes, without a line of Python."""
        return map(tuple.__new__, repeat(Entry), zip(words, count(first), keys, repeat(self.terms), repeat(None)))

    def doubled(self, word: str, rank: int, kept: str) -> Entry:
        """That of a word that doubles a character and is read as it is, folded at most."""
        runs = [len(run[0]) for run in _RUN.finditer(kept)] if self.terms.view.repeats else None
        key = kept if runs is None else _RUN.sub(r"\1", kept)
        spelling = Spelling(form=word, folded=kept, runs=None if runs is None else tuple(runs))
        return Entry(word, rank, key, self.terms, spelling)

    def with_numerals(self, words: Sequence[str], without: Container[str]) -> list[int]:
        """The ranks of words that may be written in figures too."""
        return [rank for rank in holding(words, _NUMERAL) if words[rank] not in without] if self._has_figures else []

    def forms_of(self, word: str, rank: int) -> Iterator[Entry]:
        """Every form of any word."""
        try:
            forms = self._forms(word)
        except PatternError as error:
            raise EntryError(str(error)) from error
        literals = [form.literal for form in forms]
        for form, literal, key in zip(forms, literals, self.plain_keys(literals), strict=True):
            if key is not None:
                terms = self._alias_terms if form.is_alias else self.terms
                yield Entry(word, rank, key, terms, None if literal == word else Spelling(form=literal, folded=key))
            elif (entry := self._entry(form, literal, word, rank)) is not None:
                yield entry

    def in_figures(self, words: Iterable[tuple[int, str]]) -> list[Entry]:
        """Those of these words, with their ranks, that figures are written in, as they stand then."""
        if not self._has_figures:
            return []
        told = [(rank, word, figures) for rank, word in words if (figures := in_figures(word)) != word]
        found: list[Entry] = []
        for (rank, word, figures), key in zip(told, self.plain_keys([one[2] for one in told]), strict=True):
            if key is not None:
                own, spelling = key, Spelling(form=figures, folded=key)
            else:
                view = self.terms.view
                own, spelling = self._literal(figures, word, view, fold(figures, view.fold))
            found.append(Entry(word, rank, own, self._figure_terms, spelling))
        return found

    def _forms(self, word: str) -> tuple[Form, ...]:
        match self._profile.syntax:
            case Syntax.ALIAS if "{" in word:
                return expand_aliases(word, self._aliases)
            case Syntax.WILDCARD:
                return expand_wildcards(word)
            case _:
                return (Form(tuple(word), is_alias=False),)

    def _entry(self, form: Form, literal: str, word: str, rank: int) -> Entry | None:
        terms = self._alias_terms if form.is_alias else self.terms
        is_wild, profile = None in form.text, self._profile
        view = replace(profile.view, repeats=False) if is_wild else profile.view
        folded = fold(literal, view.fold)
        if profile.skip is Skip.SYMBOLS and any(map(is_symbol, folded)):
            view = replace(view, skip=Skip.MARKS)
        is_inert = profile.entry_skips is EntrySkips.INERT and not is_wild
        if is_inert and len(Reading(literal, lens(view)).kept) < len(literal):
            return None
        if is_wild or view.skip is Skip.MARKS:
            terms = replace(terms, view=view, disguises=PLAIN)
        if is_wild:
            key, spelling = _wild(form, word, view, folded)
        else:
            key, spelling = self._literal(literal, word, view, folded)
        return Entry(word, rank, key, terms, spelling)

    def _literal(self, literal: str, word: str, view: View, folded: str) -> tuple[str, Spelling]:
        reading = Reading(literal, lens(view), Collapse.ACROSS)
        if not reading.kept:
            raise EntryError(f"'{word}' folds to nothing")
        if len(reading.kept) < FEWEST and not self._profile.allow_single and not self.terms.is_allow:
            raise EntryError(f"'{word}' folds to a single character; allow_single = true accepts that")
        runs: tuple[int, ...] | None = None
        if view.repeats:
            lengths = tuple(len(list(group)) for _, group in groupby(reading.kept))
            runs = lengths if max(lengths) > 1 else None
        return reading.searched, Spelling(form=literal, folded=folded, runs=runs)


def _doubled(kept: Sequence[str | None]) -> list[int]:
    """The numbers of those that double a character."""
    return holding([its or "" for its in kept], _TWO_ALIKE)


def _cut(kept: str, joined: str, words: Sequence[str]) -> Sequence[str]:
    """`kept` in pieces as long as `words`, which are those of `joined`; a piece that is the word is that very object.

    Few words change: many of them are looked at together.
    """
    if kept == joined:
        return words
    if len(words) > _FEW:
        half = len(words) // 2
        at = sum(map(len, words[:half]))
        return [*_cut(kept[:at], joined[:at], words[:half]), *_cut(kept[at:], joined[at:], words[half:])]
    edges = accumulate(map(len, words), initial=0)
    pieces = (kept[start:end] for start, end in pairwise(edges))
    return [word if piece == word else piece for piece, word in zip(pieces, words, strict=True)]


def _wild(form: Form, word: str, view: View, folded: str) -> tuple[str, Spelling]:
    """The longest literal part as the key."""
    pattern: list[str | None] = []
    for char in form.text:
        pattern.extend([None] if char is None else Reading(char, lens(view)).kept)
    key, key_at, at = "", 0, 0
    for is_any, group in groupby(pattern, key=lambda c: c is None):
        part = list(group)
        if not is_any and len(part) > len(key):
            key, key_at = "".join(c or "" for c in part), at
        at += len(part)
    if not key:
        raise EntryError(f"'{word}' has no fixed character")
    return key, Spelling(form=form.literal, folded=folded, wild=tuple(pattern), key_at=key_at)
