"""Rows of the phone's providers as the store takes and shows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

Text = str | bytes | None


class SmsBox(IntEnum):
    """`type` of an SMS row."""

    INBOX = 1
    SENT = 2
    DRAFT = 3
    OUTBOX = 4
    FAILED = 5
    QUEUED = 6


class CallKind(IntEnum):
    """`type` of a call row."""

    INCOMING = 1
    OUTGOING = 2
    MISSED = 3
    VOICEMAIL = 4
    REJECTED = 5
    BLOCKED = 6
    ANSWERED_ELSEWHERE = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A message. `at` is received (inbox) or sent time."""

    address: Text
    body: Text
    at: datetime
    box: SmsBox = SmsBox.INBOX
    sub_id: int = 1
    is_read: bool = True
    provider_id: int | None = None
    """None lets the phone choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A finished call."""

    number: str | None
    at: datetime
    """Start."""
    kind: CallKind = CallKind.INCOMING
    duration_s: int = 0
    name: str | None = None
    sub_id: int = 1
    presentation: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person in the address book."""

    name: str | None
    numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSms:
    """An SMS row as the phone holds it, bytes for bytes."""

    provider_id: int
    address: bytes | None
    body: bytes | None
    date_ms: int
    type: int
    sub_id: int
