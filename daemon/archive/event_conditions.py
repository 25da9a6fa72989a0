"""A filter of events as SQL conditions, and as what the full-text index proposes for it."""

import json
from collections.abc import Sequence
from typing import Final

from crypto.database import Database, SqlValue

from ..events import EventKind
from .codes import DIRECTION_CODES, KIND_CODES, SOURCE_CODES, to_micros
from .drafts import EventFilter, HeldSpan, Trace
from .facets import (
    ATTACHMENT_TERM,
    any_of,
    conversation_term,
    device_term,
    direction_term,
    kind_term,
    number_term,
    period_terms,
    source_term,
)
from .identifiers import CONVERSATION_PREFIX, unspell
from .ledger_kinds import PresenceChange
from .transaction import Tokens

_TRACES: Final = {Trace.ABSENT: int(PresenceChange.ABSENT), Trace.EDITED: int(PresenceChange.REPLACED)}
_ONE_OF: Final = "IN (SELECT value FROM json_each(?))"
_CHANGED: Final = "IN (SELECT event_index FROM presence_changes WHERE change = ?)"
_ALERTED: Final = "IN (SELECT event_index FROM alerts)"
_BY_NUMBER: Final = (
    "(e.conversation_no IN (SELECT conversation_no FROM conversations WHERE peer_token = ?) OR "
    "e.ledger_index IN (SELECT event_index FROM contact_numbers WHERE token = ?))"
)


class Conditions:
    """WHERE parts with their parameters; every part is a constant of ours."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.parameters: list[SqlValue] = []

    def add(self, part: str, *parameters: SqlValue) -> None:
        """One condition."""
        self._parts.append(part)
        self.parameters += parameters

    def add_one_of(self, column: str, values: Sequence[int | str]) -> None:
        """`column` is one of `values`."""
        self.add(" ".join((column, _ONE_OF)), json.dumps(list(values)))

    def clause(self) -> str:
        """` WHERE …`, or nothing."""
        return " WHERE " + " AND ".join(self._parts) if self._parts else ""


def conditions_of(query: EventFilter, tokens: Tokens, *, row: str = "e.ledger_index") -> Conditions | None:
    """The filter's conditions on `e`, `d`, `c` and `p`, but for `before`; None when nothing can match.

    `row` is what rare sets are compared with, before an event's row is read. Attachments are not a column: the caller
    looks at the event.
    """
    conditions = Conditions()
    if query.device is not None:
        conditions.add("e.device_no = (SELECT device_no FROM devices WHERE serial = ?)", query.device)
    if query.held is not None and not _add_held(conditions, query.held):
        return None
    if query.kind is not None:
        if query.kind is not EventKind.MESSAGE:
            conditions.add("e.kind <> 1")  # lets SQLite use the indexes of rare kinds
        conditions.add("e.kind = ?", KIND_CODES[query.kind])
    if query.source is not None:
        conditions.add("e.source = ?", SOURCE_CODES[query.source])
    if query.direction is not None:
        conditions.add("e.direction = ?", DIRECTION_CODES[query.direction])
    if query.since is not None:
        conditions.add("e.occurred_at >= ?", to_micros(query.since))
    if query.until is not None:
        conditions.add("e.occurred_at < ?", to_micros(query.until))
    if query.conversation is not None:
        token = unspell(CONVERSATION_PREFIX, query.conversation)
        if token is None:
            return None
        conditions.add("e.conversation_no = (SELECT conversation_no FROM conversations WHERE token = ?)", token)
    if query.peer_key is not None:
        number = tokens.of_number(query.peer_key)
        conditions.add(_BY_NUMBER, number, number)
    if query.peer_tokens is not None:
        if not query.peer_tokens:
            return None
        pairs = [token for token in query.peer_tokens for _ in range(2)]
        conditions.add("(" + " OR ".join([_BY_NUMBER] * len(query.peer_tokens)) + ")", *pairs)
    if query.trace is not None:
        change = _TRACES[query.trace]
        conditions.add(" ".join((row, _CHANGED)), change)
        conditions.add("p.change = ?", change)
    if query.has_alerts:
        conditions.add(" ".join((row, _ALERTED)))
    return conditions


def _add_held(conditions: Conditions, held: Sequence[HeldSpan]) -> bool:
    parts: list[str] = []
    parameters: list[SqlValue] = []
    for span in held:
        part = "e.device_no = (SELECT device_no FROM devices WHERE serial = ?)"
        parameters.append(span.device)
        if span.since is not None:
            part += " AND e.received_at >= ?"
            parameters.append(to_micros(span.since))
        if span.until is not None:
            part += " AND e.received_at < ?"
            parameters.append(to_micros(span.until))
        parts.append(part)
    if parts:
        conditions.add("(" + " OR ".join(parts) + ")", *parameters)
    return bool(parts)


def is_for_index(query: EventFilter) -> bool:
    """Whether the full-text index proposes faster than the tables' own indexes do, for a filter without words."""
    named = (query.held, query.until, query.direction, query.peer_key, query.peer_tokens, query.conversation)
    is_of_rare_kind = query.kind not in {None, EventKind.MESSAGE}
    is_common = not is_of_rare_kind and (query.device is not None or (query.source is not None and query.kind is None))
    return query.has_attachments or is_common or any(one is not None for one in named)


def proposed_by(database: Database, query: EventFilter, tokens: Tokens) -> str | None:
    """The FTS5 expression whose matches include every event of a filter; None when the filter names no facet."""
    clauses: list[str] = []
    serials = [span.device for span in query.held or ()] + ([query.device] if query.device is not None else [])
    if serials:
        numbers = (_number(database, "SELECT device_no FROM devices WHERE serial = ?", one) for one in set(serials))
        devices = {device_term(number) for number in numbers}
        clauses.append(any_of(sorted(devices)))
    if query.kind is not None:
        clauses.append(any_of((kind_term(KIND_CODES[query.kind]),)))
    if query.source is not None:
        clauses.append(any_of((source_term(SOURCE_CODES[query.source]),)))
    if query.direction is not None:
        clauses.append(any_of((direction_term(DIRECTION_CODES[query.direction]),)))
    if query.has_attachments:
        clauses.append(any_of((ATTACHMENT_TERM,)))
    if query.conversation is not None:
        token = unspell(CONVERSATION_PREFIX, query.conversation) or b""
        sql = "SELECT conversation_no FROM conversations WHERE token = ?"
        clauses.append(any_of((conversation_term(_number(database, sql, token)),)))
    if query.peer_key is not None:
        clauses.append(number_expression(database, tokens.of_number(query.peer_key)))
    if query.peer_tokens:
        each = (number_expression(database, token) for token in query.peer_tokens)
        clauses.append("(" + " OR ".join(each) + ")")
    if (periods := _periods(database, query)) is not None:
        clauses.append(any_of(periods))
    return " AND ".join(clauses) or None


def number_expression(database: Database, token: bytes) -> str:
    """What was said with a number on any phone, and the contacts that have it."""
    rows = database.fetch_all("SELECT conversation_no FROM conversations WHERE peer_token = ?", (token,))
    conversations = [conversation_term(number) for (number,) in rows if isinstance(number, int)]
    return any_of((*conversations, number_term(token)))


def _periods(database: Database, query: EventFilter) -> tuple[str, ...] | None:
    """The days of a range, within what the archive has; None without a range, or for one that excludes little."""
    if query.since is None and query.until is None:
        return None
    lowest = _number(database, "SELECT min(occurred_at) FROM events")
    highest = _number(database, "SELECT max(occurred_at) FROM events")
    since = lowest if query.since is None else max(lowest, to_micros(query.since))
    until = highest + 1 if query.until is None else min(highest + 1, to_micros(query.until))
    if since >= until:
        until = since + 1  # one day that the conditions then refuse
    return period_terms(since, until)


def _number(database: Database, sql: str, *parameters: SqlValue) -> int:
    """0 for what is not there: no phone and no conversation has this number."""
    value = database.fetch_value(sql, parameters)
    return value if isinstance(value, int) else 0
