"""A stretch of a conversation as the API shows it: masked unless revealed, with what the archive knows of its gaps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .api.texts import Texts
from .api.timeline import MarkKind, TimelineAlert, TimelineItem, TimelineMark, TimelinePage, TimelinePlace
from .api.wire import Event as EventView
from .api.wire import Severity, Trace
from .api.wire_base import Masked
from .archive.privacy import Correction
from .archive.records import ArchivedEnrolment, ArchivedEvent
from .archive.timeline import TimelineEvent, TimelineSlice
from .event_reading import corrected
from .event_text import duration_words
from .rights.sight import Sight
from .views import event_view, revealed_view

LATE = timedelta(hours=1)
"""What is collected so long after it happened was collected late."""
_LAST_MOMENT = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineWords:
    """What a page is written with."""

    sight: Sight
    enrolments: Sequence[ArchivedEnrolment]
    corrections: Mapping[int, Sequence[Correction]]
    """What people said is wrong in an event, by its ledger index."""
    is_revealed: bool
    """True: for a caller whose access was audited."""

    @property
    def texts(self) -> Texts:
        """In the reader's language."""
        return self.sight.texts

    def view(self, archived: ArchivedEvent) -> EventView:
        """One event."""
        notes = self.corrections.get(archived.ledger_index, ())
        if self.is_revealed:
            return corrected(revealed_view(archived, self.sight), notes, str)
        return corrected(event_view(archived, self.sight), notes, self.sight.line)

    def holder(self, archived: ArchivedEvent) -> str | None:
        """Who had the phone when the event was received."""
        event = archived.event
        for one in self.enrolments:
            is_past = one.ended_at is not None and event.received_at >= one.ended_at
            if one.serial == event.device and event.received_at >= one.enrolled_at and not is_past:
                return one.employee
        return None


def page_of(found: TimelineSlice, anchor: str | None, words: TimelineWords) -> TimelinePage:
    """Oldest first; each item with the marks of the stretch before it."""
    marks = [*_clock_marks(found, words), *_collecting_marks(found, words), *_deleted_marks(found, words)]
    marks.sort(key=lambda mark: mark.at)
    items: list[TimelineItem] = []
    late_devices: set[str] = set()
    for event in found.events:
        before = [mark for mark in marks if mark.at <= event.at]
        marks = marks[len(before) :]
        late = _late_mark(event, late_devices, words)
        items.append(_item(event, (*before, *late), words))
    return TimelinePage(
        items=tuple(items),
        marks_after=tuple(marks),
        anchor=anchor,
        devices=tuple(found.devices),
        earlier=_place(found.events[0]) if found.has_earlier and found.events else None,
        later=_place_after(found.events[-1]) if found.has_later and found.events else None,
    )


def _item(event: TimelineEvent, marks: tuple[TimelineMark, ...], words: TimelineWords) -> TimelineItem:
    archived = event.archived
    view = words.view(archived)
    trace = None
    if archived.replaced_by is not None:
        trace = Trace.EDITED
    elif archived.absent_since is not None:
        trace = Trace.ABSENT
    return TimelineItem(
        at=event.at,
        phone_at=event.at + timedelta(milliseconds=event.offset_ms) if event.offset_ms else None,
        event=view,
        employee=words.holder(archived),
        trace=trace,
        replaced_by=event.replaced_by,
        original=_original(archived, view) if words.is_revealed else None,
        alerts=tuple(
            TimelineAlert(
                alert_id=one.alert_id, rule_id=one.rule_id, severity=Severity(one.severity.value), status=one.status
            )
            for one in event.alerts
        ),
        recording=None if event.recording is None else words.view(event.recording),
        marks_before=marks,
    )


def _original(archived: ArchivedEvent, view: EventView) -> Masked | None:
    """The provider's bytes where what is shown was made from them."""
    body = archived.event.body
    if body is None:
        return None
    decoded = body.decode("utf-8", "backslashreplace")
    return None if decoded == view.body else Masked(decoded)


def _clock_marks(found: TimelineSlice, words: TimelineWords) -> Iterator[TimelineMark]:
    for mark in found.clock_marks:
        way = "ahead" if mark.offset_ms > 0 else "behind"
        seconds = abs(mark.offset_ms) // 1000
        key = f"timeline.clock_{way}" if seconds >= 2 else "timeline.clock_right"
        text = words.texts.get(key, span=duration_words(seconds, words.texts))
        yield TimelineMark(kind=MarkKind.CLOCK_CHANGED, at=mark.at, device=mark.device, text=text)


def _collecting_marks(found: TimelineSlice, words: TimelineWords) -> Iterator[TimelineMark]:
    if not found.events:
        return
    first = found.events[0].at if found.has_earlier else datetime.min.replace(tzinfo=UTC)
    last = found.events[-1].at if found.has_later else _LAST_MOMENT
    for one in words.enrolments:
        if one.serial not in found.devices:
            continue
        if first <= one.enrolled_at <= last:
            text = words.texts.get("timeline.collecting_began", employee=one.employee)
            yield TimelineMark(kind=MarkKind.COLLECTING_BEGAN, at=one.enrolled_at, device=one.serial, text=text)
        if one.ended_at is not None and first <= one.ended_at <= last:
            text = words.texts.get("timeline.collecting_ended", employee=one.employee)
            yield TimelineMark(kind=MarkKind.COLLECTING_ENDED, at=one.ended_at, device=one.serial, text=text)


def _deleted_marks(found: TimelineSlice, words: TimelineWords) -> Iterator[TimelineMark]:
    """Before the first event that was archived after the first of what is gone."""
    for mark in found.deleted_marks:
        after = next((one for one in found.events if one.archived.ledger_index > mark.first_index), None)
        if after is not None:
            text = words.texts.get("timeline.deleted", count=mark.entries, certificate=mark.certificate)
            yield TimelineMark(kind=MarkKind.DELETED, at=after.at, device=None, text=text)


def _late_mark(event: TimelineEvent, late_devices: set[str], words: TimelineWords) -> tuple[TimelineMark, ...]:
    """Once for each run of events of a phone that were collected late."""
    device = event.archived.event.device
    delay = event.archived.event.received_at - event.at
    if delay < LATE:
        late_devices.discard(device)
        return ()
    if device in late_devices:
        return ()
    late_devices.add(device)
    span = duration_words(int(delay.total_seconds()), words.texts)
    text = words.texts.get("timeline.collected_late", span=span)
    return (TimelineMark(kind=MarkKind.COLLECTED_LATE, at=event.at, device=device, text=text),)


def _place(event: TimelineEvent) -> TimelinePlace:
    return TimelinePlace(at=event.at, ledger_index=event.archived.ledger_index)


def _place_after(event: TimelineEvent) -> TimelinePlace:
    return TimelinePlace(at=event.at, ledger_index=event.archived.ledger_index + 1)
