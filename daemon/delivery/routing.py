"""Which channels an alert goes to, when, and together with what. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from fnmatch import fnmatchcase
from typing import Final

from policies.model import Severity

from ..archive.delivery_records import MessageKind, Ticket
from ..archive.records import ArchivedAlert
from .calendar import Calendar
from .sections import ChannelSection, DeliverySection

_DIGEST: Final = "digest"
_ESCALATION: Final = "escalation"
_AT_ONCE: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One channel with its calendar."""

    name: str
    section: ChannelSection
    calendar: Calendar

    def wants(self, alert: ArchivedAlert) -> bool:
        """Whether alerts like this are told here; what others hand on is not asked."""
        section, verdict = self.section, alert.verdict
        return (
            section.takes == "alerts"
            and verdict.severity.rank >= Severity(section.least).rank
            and (not section.categories or verdict.category in section.categories)
            and (not section.rules or any(fnmatchcase(verdict.rule_id, one) for one in section.rules))
        )

    def ticket(self, alert: ArchivedAlert, now: datetime) -> Ticket:
        """For an alert that is new. Quiet times and digests collect; else what repeats itself is grouped."""
        quiet = self._quiet_until(alert, now)
        if quiet is not None or self.calendar.is_digest:
            due = quiet if quiet is not None else self.calendar.digest_due(now)
            due = self._quiet_until(alert, due) or due
            return self._ticket(alert, MessageKind.DIGEST, _DIGEST, due, _AT_ONCE)
        event = alert.archived
        topic = "\n".join((alert.verdict.rule_id, event.event.device, event.conversation))
        return self._ticket(alert, MessageKind.ALERT, topic, now, timedelta(minutes=self.section.group_min))

    def escalation(self, alert: ArchivedAlert, now: datetime) -> Ticket:
        """For an alert that another channel hands on."""
        due = self._quiet_until(alert, now) or now
        return self._ticket(alert, MessageKind.ESCALATION, _ESCALATION, due, _AT_ONCE)

    def _quiet_until(self, alert: ArchivedAlert, moment: datetime) -> datetime | None:
        at_any_hour = self.section.quiet_except
        if at_any_hour != "none" and alert.verdict.severity.rank >= Severity(at_any_hour).rank:
            return None
        return self.calendar.quiet_until(moment)

    def _ticket(
        self, alert: ArchivedAlert, kind: MessageKind, topic: str, due_at: datetime, group: timedelta
    ) -> Ticket:
        wait = self.section.escalate_after_min
        return Ticket(
            channel=self.name,
            alert_id=alert.alert_id,
            kind=kind,
            topic=topic,
            due_at=due_at,
            group=group,
            escalate_after=None if wait is None else timedelta(minutes=wait),
            is_escalation=kind is MessageKind.ESCALATION,
        )


def routes_of(section: DeliverySection, zone: tzinfo | None) -> Mapping[str, Route]:
    """By name. CalendarError; `checking` finds those beforehand."""
    return {
        name: Route(name=name, section=channel, calendar=Calendar.of(channel, zone))
        for name, channel in section.channel.items()
    }
