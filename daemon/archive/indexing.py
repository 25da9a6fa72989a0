"""What the full-text index gets of an event, and filling it anew for archives from before it held facets."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from crypto.database import Database

from ..events import EventKind
from ..peers import canonical_peer
from .codes import KIND_CODES
from .content import ContentKeys
from .facets import ATTACHMENT_TERM, facet_terms, number_term
from .fulltext import index_terms_of_all
from .rows import row_as
from .transaction import Tokens

SCHEMA_VERSION: Final = 14
_CHUNK: Final = 2_000
_INSERT: Final = "INSERT INTO events_text (rowid, body) VALUES (?, ?)"
_ABSENCE: Final = KIND_CODES[EventKind.ABSENCE]
_CONTACT: Final = KIND_CODES[EventKind.CONTACT]
_COLUMNS: Final = """
SELECT ledger_index, device_no, conversation_no, kind, source, direction, occurred_at, event_id, key_no, sealed
FROM events """
_EVENTS: Final = _COLUMNS + "WHERE ledger_index > ? ORDER BY ledger_index LIMIT ?"
_CHOSEN: Final = _COLUMNS + "WHERE ledger_index IN (SELECT value FROM json_each(?)) ORDER BY ledger_index"  # noqa: S608


class IndexedEvent(msgspec.Struct, array_like=True, frozen=True):
    """What of an event's row is indexed."""

    ledger_index: int
    device_no: int
    conversation_no: int | None
    kind: int
    source: int
    direction: int
    occurred_at: int
    event_id: bytes


class _Row(IndexedEvent, array_like=True, frozen=True):
    key_no: int
    sealed: bytes


class _Attached(msgspec.Struct):
    attachments: tuple[msgspec.Raw, ...] = ()


class _Contact(msgspec.Struct):
    numbers: tuple[str, ...] = ()


_attached: Final = msgspec.json.Decoder(_Attached).decode
_contact: Final = msgspec.json.Decoder(_Contact).decode


def facets_of(event: IndexedEvent, attributes: str, tokens: Tokens) -> str:
    """Terms for what an event is filtered by, space separated."""
    facets = facet_terms(
        event.event_id, event.device_no, event.conversation_no, event.kind, event.source, event.direction,
        event.occurred_at,
    )  # fmt: skip
    return f"{facets}{rare_facets(event.kind, attributes, tokens)}"


def rare_facets(kind: int, attributes: str, tokens: Tokens) -> str:
    """Those that few events have, each after a space."""
    facets = f" {ATTACHMENT_TERM}" if has_attachments(attributes) else ""
    if kind == _CONTACT:
        for number in _numbers(attributes):
            facets += f" {number_term(tokens.of_number(number))}"
    return facets


def searched_terms(events: Sequence[tuple[int, str]]) -> list[str]:
    """Terms of texts, given with the code of their event's kind. An absence repeats what was there: it has none."""
    return index_terms_of_all(["" if kind == _ABSENCE else text for kind, text in events])


def insert_entries(database: Database, entries: Sequence[tuple[int, str]]) -> None:
    """Ledger indexes with every term, into the index, in the open transaction."""
    database.executemany(_INSERT, entries)


def has_attachments(attributes: str) -> bool:
    """Whether an event's attributes name any."""
    if '"attachments"' not in attributes:
        return False
    try:
        return bool(_attached(attributes).attachments)
    except msgspec.MsgspecError:
        return False


def index_existing(database: Database, content: ContentKeys, tokens: Tokens) -> None:
    """Fill the index with every event, in chunks: memory does not grow with the archive."""
    database.execute("INSERT INTO events_text (events_text) VALUES ('delete-all')").close()
    for entries in _all_entries(database, content, tokens):
        insert_entries(database, entries)


def indexed_texts(
    database: Database, content: ContentKeys, tokens: Tokens, chosen: Sequence[int] | None = None
) -> Iterator[tuple[int, str]]:
    """Ledger index and terms of every event, or of the chosen ones, as the index should have them.

    Raises as `ContentKeys.event`.
    """
    for entries in _all_entries(database, content, tokens, chosen):
        yield from entries


def _all_entries(
    database: Database, content: ContentKeys, tokens: Tokens, chosen: Sequence[int] | None = None
) -> Iterator[list[tuple[int, str]]]:
    for rows in _rows(database) if chosen is None else _chosen_rows(database, chosen):
        facets: list[str] = []
        texts: list[tuple[int, str]] = []
        for row in rows:
            said = content.event(row.key_no, row.ledger_index, row.sealed)
            text = said.text
            if text is None:
                text = "" if said.body is None else said.body.decode("utf-8", "replace")
            facets.append(facets_of(row, said.attributes, tokens))
            texts.append((row.kind, text))
        terms = zip(rows, facets, searched_terms(texts), strict=True)
        yield [(row.ledger_index, f"{facet} {words}") for row, facet, words in terms]


def _rows(database: Database) -> Iterator[list[_Row]]:
    last = 0
    while rows := [row_as(_Row, row) for row in database.fetch_all(_EVENTS, (last, _CHUNK))]:
        yield rows
        last = rows[-1].ledger_index


def _chosen_rows(database: Database, chosen: Sequence[int]) -> Iterator[list[_Row]]:
    for at in range(0, len(chosen), _CHUNK):
        found = database.fetch_all(_CHOSEN, (json.dumps(chosen[at : at + _CHUNK]),))
        yield [row_as(_Row, row) for row in found]


def _numbers(attributes: str) -> Iterable[str]:
    try:
        numbers = _contact(attributes).numbers
    except msgspec.MsgspecError:
        return ()
    return dict.fromkeys(key for number in numbers if (key := canonical_peer(number)) is not None)
