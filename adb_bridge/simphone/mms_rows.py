"""Multimedia messages as the store takes and shows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from .contents import Content
from .rows import Text


class MmsBox(IntEnum):
    """`msg_box`."""

    INBOX = 1
    SENT = 2
    DRAFTS = 3
    OUTBOX = 4
    FAILED = 5


class MmsType(IntEnum):
    """`m_type`, X-Mms-Message-Type of the PDU."""

    SEND_REQUEST = 128
    NOTIFICATION = 130
    """Announced, not downloaded: shell does not see it."""
    RETRIEVED = 132


class AddressType(IntEnum):
    """`addr.type`, the PDU header the address stood in."""

    BCC = 129
    CC = 130
    FROM = 137
    TO = 151


@dataclass(frozen=True, slots=True, kw_only=True)
class MmsPart:
    """One part. Text parts have `text` and no file, others a file."""

    content_type: str
    text: Text = None
    data: bytes | Content | None = None
    name: str | None = None
    content_id: str | None = None
    content_location: str | None = None
    charset: int | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mms:
    """A multimedia message. `at` is received or sent time, kept in whole seconds."""

    sender: Text = None
    """None for the person's own: the table then holds `insert-address-token`, as AOSP writes it."""
    recipients: tuple[Text, ...] = ()
    copied: tuple[Text, ...] = ()
    blind_copied: tuple[Text, ...] = ()
    at: datetime
    box: MmsBox = MmsBox.INBOX
    kind: MmsType | None = None
    """None: what fits the box."""
    subject: str | None = None
    parts: tuple[MmsPart, ...] = ()
    sub_id: int = 1
    is_read: bool = True
    provider_id: int | None = None
    """None lets the phone choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAddress:
    """An `addr` row."""

    type: int
    address: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPart:
    """A `part` row and its file."""

    part_id: int
    seq: int
    content_type: str | None
    name: bytes | None
    text: bytes | None
    content: Content | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMms:
    """A `pdu` row with what belongs to it, bytes for bytes."""

    provider_id: int
    date_s: int
    box: int
    type: int
    subject: bytes | None
    """As the column holds it: the subject's UTF-8 bytes, each as one Latin-1 character, in UTF-8 again."""
    subject_charset: int | None
    sub_id: int
    addresses: tuple[StoredAddress, ...]
    parts: tuple[StoredPart, ...]
