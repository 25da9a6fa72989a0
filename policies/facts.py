"""What has been found out about one text, each thing at most once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .contacts import find_contacts
from .matching.candidate import Candidate
from .model import CONTACT_WAYS, ContactSpan

Span = tuple[int, int]
Seen = dict[int, list[Candidate]]
"""Where the terms of all contexts may stand, by the term's number."""


MOST_SEEN = 10_000
MOST_SEARCHED = 80_000
"""Places of terms, and code points, that are looked at in pieces of one size of one text; behind, nothing is near."""
SPELLED = 8
"""For so many places counts one of a term in letters or parts: it takes as long to find."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """How a long text is taken apart: code points of a piece, and how many around it are looked at with it."""

    size: int
    margin: int

    def begin(self, number: int) -> int:
        """Where in the text a piece begins, with what is around it."""
        return max(0, number * self.size - self.margin)

    def end(self, number: int) -> int:
        """Where it ends."""
        return (number + 1) * self.size + self.margin


@dataclass(slots=True)
class _Known:
    """What is known of a text's pieces of one kind."""

    pieces: dict[int, "TextFacts"]
    seen: int = 0
    searched: int = 0


class TextFacts:
    """One text."""

    def __init__(self, text: str, contacts: tuple[ContactSpan, ...] | None = None, seen: "Seen | None" = None) -> None:
        """`contacts`, `seen`: those of the text, where they were found together with other texts' already."""
        self.text = text
        self._contacts = contacts
        self.seen = seen
        self.terms: dict[int, list[Span]] = {}
        """Where they do stand, for those that were asked for."""
        self.near: dict[int, list[Span]] = {}
        """The same with `@names`, by the context's number, for those that were asked for; in order."""
        self._known: dict[Pieces, _Known] = {}

    @property
    def contacts(self) -> tuple[ContactSpan, ...]:
        """Contact details in the text."""
        if self._contacts is None:
            self._contacts = find_contacts(self.text)
        return self._contacts

    @property
    def has_way(self) -> bool:
        """Whether one of the details is a way to reach or pay a person."""
        return any(span.kind in CONTACT_WAYS for span in self.contacts)

    def piece(
        self, pieces: Pieces, at: int, search: Callable[[Sequence[str]], list[Seen]]
    ) -> "tuple[TextFacts, int] | None":
        """Of the piece of a long text around `at`, and where it begins; `search` finds terms.

        None once too much is found or searched in others: that text is hostile, or no message.
        """
        known = self._known.setdefault(pieces, _Known({}))
        number = at // pieces.size
        if number not in known.pieces:
            if known.seen >= MOST_SEEN or known.searched >= MOST_SEARCHED:
                return None
            text = self.text[pieces.begin(number) : pieces.end(number)]
            (seen,) = search([text])
            known.pieces[number] = TextFacts(text, seen=seen)
            known.searched += len(text)
            known.seen += sum(SPELLED if one.units else 1 for same in seen.values() for one in same)
        return known.pieces[number], pieces.begin(number)
