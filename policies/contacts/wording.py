"""Lists of words as patterns that a search can skip through."""

import re
from collections.abc import Iterable


def any_of(wanted: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first.

    It begins with one class of all first characters: `re` passes over everything else in one loop, where a plain
    alternation would be tried at every character. A second class, of what follows, ends most of what is left.
    """
    firsts, tail = first_and_tail(wanted)
    return f"[{firsts}]{tail}"


def first_and_tail(wanted: Iterable[str]) -> tuple[str, str]:
    """The first characters of the words as the inside of a class, and a pattern for what follows one of them.

    Some words have more than one character; what follows their first is looked at before that, since `re` passes over
    branches that begin with another literal without a try.
    """
    by_rest: dict[str, list[str]] = {}
    for word in sorted(wanted, key=len, reverse=True):
        by_rest.setdefault(word[1:], []).append(word[0])
    firsts = _set({first for same in by_rest.values() for first in same})
    alone = by_rest.pop("", [])
    rests = "|".join(rf"{re.escape(rest)}(?<=[{_set(same)}]{'.' * len(rest)})" for rest, same in by_rest.items())
    tail = f"(?=[{_set({rest[0] for rest in by_rest})}])(?:{rests})"
    return firsts, f"(?:{tail}|(?<=[{_set(alone)}]))" if alone else tail


def _set(chars: Iterable[str]) -> str:
    return re.escape("".join(sorted(chars)))


def words(text: str) -> tuple[str, ...]:
    """The words of a text: lists of Chinese words are kept as lines one can read."""
    return tuple(text.split())
