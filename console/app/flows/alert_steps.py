"""What can be done with alerts: from which status, to which, and whether a note has to say why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from daemon.api.wire import AlertStatus


class AlertAct(StrEnum):
    """One thing that a person does with alerts."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    SUPPRESS = "suppress"
    NOTE = "note"
    ASSIGN = "assign"


ALERT_ACTS: Final = frozenset(AlertAct)
_UNSETTLED: Final = frozenset({AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED})
SETTLED: Final = frozenset({AlertStatus.RESOLVED, AlertStatus.SUPPRESSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRule:
    """From `admitted` to `to`; None stays where it is."""

    admitted: frozenset[AlertStatus]
    to: AlertStatus | None = None


STEPS: Final[Mapping[AlertAct, ActRule]] = {
    AlertAct.ACKNOWLEDGE: ActRule(admitted=frozenset({AlertStatus.OPEN}), to=AlertStatus.ACKNOWLEDGED),
    AlertAct.RESOLVE: ActRule(admitted=_UNSETTLED, to=AlertStatus.RESOLVED),
    AlertAct.REOPEN: ActRule(admitted=frozenset(AlertStatus) - {AlertStatus.OPEN}, to=AlertStatus.OPEN),
    AlertAct.SUPPRESS: ActRule(admitted=_UNSETTLED, to=AlertStatus.SUPPRESSED),
    AlertAct.NOTE: ActRule(admitted=frozenset(AlertStatus)),
    AlertAct.ASSIGN: ActRule(admitted=frozenset(AlertStatus)),
}
"""Mirrors the daemon's table of legal steps, to say why not before it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """The same for every alert of a call."""

    act: AlertAct
    assignee: str | None = None
    """None: as it was; empty: nobody."""
    note: str | None = None

    @property
    def to(self) -> AlertStatus | None:
        """The status it ends in; None: its own."""
        return STEPS[self.act].to
