"""Words with classes: `{加}{我?}{微信}` and `.[中美]国`, expanded to plain forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

MAX_FORMS = 500
"""Most forms one word may expand to."""


class PatternError(ValueError):
    """A word that cannot be expanded; the text says why, for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One expansion. `text` uses None for "any one character"."""

    text: tuple[str | None, ...]
    is_alias: bool

    @property
    def literal(self) -> str:
        """The form as text, with `.` for any character."""
        return "".join([c or "." for c in self.text])


Choice = tuple[tuple[tuple[str | None, ...], bool], ...]
"""Alternatives at one place: characters, and whether they stand in for the usual writing."""


def expand_aliases(word: str, aliases: Mapping[str, tuple[str, ...]]) -> tuple[Form, ...]:
    """Forms of a word with `{alias}` parts. Raises PatternError: unknown alias, open brace, too many forms."""
    places: list[Choice] = []
    at = 0
    while at < len(word):
        brace = word.find("{", at)
        if brace < 0:
            places.append(_plain(word[at:]))
            break
        if brace > at:
            places.append(_plain(word[at:brace]))
        close = word.find("}", brace)
        if close < 0:
            raise PatternError(f"'{word}': a {{ without its }}")
        places.append(_alias_choice(word, word[brace + 1 : close], aliases))
        at = close + 1
    return _combine(word, places)


def _alias_choice(word: str, inner: str, aliases: Mapping[str, tuple[str, ...]]) -> Choice:
    name = inner.removesuffix("?")
    is_optional = name != inner
    if name in aliases:
        forms = aliases[name]
    elif "|" in name:
        return tuple((tuple(part), False) for part in name.split("|")) + (((), False),) * is_optional
    elif is_optional and name:
        forms = (name,)
    else:
        raise PatternError(f"'{word}': no alias named '{name}'")
    choice = tuple((tuple(form), number > 0) for number, form in enumerate(forms))
    return (*choice, ((), False)) if is_optional else choice


def expand_wildcards(word: str) -> tuple[Form, ...]:
    """Forms of a word with `.`, `[ab]`, `(a|b)` and `?`. Raises PatternError."""
    places: list[Choice] = []
    at = 0
    while at < len(word):
        char = word[at]
        if char == "[":
            inner, at = _until(word, at, "]")
            places.append(tuple(((c,), False) for c in inner))
        elif char == "(":
            inner, at = _until(word, at, ")")
            places.append(tuple((tuple(None if c == "." else c for c in part), False) for part in inner.split("|")))
        elif char == "?":
            if not places:
                raise PatternError(f"'{word}': a ? with nothing before it")
            places[-1] = (*places[-1], ((), False))
            at += 1
        else:
            places.append((((None,) if char == "." else (char,), False),))
            at += 1
    return _combine(word, places)


def _until(word: str, at: int, closing: str) -> tuple[str, int]:
    end = word.find(closing, at)
    if end < 0:
        raise PatternError(f"'{word}': no {closing} for the {word[at]}")
    if end == at + 1:
        raise PatternError(f"'{word}': nothing between {word[at]} and {closing}")
    return word[at + 1 : end], end + 1


def _plain(text: str) -> Choice:
    return ((tuple(text), False),)


def _combine(word: str, places: list[Choice]) -> tuple[Form, ...]:
    count = 1
    for place in places:
        count *= len(place)
        if count > MAX_FORMS:
            raise PatternError(f"'{word}': more than {MAX_FORMS} forms")
    found: dict[tuple[str | None, ...], bool] = {}
    for choice in product(*places):
        text = tuple(char for part, _ in choice for char in part)
        is_alias = any(flag for _, flag in choice)
        found[text] = found.get(text, True) and is_alias
    return tuple(Form(text, is_alias) for text, is_alias in found.items())
