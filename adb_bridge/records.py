"""What leaves this package: raw records, batches, device states. Everything textual in here is `Untrusted`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from .rows import CallDerivation, ContactDetail, MmsRow, NotificationRow, RecordingRow
from .untrusted import Untrusted as Untrusted
from .untrusted import UntrustedBytes as UntrustedBytes

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
    MMS = "mms"
    NOTIFICATIONS = "notifications"
    """What allow-listed apps showed."""
    RECORDINGS = "recordings"
    """Calls that the phone's own dialer recorded."""
    CALL_STATE = "call_state"
    """Calls concluded from the telephony state, where the call log is denied."""
    IMPORTED = "imported"
    """Files that the company lawfully holds, not read from the phone."""


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
    derived_from: CallDerivation | None = None
    """None for a row of the call log."""


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
    details: tuple[ContactDetail, ...] = ()
    """Everything else, in the order of the phone's rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRow:
    """A row that could not be taken whole (over the size limit, or not parseable). Counted and shown, never dropped."""

    provider_id: int
    reason: str
    """A stable word: `too_large`, `not_utf8_hex`, `ambiguous`, `unreadable`."""
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record as a phone gave it."""

    source: Source
    source_key: str
    """Unique in (device, source) at one moment. The provider's row id in decimal, which the phone may reuse later; for
    notifications, recordings and imports a text made by their collector (see there)."""
    row: SmsRow | MmsRow | CallRow | ContactRow | NotificationRow | RecordingRow | UnreadableRow
    collected_at: datetime
    """UTC, by the daemon's clock."""
    provenance: Untrusted | None = None
    """Of an imported record: the file's kind and SHA-256, `sms-backup-xml:ab12…`. None: read from the phone itself."""


class AbsenceDoubt(StrEnum):
    """Why a row that is not returned any more may still be on the phone: the absence is inconclusive."""

    SIM_FILTER = "sim_filter"
    """Android 14+ shows only rows of the SIMs that are in; none of this row's SIM is returned now."""
    SOURCE_EMPTY = "source_empty"
    """Nothing at all is returned: a rejected query and a change of the default app look the same."""
    PARTIAL_READ = "partial_read"
    """The list could not be read to its end."""
    STORAGE_LOCKED = "storage_locked"
    """The phone was restarted and not unlocked since."""
    PHONE_RESTORED = "phone_restored"
    """The source was rebuilt: rows carry new ids, as after a restore or a reset."""
    HISTORY_LIMIT = "history_limit"
    """The provider itself forgets rows this old (500 calls a SIM)."""
    DELETIONS_EXPIRED = "deletions_expired"
    """Not read for more than 30 days: the phone's own list of deletions no longer covers the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentRecord:
    """A row that an earlier read returned and this complete read of the same range did not."""

    source: Source
    source_key: str
    noticed_at: datetime
    present_at: datetime | None = None
    """The last complete read that still returned it, by the daemon's clock; None when only its own collection is
    known."""
    doubts: frozenset[AbsenceDoubt] = frozenset()
    """Not empty: inconclusive, the row stays current."""


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
    again_in_s: float | None = None
    """Ask again after this many seconds, because something is under way (a file that still grows, a call that lasts);
    None: at the usual time."""
    missed: int = 0
    """Changes that the phone announced and that were gone before they could be read (updates of a notification)."""


class Availability(StrEnum):
    """Whether a phone lets us have something."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class CapabilityName(StrEnum):
    """What a phone may or may not permit."""

    SMS = "sms"
    MMS = "mms"
    CALL_LOG = "call_log"
    CONTACTS = "contacts"
    NOTIFICATIONS = "notifications"
    RECORDINGS = "recordings"
    CALL_STATE = "call_state"
    CHANGE_SIGNALS = "change_signals"
    FILE_SIGNALS = "file_signals"
    """inotifyd tells of new recordings at once."""
    LOCK = "lock"
    LOCK_CREDENTIAL_SET = "lock_credential_set"
    NOTICE = "notice"
    SETTINGS = "settings"
    """Secure settings can be written, which keeps wireless debugging and its keys alive."""
    WIRELESS_DEBUGGING = "wireless_debugging"
    KEY_EXPIRY = "key_expiry"
    """YES: this computer's key does not lapse after 7 days without use."""
    ADB_AUTHENTICATION = "adb_authentication"
    """YES: the phone asks before it lets a computer in."""
    SUPPORTED_SYSTEM = "supported_system"
    """NO: not an Android that adb can read (HarmonyOS NEXT)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One line of the capability table."""

    name: CapabilityName
    availability: Availability
    evidence: str
    """What the probe saw, in our words: no phone text. Stable code such as `permission_denied` or `rows_readable`."""
    advice: str | None
    """Key of the text that says what to tap, or None when nothing needs doing."""


class Vendor(StrEnum):
    """Whose system a phone runs: decides menus to tap, recording folders and their names."""

    AOSP = "aosp"
    """Google and systems that leave AOSP's menus alone."""
    XIAOMI = "xiaomi"
    HUAWEI = "huawei"
    HONOR = "honor"
    OPPO = "oppo"
    """Also realme and OnePlus: ColorOS."""
    VIVO = "vivo"
    SAMSUNG = "samsung"
    HARMONY_NEXT = "harmony_next"
    OTHER = "other"


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
    vendor: Vendor = Vendor.OTHER
    rom: Untrusted = Untrusted("")
    """The vendor's system and its version, such as `HyperOS 1.0`; empty when it tells none."""
    timezone: Untrusted = Untrusted("")
    """`persist.sys.timezone`, such as `Asia/Shanghai`; empty when not told."""


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
    utc_offset_min: int | None = None
    """The phone's local time minus UTC, minutes; None when it did not tell."""
    clock_uncertainty_ms: int | None = None
    """How far `clock_offset_ms` may be off either way: half the way there and back; None with it."""
