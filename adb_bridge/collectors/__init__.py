"""Readers of the phone's own records: what is new since a cursor, and a slow sweep for what changed behind it.

Reading order:
- the promise: `base`, `settings`; how well each keeps it: `quality/`
- messages: `messages` (what SMS and MMS share) on `paging`; `sms` with `sms_rows`; `mms` with `mms_rows`,
  `mms_details`, `mms_files`, `mms_strict`
- calls: `call_log` with `call_rows`; `call_state` where the call log is denied
- people: `contacts` with `contact_rows`, `contact_changes`
- vendors that take plain column names only: `strict`, `strict_pages`
- what is gone: `presence`, `census`, `absence`
- what apps show: `notifications`; their print: `notification_print`, `notification_extras`, `notification_dump`; their
  rows: `notification_rows`
- recordings: `recordings`, `recording_place`, `recording_look`, `recording_facts`, `recording_fetch`, `recording_pull`,
  `recording_rows`, `recording_absence`
"""

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
