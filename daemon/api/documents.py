"""Papers that the shop keeps about its own archive: impact assessments, notices, incidents."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from .wire_base import Id, Line, Reason, Wire

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=100_000)]


class DocumentKind(StrEnum):
    ASSESSMENT = "assessment"
    """Personal information protection impact assessment (PIPL 55/56, GDPR 35)."""
    NOTICE = "notice"
    """What employees are told."""
    INCIDENT = "incident"
    """A leak, a loss, or the suspicion of one."""


class DocumentStep(StrEnum):
    """What was done. Every step is an entry of the ledger."""

    WRITTEN = "written"
    """A new version or a new incident."""
    ACCEPTED = "accepted"
    """Somebody answers for this version of an assessment."""
    ACKNOWLEDGED = "acknowledged"
    """An employee has read a notice."""
    NOTED = "noted"
    TOLD = "told"
    """Somebody was told of an incident."""
    CLOSED = "closed"


class DocumentLanguage(Wire, frozen=True, kw_only=True):
    language: Literal["en", "zh"] | None = None
    """None: the store's."""


class Template(Wire, frozen=True, kw_only=True):
    """A text to complete, filled with what the daemon knows."""

    language: str
    text: str


class NewAssessment(Wire, frozen=True, kw_only=True):
    """A version of the impact assessment."""

    text: Text | None = None
    """None: the template as it is filled now."""
    language: Literal["en", "zh"] | None = None


class AcceptAssessment(Wire, frozen=True, kw_only=True):
    reason: Reason
    """What was weighed and who was heard."""


class Assessment(Wire, frozen=True, kw_only=True):
    """A version."""

    version: int
    written_at: datetime
    written_by: str
    sha256: str
    """Of the text in UTF-8."""
    accepted_at: datetime | None
    accepted_by: str | None
    reason: str | None
    is_current: bool
    """The newest accepted one, and the shop still works as it says."""
    review_due_at: datetime | None
    """Of the accepted one: a year after."""
    kept_until: datetime
    """At least: three years after it was written."""
    text: str | None = None
    """None in lists."""


class NoticeVersion(Wire, frozen=True, kw_only=True):
    """A notice and who acknowledged it."""

    version: str
    sha256: str
    first_used_at: datetime | None
    is_current: bool
    """Its text is the one that phones show now."""
    acknowledged: tuple[str, ...]
    """Employees, by enrolment or later."""
    missing: tuple[str, ...]
    """Employees with a phone who have not acknowledged the current text; of other versions empty."""
    text: str | None = None


class AcknowledgeNotice(Wire, frozen=True, kw_only=True):
    """An employee has read the current notice."""

    employee: Line


class NewIncident(Wire, frozen=True, kw_only=True):
    """What happened, as far as it is known. No content of records belongs in here."""

    what: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    noticed_at: datetime
    told: Line | None = None


class IncidentNote(Wire, frozen=True, kw_only=True):
    """Something found out or done, or (`told`) who was told."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    told: Line | None = None


class CloseIncident(Wire, frozen=True, kw_only=True):
    reason: Reason


class IncidentStep(Wire, frozen=True, kw_only=True):
    at: datetime
    actor: str
    step: DocumentStep
    text: str | None
    told: str | None


class Incident(Wire, frozen=True, kw_only=True):
    """An entry of the breach log."""

    incident_id: Id
    what: str
    noticed_at: datetime
    recorded_at: datetime
    recorded_by: str
    is_open: bool
    told: tuple[str, ...]
    authority_due_at: datetime
    """72 hours after it was noticed (GDPR 33); PIPL 57 says at once."""
    steps: tuple[IncidentStep, ...] = ()
