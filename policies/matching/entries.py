"""Lexicon entries: every form of words, read as a profile has texts read."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, count, groupby, pairwise, repeat

from ..folding.table import DigitFold, Skip, View, bounded, fold, is_symbol
from .entry import Entry, Spelling, Terms
from .figures import NUMERALS, in_figures
from .patterns import Form, PatternError, expand_aliases, expand_wildcards
from .profile import PLAIN, EntrySkips, MatchProfile, Syntax
from .reading import REPEATED, Collapse, Reading, lens

__all__ = ["Entry", "EntryError", "entries_of", "entries_of_words"]

FEWEST = 2
"""Characters of a word that needs no `allow_single`."""


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
    keys = maker.plain_keys(words)
    if None not in keys:
        found = list(map(Entry._make, zip(words, count(), keys, repeat(maker.terms), repeat(None))))
    else:
        found = []
        for rank, (word, key) in enumerate(zip(words, keys, strict=True)):
            if key is not None:
                found.append(Entry(word, rank, key, maker.terms, None))
            elif word not in without:
                found.extend(maker.forms_of(word, rank))
    with_numerals = (one for one in enumerate(words) if not NUMERALS.isdisjoint(one[1]) and one[1] not in without)
    return found + maker.in_figures(with_numerals)


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
        plain = [word for word in words if word.isalnum()]
        if len(plain) == len(words):
            return self._keys_of(words)
        keys = iter(self._keys_of(plain))
        return [next(keys) if word.isalnum() else None for word in words]

    def _keys_of(self, words: Sequence[str]) -> list[str | None]:
        joined = "".join(words)
        kept = bounded(joined).translate(self._kept_table)
        if len(kept) != len(joined):  # something is passed over
            if len(words) == 1:
                return [None]
            half = len(words) // 2
            return [*self._keys_of(words[:half]), *self._keys_of(words[half:])]
        keys = words if kept == joined else _cut(kept, words)
        fewest = 1 if self.terms.is_allow else FEWEST
        return [key if len(key) >= fewest and not REPEATED.search(key) else None for key in keys]

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


def _cut(joined: str, words: Sequence[str]) -> list[str]:
    """`joined` in pieces as long as `words`; a piece that is the word is that very object."""
    edges = accumulate(map(len, words), initial=0)
    pieces = (joined[start:end] for start, end in pairwise(edges))
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
