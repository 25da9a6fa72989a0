"""The hand-written part: messages with the disguise in `[[ ]]`, honest messages, contact details."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache

from .tables import lines

_MARKED = re.compile(r"\[\[(.+?)\]\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A message with one or more marked stretches; `kind` and `word` say what they are."""

    kind: str
    word: str
    text: str
    spans: tuple[tuple[int, int], ...]


def marked(kind: str, word: str, line: str) -> Marked:
    line = line.replace("\\n", "\n")
    plain, spans, last = "", [], 0
    for found in _MARKED.finditer(line):
        plain += line[last : found.start()]
        spans.append((len(plain), len(plain) + len(found[1])))
        plain += found[1]
        last = found.end()
    return Marked(kind=kind, word=word, text=plain + line[last:], spans=tuple(spans))


@cache
def disguised() -> tuple[Marked, ...]:
    return tuple(marked(*line.split("|", 2)) for line in lines("disguised.txt"))


@cache
def late() -> tuple[Marked, ...]:
    """Written after the first figures were told, and quoted in no report."""
    return tuple(marked(*line.split("|", 2)) for line in lines("late.txt"))


@cache
def honest() -> tuple[str, ...]:
    return lines("honest.txt")


@cache
def traps() -> tuple[str, ...]:
    """Honest messages written to sound like the words, or to hold them across a word's border."""
    return lines("traps.txt")


def _contacts(name: str) -> tuple[Marked, ...]:
    return tuple(marked(kind, "", text) for kind, text in (line.split("|", 1) for line in lines(name)))


@cache
def plain_contacts() -> tuple[Marked, ...]:
    return _contacts("contacts_plain.txt")


@cache
def disguised_contacts() -> tuple[Marked, ...]:
    return _contacts("contacts_disguised.txt")


@cache
def late_contacts() -> tuple[Marked, ...]:
    """Written after the first figures were told, and quoted in no report."""
    return _contacts("contacts_late.txt")


@cache
def numbers() -> tuple[str, ...]:
    """Messages full of numbers that are nobody's."""
    return lines("numbers.txt")


@cache
def late_numbers() -> tuple[str, ...]:
    return lines("numbers_late.txt")


def is_sealed(text: str) -> bool:
    """Whether a text belongs to the half no report quotes."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0
