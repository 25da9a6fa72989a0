"""Lexicon entries: a word's forms, folded and skipped as texts will be, ready for the automaton."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import eq

from ..folding.table import Skip, View, bounded, fold, is_symbol
from .patterns import Form, PatternError, expand_aliases, expand_wildcards
from .profile import PLAIN, Disguises, EntrySkips, MatchProfile, Syntax
from .reading import Collapse, Reading, lens

FEWEST = 2
"""Characters of a word that needs no `allow_single`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One form of one word of one owner."""

    owner: int
    """Number of the rule (or of the matcher) the word belongs to."""
    word: str
    """As its author wrote it."""
    rank: int
    """Place of the word in its list."""
    form: str
    """This form, unfolded."""
    folded: str
    view: View
    key: str
    """What the automaton looks for: folded, skipped, runs collapsed; the longest literal part of a wildcard form."""
    runs: tuple[int, ...] | None
    """Run length of each character of `key` when some exceed one."""
    wild: tuple[str | None, ...] | None
    """The whole form over searched characters when it holds wildcards; None is any character."""
    key_at: int
    """Offset of `key` in `wild`."""
    is_alias: bool
    is_allow: bool
    disguises: Disguises
    """What is looked through besides; PLAIN for allow words, wildcards, and forms that hold symbols."""


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
    try:
        forms = _forms(word, profile.syntax, aliases)
    except PatternError as error:
        raise EntryError(str(error)) from error
    found = [
        entry
        for form in forms
        if (entry := _entry(form, word=word, rank=rank, owner=owner, profile=profile, is_allow=is_allow)) is not None
    ]
    return tuple(found)


def _forms(word: str, syntax: Syntax, aliases: Mapping[str, tuple[str, ...]]) -> tuple[Form, ...]:
    match syntax:
        case Syntax.ALIAS if "{" in word:
            return expand_aliases(word, aliases)
        case Syntax.WILDCARD:
            return expand_wildcards(word)
        case _:
            return (Form(tuple(word), is_alias=False),)


def _plain_entry(
    form: Form, *, word: str, rank: int, owner: int, profile: MatchProfile, is_allow: bool
) -> Entry | None:
    """The entry of a form that a view reads as it is, folded at most: nearly every one."""
    if None in form.text:
        return None
    literal, view = "".join(map(str, form.text)), profile.view
    if literal == word:
        literal = word  # one string for both
    if not literal.isalnum():
        return None
    through = lens(view)
    clean = bounded(literal)
    kept = clean.translate(through.kept_table)
    if len(kept) != len(literal) or (len(kept) < FEWEST and not is_allow):
        return None
    if any(map(eq, kept, kept[1:])) or kept != clean.translate(through.fold_table):
        return None
    key = literal if kept == literal else kept
    return Entry(
        owner=owner,
        word=word,
        rank=rank,
        form=literal,
        folded=key,
        view=view,
        key=key,
        runs=None,
        wild=None,
        key_at=0,
        is_alias=form.is_alias,
        is_allow=is_allow,
        disguises=PLAIN if is_allow or view.skip is Skip.MARKS else profile.disguises,
    )


def _entry(form: Form, *, word: str, rank: int, owner: int, profile: MatchProfile, is_allow: bool) -> Entry | None:
    plain = _plain_entry(form, word=word, rank=rank, owner=owner, profile=profile, is_allow=is_allow)
    if plain is not None:
        return plain
    view = profile.view
    wild = None in form.text
    literal = form.literal
    if wild:
        view = replace(view, repeats=False)
    folded = fold(literal, view.fold)
    if profile.skip is Skip.SYMBOLS and any(map(is_symbol, folded)):
        view = replace(view, skip=Skip.MARKS)
    if profile.entry_skips is EntrySkips.INERT and len(Reading(literal, lens(view)).kept) < len(literal) and not wild:
        return None
    if wild:
        return _wild_entry(form, word=word, rank=rank, owner=owner, view=view, folded=folded, is_allow=is_allow)
    reading = Reading(literal, lens(view), Collapse.ACROSS)
    if not reading.kept:
        raise EntryError(f"'{word}' folds to nothing")
    if len(reading.kept) < 2 and not profile.allow_single and not is_allow:
        raise EntryError(f"'{word}' folds to a single character; allow_single = true accepts that")
    runs: tuple[int, ...] | None = None
    if view.repeats:
        lengths = tuple(len(list(group)) for _, group in groupby(reading.kept))
        runs = lengths if max(lengths) > 1 else None
    return Entry(
        owner=owner,
        word=word,
        rank=rank,
        form=literal,
        folded=folded,
        view=view,
        key=reading.searched,
        runs=runs,
        wild=None,
        key_at=0,
        is_alias=form.is_alias,
        is_allow=is_allow,
        disguises=PLAIN if is_allow or view.skip is Skip.MARKS else profile.disguises,
    )


def _wild_entry(form: Form, *, word: str, rank: int, owner: int, view: View, folded: str, is_allow: bool) -> Entry:
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
    return Entry(
        owner=owner,
        word=word,
        rank=rank,
        form=form.literal,
        folded=folded,
        view=view,
        key=key,
        runs=None,
        wild=tuple(pattern),
        key_at=key_at,
        is_alias=form.is_alias,
        is_allow=is_allow,
        disguises=PLAIN,
    )
