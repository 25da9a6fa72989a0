"""Contact details of many texts at once: tables over code points leave out the texts without any."""

from collections.abc import Sequence

from ..model import ContactSpan
from .finder import LONGEST_BLOCK, details_at, find_contacts

FEWEST = 6
"""Texts from which on the tables are quicker than one text after the other."""
MOST = 500
"""Texts looked at in one go, so that memory stays small."""


def find_contacts_many(texts: Sequence[str]) -> list[tuple[ContactSpan, ...]]:
    """As `find_contacts` for each of the texts, in their order; several times as fast in batches of 100."""
    if len(texts) < FEWEST:
        return [find_contacts(text) for text in texts]
    found: list[tuple[ContactSpan, ...]] = [()] * len(texts)
    for start in range(0, len(texts), MOST):
        _into(found, start, texts[start : start + MOST])
    return found


def _into(found: list[tuple[ContactSpan, ...]], start: int, texts: Sequence[str]) -> None:
    from .gate import suspects  # numpy is loaded by the first batch

    lengths = [len(text) for text in texts]
    if max(lengths) > LONGEST_BLOCK:
        found[start : start + len(texts)] = map(find_contacts, texts)
        return
    for at, flat, stages in suspects(texts, lengths):
        if stages:
            found[start + at] = details_at(texts[at], flat, stages)
