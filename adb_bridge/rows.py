"""Rows of the sources whose records have parts: MMS, notifications, call recordings."""

from dataclasses import dataclass
from enum import StrEnum

from .untrusted import Untrusted, UntrustedBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobRef:
    """Bytes that were streamed into a sealed file; only what names them travels with the record."""

    sha256: str
    """Of the plain bytes, 64 lower-case hexadecimal digits."""
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MmsPart:
    """One part of an MMS (content://mms/<id>/part)."""

    part_id: int
    """`_id` of the part."""
    content_type: Untrusted
    """`ct`, such as `image/jpeg`, `text/plain`, `application/smil`."""
    name: Untrusted | None
    """`cl`, `fn` or `name`, whichever is there first."""
    text: UntrustedBytes | None
    """The `text` column of a text part; None for a part whose bytes are a file."""
    blob: BlobRef | None
    """The part's file, byte for byte; None for a text part and for a part that cannot be read (then `problem`)."""
    problem: str | None = None
    """A stable word when the bytes could not be had: `unreadable`, `too_large`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MmsAddress:
    """One address of an MMS (content://mms/<id>/addr)."""

    address: Untrusted
    kind: int
    """PduHeaders: 137 from, 151 to, 130 cc, 129 bcc."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MmsRow:
    """A row of content://mms with its addresses and parts."""

    provider_id: int
    date_s: int
    """Unix seconds by the phone's clock; the provider keeps no finer time."""
    date_sent_s: int
    """0 when the network gave none."""
    box: int
    """`msg_box`: 1 inbox, 2 sent; others as the provider says."""
    message_type: int | None
    """`m_type`: 128 send request, 130 notification (not downloaded yet), 132 retrieved."""
    subject: UntrustedBytes | None
    """`sub` as the column holds it. AOSP stores each byte of the subject as one Latin-1 character: `subject_charset`
    says what the bytes were."""
    thread_id: int | None
    read: int | None
    sub_id: int | None
    addresses: tuple[MmsAddress, ...]
    parts: tuple[MmsPart, ...]
    subject_charset: int | None = None
    """`sub_cs`, an IANA MIBenum: 106 is UTF-8; None when not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationMessage:
    """One message of a MessagingStyle notification."""

    sender: Untrusted | None
    text: Untrusted
    time_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """A posted notification of an allow-listed app as it was read once. An update of it is another row."""

    key: Untrusted
    """`userId|pkg|id|tag|uid`, as `cmd notification list` prints it."""
    package: str
    """Of the allow-list, so not the phone's choice."""
    user_id: int
    when_ms: int
    """`Notification.when` by the phone's clock; 0 when not told."""
    title: Untrusted | None
    text: Untrusted | None
    big_text: Untrusted | None = None
    sub_text: Untrusted | None = None
    conversation_title: Untrusted | None = None
    lines: tuple[Untrusted, ...] = ()
    """`android.textLines` of an inbox-style notification, in the order shown."""
    messages: tuple[NotificationMessage, ...] = ()
    """`android.messages` where the phone prints them."""
    ticker: Untrusted | None = None
    channel: Untrusted | None = None
    category: Untrusted | None = None
    problem: str | None = None
    """A stable word when the texts may not be whole: `redacted` (the phone shows none to adb), `ambiguous` (a text
    imitates the print and several readings fit)."""


class RecordingDirection(StrEnum):
    """What a file name claims of a call."""

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRow:
    """A call recording that the phone's own dialer wrote, with what its name claims."""

    folder: Untrusted
    """Where it lay, absolute."""
    name: Untrusted
    """File name; bytes that are no UTF-8 are replaced."""
    size_bytes: int
    modified_s: int
    """Unix seconds by the phone's clock: about the end of the call."""
    blob: BlobRef | None
    """None while nothing could be read (then `problem`)."""
    pattern: str | None
    """Which known naming the name follows (`miui`, `huawei`, `coloros`, `samsung`, `lineage`, `crdroid`, `bcr`), None
    for none."""
    number: Untrusted | None
    """Claimed by the name."""
    contact_name: Untrusted | None
    """Claimed by the name."""
    direction: RecordingDirection
    started_ms: int | None
    """Claimed start, resolved from phone-local time, Unix ms by the phone's clock; None when the name tells none."""
    precision_s: int
    """How exact `started_ms` is: 1, or 60 for names without seconds."""
    duration_ms: int | None
    """By the phone's media index; None when not told."""
    problem: str | None = None


class ContactDetailKind(StrEnum):
    """What else an address book holds of a person."""

    ORGANIZATION = "organization"
    NICKNAME = "nickname"
    ADDRESS = "address"
    WEBSITE = "website"
    IM = "im"
    EVENT = "event"
    RELATION = "relation"
    SIP = "sip"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetail:
    """One line of a contact beside its numbers, e-mail addresses and notes (content://com.android.contacts/data)."""

    kind: ContactDetailKind
    value: Untrusted
    """`data1`: company, postal address, account name, date, …; empty when only the label is set."""
    label: Untrusted | None
    """Job title of an organization (`data4`), protocol of an account (`data6`, else `data5`), else the line's own label
    (`data3`) or the number of its type (`data2`)."""


class CallDerivation(StrEnum):
    """What a call was concluded from when the phone does not let its call log be read."""

    TELEPHONY_STATE = "telephony_state"
    RECORDING = "recording"
