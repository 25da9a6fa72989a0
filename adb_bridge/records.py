"""What leaves this package: raw records, batches, device states. Everything textual in here is `Untrusted`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

Untrusted = NewType("Untrusted", str)
"""Text that a phone chose. Not for a log, a path, a query or a terminal before it was normalised."""

UntrustedBytes = NewType("UntrustedBytes", bytes)
"""UTF-8 (claimed, not checked) that a phone chose, byte for byte as its provider holds it."""

TransportSerial = NewType("TransportSerial", str)
"""How the adb server names a connection: a USB serial or `host:port`. One phone may have several."""

DeviceSerial = NewType("DeviceSerial", str)
"""The phone's own serial (`ro.serialno`), checked against `[A-Za-z0-9._:-]{1,64}`. The identity of a phone."""

Cursor = NewType("Cursor", str)
"""A collector's opaque place in its source. Stored with the records it belongs to, in one transaction."""


class Source(StrEnum):
    """Where on the phone a record was read."""

    SMS = "sms"
    CALL_LOG = "call_log"
    CONTACTS = "contacts"


class AdbState(StrEnum):
    """A transport's state, verbatim from the adb server; anything it says that we do not know is UNKNOWN."""

    DEVICE = "device"
    OFFLINE = "offline"
    UNAUTHORIZED = "unauthorized"
    AUTHORIZING = "authorizing"
    CONNECTING = "connecting"
    BOOTLOADER = "bootloader"
    RECOVERY = "recovery"
    RESCUE = "rescue"
    SIDELOAD = "sideload"
    HOST = "host"
    NO_PERMISSIONS = "no permissions"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """One line of `track-devices`."""

    serial: TransportSerial
    state: AdbState


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsRow:
    """A row of content://sms as shell sees it (view `sms_restricted`: inbox and sent only)."""

    provider_id: int
    """`_id`, > 0."""
    address: UntrustedBytes | None
    body: UntrustedBytes | None
    """None is the provider's NULL; b"" is an empty message."""
    date_ms: int
    """Received (type 1) or sent (type 2), Unix ms by the phone's clock."""
    date_sent_ms: int
    """0 when the network gave none."""
    type: int
    """1 inbox, 2 sent; others as the provider says."""
    thread_id: int | None
    read: int | None
    sub_id: int | None
    """SIM subscription; -1 and None mean unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A row of content://call_log/calls."""

    provider_id: int
    number: Untrusted | None
    date_ms: int
    """Start of the call, Unix ms by the phone's clock."""
    duration_s: int
    """0 when nobody answered."""
    type: int
    """1 in, 2 out, 3 missed, 4 voicemail, 5 rejected, 6 blocked, 7 answered elsewhere."""
    presentation: int | None
    """1 allowed, 2 restricted, 3 unknown, 4 payphone."""
    subscription_id: Untrusted | None
    cached_name: Untrusted | None
    last_modified_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One aggregated contact with its numbers and addresses."""

    provider_id: int
    """`contacts._id`."""
    display_name: Untrusted | None
    numbers: tuple[Untrusted, ...]
    emails: tuple[Untrusted, ...]
    note: Untrusted | None
    updated_ms: int | None
    """`contact_last_updated_timestamp`, Unix ms by the phone's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRow:
    """A row that could not be taken whole (over the size limit, or not parseable). Counted and shown, never dropped."""

    provider_id: int
    reason: str
    """A stable word: `too_large`, `not_utf8_hex`, `ambiguous`."""
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record as a phone gave it."""

    source: Source
    source_key: str
    """The provider's row id in decimal. Unique in (device, source) at one moment; the phone may reuse it later."""
    row: SmsRow | CallRow | ContactRow | UnreadableRow
    collected_at: datetime
    """UTC, by the daemon's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentRecord:
    """A row that an earlier read returned and this complete read of the same range did not."""

    source: Source
    source_key: str
    noticed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedBatch:
    """What one read of a source gave. Commit `records`, `absent` and `cursor` together or not at all."""

    source: Source
    records: tuple[RawRecord, ...]
    absent: tuple[AbsentRecord, ...]
    cursor: Cursor
    """Continue from here once this batch is committed."""
    is_caught_up: bool
    """True when the source held nothing more at the time of the read; False during a backfill."""


class Availability(StrEnum):
    """Whether a phone lets us have something."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class CapabilityName(StrEnum):
    """What a phone may or may not permit."""

    SMS = "sms"
    CALL_LOG = "call_log"
    CONTACTS = "contacts"
    CHANGE_SIGNALS = "change_signals"
    LOCK = "lock"
    LOCK_CREDENTIAL_SET = "lock_credential_set"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One line of the capability table."""

    name: CapabilityName
    availability: Availability
    evidence: str
    """What the probe saw, in our words: no phone text. Stable code such as `permission_denied` or `rows_readable`."""
    advice: str | None
    """Key of the text that says what to tap, or None when nothing needs doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProfile:
    """What the phone says it is. Text fields are claims."""

    serial: DeviceSerial
    manufacturer: Untrusted
    model: Untrusted
    android_release: Untrusted
    sdk: int
    """API level; 0 when the phone did not say."""
    security_patch: Untrusted
    capabilities: tuple[Capability, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """A reading of the phone's state."""

    battery_pct: int | None
    is_charging: bool | None
    is_screen_on: bool | None
    is_locked: bool | None
    """Keyguard showing and a credential needed; None when the phone did not tell."""
    clock_offset_ms: int | None
    """Phone clock minus ours at the reading."""
    read_at: datetime
