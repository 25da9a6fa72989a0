"""Classes of data with a retention of their own, and the periods their keys are for."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from adb_bridge.records import Source

from ..events import EventKind


class DataClass(StrEnum):
    """What is forgotten together. Values are labels of keys: never renamed."""

    MESSAGES = "messages"
    CALLS = "calls"
    CONTACTS = "contacts"
    NOTIFICATIONS = "notifications"
    RECORDINGS = "recordings"
    OVERSIGHT = "oversight"
    """Commands, enrolments, what phones were like: not sealed, only aged."""
    AUDIT = "audit"
    REQUESTS = "requests"
    """Answered requests of people about their records, with their steps and lifted marks: not sealed, only aged."""
    EXPORTS = "exports"
    """Exports whose time is over, with their decisions: not sealed, only aged."""
    HOLDS = "holds"
    """Legal holds that ended: not sealed, only aged."""
    PAPERS = "papers"
    """Replaced assessments and acknowledgements, closed incidents, enrolments that ended: not sealed, only aged."""


_OF_KIND = {
    EventKind.CALL: DataClass.CALLS,
    EventKind.CONTACT: DataClass.CONTACTS,
    EventKind.NOTIFICATION: DataClass.NOTIFICATIONS,
    EventKind.RECORDING: DataClass.RECORDINGS,
    EventKind.MESSAGE: DataClass.MESSAGES,
}
_OF_SOURCE = {
    Source.CALL_LOG: DataClass.CALLS,
    Source.CALL_STATE: DataClass.CALLS,
    Source.CONTACTS: DataClass.CONTACTS,
    Source.NOTIFICATIONS: DataClass.NOTIFICATIONS,
    Source.RECORDINGS: DataClass.RECORDINGS,
}


def class_of(kind: EventKind, source: Source) -> DataClass:
    """Of an event; a finding of absence is of the class of what it is about."""
    return _OF_KIND.get(kind) or _OF_SOURCE.get(source, DataClass.MESSAGES)


def period_of(received_at: datetime) -> str:
    """The ISO week in UTC, `2026-W47`. By our clock: what a phone says of the time decides nothing about keeping."""
    week = received_at.astimezone(UTC).isocalendar()
    return f"{week.year}-W{week.week:02d}"


def period_end(period: str) -> datetime:
    """The first moment after a period. ValueError when it is none."""
    year, separator, week = period.partition("-W")
    if not separator:
        raise ValueError("not a period")
    monday = date.fromisocalendar(int(year), int(week), 1) + timedelta(days=7)
    return datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
