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
    """The first characters of the words as the inside of a class, and a pattern for what follows one of them."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(wanted, key=len, reverse=True):
        by_first.setdefault(word[0], []).append(word[1:])
    seconds = {rest[:1] for rests in by_first.values() for rest in rests}
    ahead = "" if "" in seconds else f"(?=[{_set(seconds)}])"
    tails = "|".join(
        f"(?<={re.escape(first)})(?:{'|'.join(map(re.escape, rests))})" for first, rests in by_first.items()
    )
    return _set(by_first), f"{ahead}(?:{tails})"


def _set(chars: Iterable[str]) -> str:
    return re.escape("".join(sorted(chars)))


def words(text: str) -> tuple[str, ...]:
    """The words of a text: lists of Chinese words are kept as lines one can read."""
    return tuple(text.split())
