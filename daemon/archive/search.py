"""Full-text search that tells nobody more than they may see.

The index knows all texts, numbers included. A candidate counts only when the words stand in `visible(event)`, which the
caller makes from the event's text by masking what the asker may not see (same number of code points; the whole text
for those who may see all). So an answer depends on visible text alone, and trying digit after digit tells nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from crypto.database import Database

from ..events import Event
from ..peers import canonical_peer
from .codes import KINDS
from .content import ContentKeys
from .drafts import EventFilter, NumberSearch
from .event_conditions import number_expression, proposed_by
from .event_queries import proposed_events
from .facets import any_of, kind_term
from .fulltext import find_spans, fold, is_broad, match_expression
from .indexing import has_attachments
from .records import ArchivedEvent, FoundEvent, SearchPage
from .transaction import Tokens

MOST_FOUND: Final = 1_000
_MOST_CHARACTERS: Final = 200
_MOST_CANDIDATES: Final = 20_000
_SPARE: Final = 8
_LOOKED_AT: Final = 400
_LEAST_DIGITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """All words of `text` must stand in what the asker may see. Case and width do not matter."""

    text: str
    """Its first 200 characters count. A Latin word is found from its beginning."""
    numbers: NumberSearch
    filter: EventFilter
    """`event_ids` is not used; `limit` at most 1,000."""
    visible: Callable[[Event], str]


def search(database: Database, content: ContentKeys, query: SearchQuery, tokens: Tokens) -> SearchPage:
    """Newest first. Looks at 20,000 candidates at most; then the page is short and names where to go on."""
    limit = max(1, min(query.filter.limit, MOST_FOUND))
    page = _by_words(database, content, query, tokens, limit)
    peer = _complete_number(query)
    if peer is None:
        return page
    by_number = _of_number(database, content, query, tokens, tokens.of_number(peer), page.next_before or 0, limit)
    merged = {found.archived.ledger_index: found for found in (*by_number, *page.found)}
    found = tuple(merged[index] for index in sorted(merged, reverse=True))
    if len(found) > limit:
        return SearchPage(found=found[:limit], next_before=found[limit - 1].archived.ledger_index)
    return SearchPage(found=found, next_before=page.next_before)


def _by_words(database: Database, content: ContentKeys, query: SearchQuery, tokens: Tokens, limit: int) -> SearchPage:
    text = query.text[:_MOST_CHARACTERS]
    expression = match_expression(text)
    if expression is None:
        return SearchPage(found=(), next_before=None)
    facets = proposed_by(database, query.filter, tokens)
    check = _Check(query, tuple(fold(text).split()))
    found: list[FoundEvent] = []
    events = query.filter
    if is_broad(text):
        # so many pieces of the index begin with these that the newest events are sooner looked at than the index
        before: int | None = None
        for archived in islice(_newest(database, content, events, tokens, facets), _LOOKED_AT):
            before = archived.ledger_index
            check.take(archived, found)
            if len(found) == limit:
                return SearchPage(found=tuple(found), next_before=before)
        if before is None:
            return SearchPage(found=(), next_before=None)
        events = replace(events, before=before)
    whole = expression if facets is None else f"({expression}) AND {facets}"
    candidates = proposed_events(database, content, events, tokens, expression=whole, chunk=limit + _SPARE)
    for examined, archived in enumerate(candidates, 1):
        check.take(archived, found)
        if len(found) == limit or examined == _MOST_CANDIDATES:
            return SearchPage(found=tuple(found), next_before=archived.ledger_index)
    return SearchPage(found=tuple(found), next_before=None)


class _Check:
    """Whether the words stand in what the asker may see."""

    def __init__(self, query: SearchQuery, words: tuple[str, ...]) -> None:
        self._query = query
        self._words = words
        self._plain = tuple(word for word in words if word.isalnum())
        """A mask puts no letter or figure in place of another: such words, when not in the text, are not visible."""

    def take(self, archived: ArchivedEvent, found: list[FoundEvent]) -> None:
        """Add the event to `found` when it is."""
        event = archived.event
        if self._query.filter.has_attachments and not has_attachments(event.attributes):
            return
        whole = fold(event.text)
        if any(word not in whole for word in self._plain):
            return
        shown = fold(self._query.visible(event))
        spans = find_spans(self._words, shown) if len(shown) == len(event.text) else None
        if spans is not None:
            found.append(FoundEvent(archived=archived, spans=spans))


def _newest(
    database: Database, content: ContentKeys, query: EventFilter, tokens: Tokens, facets: str | None
) -> Iterator[ArchivedEvent]:
    """Events of the filter, whatever they say."""
    expression = any_of(map(kind_term, KINDS)) if facets is None else facets
    return proposed_events(database, content, query, tokens, expression=expression, chunk=_LOOKED_AT // 4)


def _complete_number(query: SearchQuery) -> str | None:
    """The number the query consists of, in the form numbers are compared in."""
    text = query.text.strip()[:_MOST_CHARACTERS]
    is_number = sum(character.isdecimal() for character in text) >= _LEAST_DIGITS and not any(
        character.isalpha() for character in text
    )
    return canonical_peer(text) if is_number and query.numbers is NumberSearch.COMPLETE else None


def _of_number(
    database: Database,
    content: ContentKeys,
    query: SearchQuery,
    tokens: Tokens,
    number: bytes,
    down_to: int,
    limit: int,
) -> tuple[FoundEvent, ...]:
    """Events with this number, none older than the page of words goes."""
    expression = number_expression(database, number)
    if (facets := proposed_by(database, query.filter, tokens)) is not None:
        expression += f" AND {facets}"
    found: list[FoundEvent] = []
    for archived in proposed_events(database, content, query.filter, tokens, expression=expression, chunk=limit + 1):
        if archived.ledger_index < down_to or len(found) > limit:
            break
        if not query.filter.has_attachments or has_attachments(archived.event.attributes):
            found.append(FoundEvent(archived=archived, spans=()))
    return tuple(found)
