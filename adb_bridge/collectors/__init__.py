"""Readers of the phone's own records: what is new since a cursor, and a slow sweep for what changed behind it."""

from ..clock import Clock
from .base import Collector, Holdings
from .call_log import CallLogCollector
from .call_state import CallStateCollector
from .contacts import ContactsCollector
from .mms import MmsCollector
from .notifications import NotificationsCollector
from .recordings import RecordingsCollector
from .settings import CollectorSettings
from .sms import SmsCollector

__all__ = ["Collector", "CollectorSettings", "Holdings", "collectors"]


def collectors(clock: Clock, settings: CollectorSettings | None = None) -> tuple[Collector, ...]:
    """One collector for each source, in the order in which a new phone should be read. None: default settings."""
    chosen = settings or CollectorSettings()
    return (
        SmsCollector(clock),
        NotificationsCollector(clock, chosen.notification_apps),
        CallLogCollector(clock),
        CallStateCollector(clock),
        ContactsCollector(clock),
        MmsCollector(clock),
        RecordingsCollector(clock, chosen.recording_folders),
    )
