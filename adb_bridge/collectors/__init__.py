"""Readers of the phone's own records: what is new since a cursor, and a slow sweep for what changed behind it."""

from ..clock import Clock
from .base import Collector, Holdings
from .call_log import CallLogCollector
from .contacts import ContactsCollector
from .sms import SmsCollector

__all__ = ["Collector", "Holdings", "collectors"]


def collectors(clock: Clock) -> tuple[Collector, ...]:
    """One collector for each source, in the order in which a new phone should be read."""
    return (SmsCollector(clock), CallLogCollector(clock), ContactsCollector(clock))
