"""Full-text search that tells nobody more than they may see.

The index knows all texts, numbers included. A candidate counts only when the words stand in `visible(event)`, which the
caller makes from the event's text by masking what the asker may not see (same number of code points; the whole text
for those who may see all). So an answer depends on visible text alone, and trying digit after digit tells nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crypto.database import Database, SqlValue

from ..events import Event
from ..peers import canonical_peer
from .content import ContentKeys
from .drafts import EventFilter, NumberSearch
from .event_queries import SELECT_EVENTS, Conditions, conditions_of, event_of
from .fulltext import find_spans, fold, match_expression
from .records import FoundEvent, SearchPage
from .transaction import Tokens

MOST_FOUND: Final = 1_000
_MOST_CHARACTERS: Final = 200
_MOST_CANDIDATES: Final = 20_000
_CHUNK: Final = 200
_LEAST_DIGITS: Final = 5
_NEWEST: Final = 2**62

_SELECT_BY_TEXT: Final = SELECT_EVENTS.replace(
    "FROM events e", "FROM events_text f CROSS JOIN events e ON e.ledger_index = f.rowid"
)
_BY_NUMBER: Final = (
    "e.ledger_index IN (SELECT event_index FROM contact_numbers WHERE token = ? UNION ALL "
    "SELECT n.ledger_index FROM conversations k JOIN events n ON n.conversation_no = k.conversation_no "
    "WHERE k.peer_token = ?)"
)


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
    conditions = conditions_of(query.filter)
    if conditions is None:
        return SearchPage(found=(), next_before=None)
    page = _by_words(database, content, query, conditions, limit)
    peer = _complete_number(query)
    if peer is None:
        return page
    by_number = _of_number(database, content, query, tokens.of_number(peer), page.next_before, limit)
    merged = {found.archived.ledger_index: found for found in (*by_number, *page.found)}
    found = tuple(merged[index] for index in sorted(merged, reverse=True))
    if len(found) > limit:
        return SearchPage(found=found[:limit], next_before=found[limit - 1].archived.ledger_index)
    return SearchPage(found=found, next_before=page.next_before)


def _by_words(
    database: Database, content: ContentKeys, query: SearchQuery, conditions: Conditions, limit: int
) -> SearchPage:
    text = query.text[:_MOST_CHARACTERS]
    expression = match_expression(text)
    if expression is None:
        return SearchPage(found=(), next_before=None)
    words = tuple(fold(text).split())
    clause = conditions.clause().replace(" WHERE ", " AND ", 1)
    sql = _SELECT_BY_TEXT + " WHERE f.events_text MATCH ? AND f.rowid < ?" + clause + " ORDER BY f.rowid DESC LIMIT ?"
    found: list[FoundEvent] = []
    before = query.filter.before or _NEWEST
    examined = 0
    while examined < _MOST_CANDIDATES:
        parameters: tuple[SqlValue, ...] = (expression, before, *conditions.parameters, _CHUNK)
        rows = database.fetch_all(sql, parameters)
        for row in rows:
            archived = event_of(row, content)
            before = archived.ledger_index
            shown = fold(query.visible(archived.event))
            spans = find_spans(words, shown) if len(shown) == len(archived.event.text) else None
            if spans is not None:
                found.append(FoundEvent(archived=archived, spans=spans))
                if len(found) == limit:
                    return SearchPage(found=tuple(found), next_before=before)
        if len(rows) < _CHUNK:
            return SearchPage(found=tuple(found), next_before=None)
        examined += len(rows)
    return SearchPage(found=tuple(found), next_before=before)


def _complete_number(query: SearchQuery) -> str | None:
    """The number the query consists of, in the form numbers are compared in."""
    text = query.text.strip()[:_MOST_CHARACTERS]
    is_number = sum(character.isdecimal() for character in text) >= _LEAST_DIGITS and not any(
        character.isalpha() for character in text
    )
    return canonical_peer(text) if is_number and query.numbers is NumberSearch.COMPLETE else None


def _of_number(
    database: Database, content: ContentKeys, query: SearchQuery, token: bytes, down_to: int | None, limit: int
) -> tuple[FoundEvent, ...]:
    """Events with this number, none older than the page of words goes."""
    conditions = conditions_of(query.filter)
    if conditions is None:
        return ()
    conditions.add("e.ledger_index < ?", query.filter.before or _NEWEST)
    conditions.add("e.ledger_index >= ?", down_to or 0)
    conditions.add(_BY_NUMBER, token, token)
    sql = SELECT_EVENTS + conditions.clause() + " ORDER BY e.ledger_index DESC LIMIT ?"
    rows = database.fetch_all(sql, (*conditions.parameters, limit + 1))
    return tuple(FoundEvent(archived=event_of(row, content), spans=()) for row in rows)
