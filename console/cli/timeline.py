"""`timeline`: a conversation around any moment, across sources and phones, oldest first."""

from collections.abc import AsyncIterator
from itertools import chain

import msgspec

from daemon.api.client import ApiClient
from daemon.api.exit_codes import ExitCode
from daemon.api.timeline import TimelineItem, TimelineMark, TimelinePage, TimelineQuery
from daemon.api.timeline_client import reveal_timeline, timeline
from daemon.api.wire import Event, EventKind

from .context import Context, UsageError
from .moments import since_of
from .output import Format
from .table import Cell
from .times import shown

PAGE = 500
"""The most of one call, each way."""
_COLUMNS = ("at", "device", "kind", "direction", "peer", "event_id", "body")


class _Arguments(msgspec.Struct):
    event_id: str | None = None
    peer: str | None = None
    conversation: str | None = None
    employee: str | None = None
    device: str | None = None
    at: str | None = None
    before: int = 25
    after: int = 25
    reveal: bool = False
    reason: str | None = None


async def show_timeline(context: Context) -> ExitCode:
    """Events in order of our clock, with what the archive knows of the gaps between them."""
    arguments = context.take(_Arguments)
    if arguments.reason is not None and not arguments.reveal:
        raise UsageError("usage.reason_without_reveal")
    if arguments.reveal and not (arguments.reason or "").strip():
        raise UsageError("usage.reveal_needs_reason")
    query = _query(arguments)
    async with context.client() as client:
        pages = [page async for page in _pages(client, query, arguments)]
    items = list(chain.from_iterable(page.items for page in pages))
    if context.output.format is not Format.TABLE:
        context.output.items(items)
    elif items:
        anchor = next((page.anchor for page in pages if page.anchor), None)
        rows = [*chain.from_iterable(_rows(context, item, anchor) for item in items)]
        rows += [_mark_row(context, mark) for mark in pages[-1].marks_after]
        context.output.table(_COLUMNS, rows)
    if not items:
        context.output.empty("empty.timeline")
    elif context.output.format is Format.TABLE:
        _say_more(context, pages)
    return ExitCode.OK


def _query(arguments: _Arguments) -> TimelineQuery:
    named = (arguments.event_id, arguments.peer, arguments.conversation, arguments.employee, arguments.device)
    if not any(named):
        raise UsageError("usage.timeline_whose")
    if arguments.before + arguments.after == 0:
        raise UsageError("usage.timeline_nothing")
    return TimelineQuery(
        event_id=arguments.event_id,
        conversation=arguments.conversation,
        peer=arguments.peer,
        employee=arguments.employee,
        device=arguments.device,
        at=since_of(arguments.at),
        before=min(arguments.before, PAGE),
        after=min(arguments.after, PAGE),
    )


async def _pages(client: ApiClient, query: TimelineQuery, arguments: _Arguments) -> AsyncIterator[TimelinePage]:
    """Oldest first: the middle is asked for first, its surroundings follow."""

    async def ask(one: TimelineQuery) -> TimelinePage:
        if arguments.reveal:
            return await reveal_timeline(client, one, arguments.reason or "")
        return await timeline(client, one)

    middle = await ask(query)
    earlier: list[TimelinePage] = []
    left = arguments.before - query.before
    place = middle.earlier
    while left > 0 and place is not None:
        page = await ask(msgspec.structs.replace(query, place=place, before=min(PAGE, left), after=0))
        earlier.append(page)
        left -= len(page.items)
        place = page.earlier
    for page in reversed(earlier):
        yield page
    yield middle
    left = arguments.after - query.after
    place = middle.later
    while left > 0 and place is not None:
        page = await ask(msgspec.structs.replace(query, place=place, before=0, after=min(PAGE, left)))
        yield page
        left -= len(page.items)
        place = page.later


def _rows(context: Context, item: TimelineItem, anchor: str | None) -> list[list[Cell]]:
    event = item.event
    style = "1" if event.event_id == anchor else ""
    rows = [_mark_row(context, mark) for mark in item.marks_before]
    rows.append(
        [
            Cell(_when(context, item), style),
            Cell(event.device if item.employee is None else f"{event.device} {item.employee}"),
            Cell(context.word("kind", event.kind.value), "33" if item.trace or event.kind is EventKind.ABSENCE else ""),
            Cell(context.word("direction", event.direction.value)),
            Cell(event.peer),
            Cell(event.event_id, "2"),
            Cell(_content(context, item), style),
        ]
    )
    if item.recording is not None:
        rows.append(_recording_row(context, item.recording))
    return rows


def _when(context: Context, item: TimelineItem) -> str:
    if item.phone_at is None:
        return shown(item.at)
    return context.texts.get("cli.timeline.phone_clock", ours=shown(item.at), phones=shown(item.phone_at))


def _content(context: Context, item: TimelineItem) -> str:
    """The body, with what a reader must know beside it."""
    text = context.texts.get
    parts = [item.event.body]
    if item.original is not None:
        parts.append(text("cli.timeline.original", original=item.original))
    if item.trace is not None:
        by = item.replaced_by or "-"
        since = shown(item.event.absent_since)
        parts.append(text(f"cli.timeline.{item.trace.value}", by=by, since=since))
    parts += [
        text(
            "cli.timeline.alert",
            severity=context.word("severity", alert.severity.value),
            rule=alert.rule_id,
            status=context.word("status", alert.status.value),
        )
        for alert in item.alerts
    ]
    if item.event.paired_with is not None:
        parts.append(f"↔ {item.event.paired_with}")
    parts += [text("cli.events.corrected", text=correction) for correction in item.event.corrections]
    return " ".join(part for part in parts if part)


def _recording_row(context: Context, recording: Event) -> list[Cell]:
    kind = Cell("  " + context.word("kind", recording.kind.value))
    return [Cell(""), Cell(recording.device), kind, Cell(""), Cell(recording.peer), Cell(recording.event_id, "2"),
            Cell(recording.body)]  # fmt: skip


def _mark_row(context: Context, mark: TimelineMark) -> list[Cell]:
    body = Cell(f"— {mark.text} —", "2")
    return [Cell(shown(mark.at), "2"), Cell(mark.device or ""), Cell(""), Cell(""), Cell(""), Cell(""), body]


def _say_more(context: Context, pages: list[TimelinePage]) -> None:
    """Whether there is more before and after, and how to see it."""
    has_earlier, has_later = pages[0].earlier is not None, pages[-1].later is not None
    if has_earlier or has_later:
        key = "both" if has_earlier and has_later else "earlier" if has_earlier else "later"
        context.output.say(f"timeline.more_{key}")
