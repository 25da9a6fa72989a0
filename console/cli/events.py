"""`events` and `search`: masked, unless a reason opens them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from daemon.api.client import ApiClient
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Direction, Event, EventQuery, Trace

from .context import Context, UsageError
from .moments import since_of, until_of
from .output import Format
from .table import Cell
from .times import shown

PAGE = 1000
"""The most that one call answers."""
_COLUMNS = ("occurred_at", "device", "kind", "direction", "peer", "event_id", "body")


class _Arguments(msgspec.Struct):
    devices: list[str] = []
    employee: str | None = None
    kind: str | None = None
    direction: Direction | None = None
    since: str | None = None
    until: str | None = None
    peer: str | None = None
    person: str | None = None
    has_attachments: bool = False
    trace: Trace | None = None
    has_alerts: bool = False
    conversation: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1)] = 50
    reveal: bool = False
    reason: str | None = None
    event_ids: list[str] = []
    text: list[str] = []


async def list_events(context: Context) -> ExitCode:
    """Events that fit the filters, newest first; with words, those that match."""
    arguments = context.take(_Arguments)
    query = _query(arguments)
    if arguments.reason is not None and not arguments.reveal:
        raise UsageError("usage.reason_without_reveal")
    if arguments.reveal and not (arguments.reason or "").strip():
        raise UsageError("usage.reveal_needs_reason")
    found: list[Event] = []
    async with context.client() as client:
        async for page in _pages(client, query, arguments):
            if context.output.format is Format.JSONL:
                context.output.items(page)
            found += page
    if context.output.format is Format.JSON:
        context.output.items(found)
    elif context.output.format is Format.TABLE and found:
        context.output.table(_COLUMNS, [_row(context, event) for event in found])
    if not found:
        context.output.empty("empty.search" if arguments.text else "empty.events")
    return ExitCode.OK


def _query(arguments: _Arguments) -> EventQuery:
    now = datetime.now(UTC)
    since = since_of(arguments.since, now)
    until = until_of(arguments.until, now)
    if since is not None and until is not None and since >= until:
        raise UsageError("usage.empty_range")
    words = " ".join(arguments.text).strip()
    if arguments.text and not words:
        raise UsageError("usage.no_words")
    return EventQuery(
        device=arguments.devices[0] if len(arguments.devices) == 1 else None,
        devices=tuple(arguments.devices) if len(arguments.devices) > 1 else (),
        employee=arguments.employee,
        kind=arguments.kind,
        direction=arguments.direction,
        since=since,
        until=until,
        peer=arguments.peer,
        person=arguments.person,
        has_attachments=arguments.has_attachments,
        trace=arguments.trace,
        has_alerts=arguments.has_alerts,
        conversation=arguments.conversation,
        text=words or None,
        event_ids=tuple(arguments.event_ids),
    )


async def _pages(client: ApiClient, query: EventQuery, arguments: _Arguments) -> AsyncIterator[tuple[Event, ...]]:
    """Pages until the limit or the end; a page may be short and still not be the last."""
    left = arguments.limit
    before: int | None = None
    while left > 0:
        page_query = msgspec.structs.replace(query, limit=min(PAGE, left), before=before)
        if arguments.reveal:
            page = await client.reveal(page_query, arguments.reason or "")
        else:
            page = await client.events(page_query)
        if not page or (before is not None and page[-1].ledger_index >= before):
            return
        yield page
        left -= len(page)
        before = page[-1].ledger_index
        if arguments.limit <= PAGE:
            return


def _row(context: Context, event: Event) -> list[Cell]:
    return [
        Cell(shown(event.occurred_at)),
        Cell(event.device),
        Cell(context.word("kind", event.kind.value), "33" if event.absent_since or event.kind == "absence" else ""),
        Cell(context.word("direction", event.direction.value)),
        Cell(" ".join(part for part in (event.peer, event.person) if part)),
        Cell(event.event_id, "2"),
        Cell(_content(context, event)),
    ]


def _content(context: Context, event: Event) -> str:
    """The body, and what a reader must know beside it: its pair, and what it was concluded from."""
    parts = [_marked(event)]
    if event.paired_with is not None:
        parts.append(f"↔ {event.paired_with}")
    if event.derived_from is not None:
        parts.append(f"({context.word('derived', event.derived_from)})")
    parts += [context.texts.get("cli.events.corrected", text=correction) for correction in event.corrections]
    return " ".join(parts)


def _marked(event: Event) -> str:
    """The body with what the search matched in brackets, which survive a pipe."""
    parts: list[str] = []
    at = 0
    for span in sorted(event.matched, key=lambda span: span.start):
        if at <= span.start < span.end <= len(event.body):
            parts += [event.body[at : span.start], "«", event.body[span.start : span.end], "»"]
            at = span.end
    return "".join([*parts, event.body[at:]])
