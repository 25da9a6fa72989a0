"""Wire types of an alert's life: who looks after it, what was done with it, many at once."""

from datetime import datetime
from typing import Annotated

import msgspec

from .wire import Alert, AlertStatus
from .wire_base import Id, Note, Wire

MOST_AT_ONCE = 500
"""Alerts of one batch."""

Assignee = Annotated[str, msgspec.Meta(max_length=200)]
"""A name as the shop uses it; empty is nobody."""


class AssignAlert(Wire, frozen=True, kw_only=True):
    """Who looks after it from now on."""

    assignee: Assignee | None
    """None or empty: nobody."""
    note: Note | None = None


class AlertStep(Wire, frozen=True, kw_only=True):
    """One thing that was done with an alert, as the ledger has it."""

    ledger_index: int
    at: datetime
    actor: str
    role: str | None
    """With which role; None where the audit entry is deleted by now."""
    from_status: AlertStatus
    to_status: AlertStatus
    """The same as before where it was only noted or assigned."""
    assignee: str | None
    """Who looks after it since this step; None: nobody."""
    is_assignment: bool = False
    """True: this step is about who looks after it."""
    note: str | None = None


class AlertBatch(Wire, frozen=True, kw_only=True):
    """The same with many alerts, each as if it were asked alone: one may fail without the others."""

    alert_ids: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]
    to: AlertStatus | None = None
    """None: each stays as it is."""
    assignee: Assignee | None = None
    """None: as it was; empty: nobody."""
    note: Note | None = None


class AlertBatchItem(Wire, frozen=True, kw_only=True):
    """What became of one."""

    alert_id: str
    alert: Alert | None = None
    """As it is now; None: nothing was done with it, see `code`."""
    code: str | None = None
    """As an `ApiError` has it: `alert.not_found`, `alert.wrong_state`."""
    message: str | None = None
    """For people, in the asked language."""


class AlertBatchReport(Wire, frozen=True, kw_only=True):
    """In the order of the question; an id that was given twice stands once."""

    items: tuple[AlertBatchItem, ...]
