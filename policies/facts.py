"""What has been found out about one text, each thing at most once."""

from .contacts import find_contacts
from .matching.candidate import Candidate
from .model import CONTACT_WAYS, ContactSpan

Span = tuple[int, int]
Seen = dict[int, list[Candidate]]
"""Where the terms of all contexts may stand, by the term's number."""


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
        self._parts: dict[Span, TextFacts] = {}

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

    def part(self, start: int, end: int) -> "tuple[TextFacts, int]":
        """Of a piece of the text, and where it begins."""
        if (start, end) not in self._parts:
            self._parts[start, end] = TextFacts(self.text[start:end])
        return self._parts[start, end], start
