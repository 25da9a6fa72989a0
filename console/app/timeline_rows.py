"""A timeline as rows: events with the marks between them, oldest first, growing at both ends, bounded in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from daemon.api.timeline import TimelineItem, TimelineMark, TimelinePage, TimelinePlace
from daemon.api.wire import Trace

from ..safe_text import SafeContent, joined, lines, safe_marked, safe_text
from .desk import Desk
from .dialogs.dialog import labelled
from .glyphs import direction_glyph, kind_word, severity_cell, status_cell
from .panes.event_rows import event_detail

MOST_ROWS: Final = 4_000
"""More are dropped at the far end; they can be loaded again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """An event, or a mark between events."""

    key: str
    item: TimelineItem | None = None
    mark: TimelineMark | None = None


class TimelineRows:
    """Rows for a LiveList. The anchor is the event that was asked for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rows: list[TimelineRow] = []
        self._positions: dict[str, int] = {}
        self.earlier: TimelinePlace | None = None
        self.later: TimelinePlace | None = None
        self.anchor: str | None = None
        self.devices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def count(self) -> int:
        """Events, without marks."""
        return sum(row.item is not None for row in self._rows)

    def key_at(self, position: int) -> str | None:
        return self._rows[position].key if 0 <= position < len(self._rows) else None

    def position_of(self, key: str) -> int | None:
        return self._positions.get(key)

    def row(self, key: str | None) -> TimelineRow | None:
        """A row by its key."""
        position = None if key is None else self._positions.get(key)
        return None if position is None else self._rows[position]

    def start(self, page: TimelinePage) -> None:
        """The page around the anchor."""
        self.anchor, self.devices = page.anchor, page.devices
        self.earlier, self.later = page.earlier, page.later
        self._take(_rows_of(page))

    def put_earlier(self, page: TimelinePage) -> None:
        """What came before; the newest are dropped when there are too many."""
        self.earlier = page.earlier
        rows = [*_rows_of(page), *self._rows]
        if len(rows) > MOST_ROWS:
            rows = rows[:MOST_ROWS]
            last = next((row.item for row in reversed(rows) if row.item is not None), None)
            if last is not None:
                self.later = TimelinePlace(at=last.at, ledger_index=last.event.ledger_index + 1)
        self._take(rows)

    def put_later(self, page: TimelinePage) -> None:
        """What follows; the oldest are dropped when there are too many."""
        self.later = page.later
        rows = [*self._rows, *_rows_of(page)]
        if len(rows) > MOST_ROWS:
            rows = rows[-MOST_ROWS:]
            first = next((row.item for row in rows if row.item is not None), None)
            if first is not None:
                self.earlier = TimelinePlace(at=first.at, ledger_index=first.event.ledger_index)
        self._take(rows)

    def cells(self, position: int) -> Mapping[str, SafeContent] | None:
        row = self._rows[position]
        desk = self._desk
        if row.mark is not None:
            return {
                "when": safe_text(desk.times.short(row.mark.at), "$muted"),
                "who": safe_text(desk.shop.name_of(row.mark.device) if row.mark.device else "", "$muted"),
                "body": safe_text(f"— {row.mark.text}", "italic $muted"),
            }
        assert row.item is not None
        item, event = row.item, row.item.event
        is_anchor = event.event_id == self.anchor
        when = desk.times.short(item.at)
        return {
            "here": safe_text("▶" if is_anchor else "", "bold $text-accent"),
            "when": safe_text(when + ("*" if item.phone_at is not None else ""), "bold" if is_anchor else ""),
            "who": safe_text(item.employee or desk.shop.name_of(event.device)),
            "kind": safe_text(kind_word(event.kind, desk.texts)),
            "direction": safe_text(direction_glyph(event.direction)),
            "body": _body(item, desk),
        }

    def detail(self, key: str | None) -> SafeContent:
        """Everything of a row."""
        row = self.row(key)
        if row is None:
            return safe_text("")
        if row.item is None:
            return safe_text(row.mark.text if row.mark is not None else "")
        return item_detail(row.item, self._desk)

    def _take(self, rows: Sequence[TimelineRow]) -> None:
        unique = {row.key: row for row in rows}
        self._rows = list(unique.values())
        self._positions = {row.key: position for position, row in enumerate(self._rows)}


def _rows_of(page: TimelinePage) -> list[TimelineRow]:
    rows: list[TimelineRow] = []
    for item in page.items:
        rows += [_mark_row(mark) for mark in item.marks_before]
        rows.append(TimelineRow(key=item.event.event_id, item=item))
    return rows + [_mark_row(mark) for mark in page.marks_after]


def _mark_row(mark: TimelineMark) -> TimelineRow:
    return TimelineRow(key=f"{mark.kind}:{mark.device}:{mark.at.isoformat()}", mark=mark)


def _body(item: TimelineItem, desk: Desk) -> SafeContent:
    """Marks of what became of the row and of alerts first, so that a narrow column does not cut them."""
    parts: list[SafeContent] = []
    if item.trace is Trace.ABSENT:
        parts.append(safe_text(desk.say("event.absent") + " ", "bold $text-warning"))
    elif item.trace is Trace.EDITED:
        parts.append(safe_text(desk.say("timeline.edited") + " ", "bold $text-warning"))
    if item.alerts:
        parts += [severity_cell(item.alerts[0].severity, desk.texts), safe_text(" ")]
    parts.append(safe_marked(item.event.body, item.event.matched, mark="bold underline $text-accent"))
    if item.recording is not None or item.event.paired_with is not None:
        parts.append(safe_text(" " + desk.say("timeline.recorded"), "$muted"))
    return joined(parts)


def item_detail(item: TimelineItem, desk: Desk) -> SafeContent:
    """The event with its times by both clocks, what it became, and its alerts."""
    rows = [("our_time", safe_text(desk.times.both(item.at)))]
    if item.phone_at is not None:
        rows.append(("phone_time", safe_text(desk.times.full(item.phone_at), "$text-warning")))
    if item.replaced_by is not None:
        rows.append(("replaced_by", safe_text(item.replaced_by)))
    if item.original is not None:
        rows.append(("original", safe_text(item.original)))
    if item.recording is not None:
        rows.append(("recording", safe_text(f"{item.recording.event_id} {item.recording.body}")))
    for alert in item.alerts:
        words = (severity_cell(alert.severity, desk.texts), safe_text(f" {alert.rule_id} · {alert.alert_id} · "))
        rows.append(("alert", joined((*words, status_cell(alert.status, desk.texts)))))
    return lines([event_detail(item.event, desk), *labelled(desk, rows)])
