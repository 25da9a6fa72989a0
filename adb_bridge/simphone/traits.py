"""How one phone's software differs from another's: what a profile page says, as data that the parts read.

A `PhoneSpec` without a profile gets `plain_traits`, AOSP's behaviour at its API level.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .faults import Right
from .recording_names import RecordingRules
from .switches import SwitchRule


class NotificationLayout(StrEnum):
    """How `dumpsys notification` and `cmd notification get` print a record (facts/android.md §5)."""

    A10 = "a10"
    """Fields at the record's indent + 2; no `shortcut=`; a toast queue first."""
    A11 = "a11"
    """As A10, with `shortcut=`; also used for 12 and 13, which were not read."""
    A14 = "a14"
    """Notification fields once more indented under `notification=`, a second block under `publicNotification=`."""
    A15 = "a15"
    """As A14, with flag names and `when=a/b`."""
    ONEUI_14 = "oneui-14"
    """As A14; the enqueue event has a ninth field."""
    ONEUI_15 = "oneui-15"
    """As A15; the enqueue event has a ninth field."""


class BundlePrint(StrEnum):
    """What a Bundle in an array of extras looks like."""

    PARCELLED = "parcelled"
    """`Bundle[mParcelledData.dataSize=208]`: the service never opened it."""
    READABLE = "readable"
    """`Bundle[{sender=…, text=…, time=…}]`."""


class Presence(StrEnum):
    """Whether a phone has something."""

    PRESENT = "present"
    ABSENT = "absent"


class LimitParameter(StrEnum):
    """What call log and contacts do with `?limit=`."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"
    REJECTED = "rejected"
    """IllegalArgumentException."""


class SmsProjection(StrEnum):
    """What the message provider takes in `--projection`."""

    EXPRESSIONS = "expressions"
    """Anything, as AOSP: `hex(body)` works."""
    COLUMNS = "columns"
    """Names of columns only; anything else throws."""


class ColumnOrder(StrEnum):
    """Order of an SMS row's columns when the host names none."""

    DECLARED = "declared"
    """As the table declares them, vendor's columns last."""
    HASHED = "hashed"
    """As a Java HashMap iterates; vendor's columns between the others."""


class FileSignals(StrEnum):
    """What `inotifyd` is good for on shared storage."""

    TOLD = "told"
    """It runs and tells of every write."""
    SILENT = "silent"
    """It runs, and writes of apps through FUSE are not told."""
    ABSENT = "absent"
    """There is no such program."""


class CallerNumber(StrEnum):
    """What `mCallIncomingNumber` holds while it rings and during the call."""

    SHOWN = "shown"
    EMPTY = "empty"


class TestHarness(StrEnum):
    """`cmd testharness`, from Android 10 on."""

    __test__ = False
    PRESENT = "present"
    NO_STORE = "no_store"
    """There is no persistent data block to keep the adb keys in: exit 1."""
    ABSENT = "absent"
    """There is no such service."""


class OwnerRefusal(StrEnum):
    """Why `dpm set-device-owner` fails whatever the host does."""

    NONE = "none"
    PRECONDITION = "precondition"
    """ColorOS: `Unexpected @ProvisioningPreCondition`."""
    KNOX = "knox"
    """Samsung: Knox Guard is active. The wording is invented."""


class Userland(StrEnum):
    """What stands behind the adb protocol."""

    ANDROID = "android"
    BARE = "bare"
    """A shell and file tools; no properties, no providers, no `dumpsys`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """One software's behaviour."""

    denied: frozenset[Right] = frozenset()
    """Rights that shell never has on this system."""
    switches: tuple[SwitchRule, ...] = ()
    """The vendor's switches, which take and give rights."""
    layout: NotificationLayout = NotificationLayout.A14
    notification_shell: Presence = Presence.PRESENT
    """`cmd notification list|get|post`; never there below API 30."""
    bundle_print: BundlePrint = BundlePrint.PARCELLED
    limit_parameter: LimitParameter = LimitParameter.ACCEPTED
    sms_projection: SmsProjection = SmsProjection.EXPRESSIONS
    column_order: ColumnOrder = ColumnOrder.DECLARED
    sms_columns: tuple[str, ...] = ()
    """The vendor's additions to AOSP's columns, all TEXT and NULL."""
    call_columns: tuple[str, ...] = ()
    contact_columns: tuple[str, ...] = ()
    """Of `contacts`."""
    recordings: RecordingRules | None = None
    """How the dialer files its call recordings; None for a dialer that records nothing that shell can read."""
    file_signals: FileSignals = FileSignals.TOLD
    sim_slots: int = 1
    """Blocks `Phone Id=` in `dumpsys telephony.registry`, 1 or 2."""
    caller_number: CallerNumber = CallerNumber.SHOWN
    test_harness: TestHarness = TestHarness.PRESENT
    owner_refusal: OwnerRefusal = OwnerRefusal.NONE
    clock_intents: Presence = Presence.PRESENT
    """Whether the clock app takes SET_TIMER and SET_ALARM."""
    userland: Userland = Userland.ANDROID

    @property
    def is_doubled(self) -> bool:
        """The notification's own fields stand twice indented, under `notification=`."""
        return self.layout not in (NotificationLayout.A10, NotificationLayout.A11)

    @property
    def has_ninth_field(self) -> bool:
        """`notification_enqueue` ends with one more text."""
        return self.layout in (NotificationLayout.ONEUI_14, NotificationLayout.ONEUI_15)


CALL_LOG_SDK: Final = 31
"""From this API level on shell may read the call log; 12 (31, 32) is unverified."""


def plain_traits(sdk: int, layout: NotificationLayout | None = None) -> Traits:
    """AOSP at `sdk` (28..36), or AOSP with another notification layout."""
    return Traits(
        denied=frozenset() if sdk >= CALL_LOG_SDK else frozenset({Right.CALL_LOG}),
        layout=layout or _layout(sdk),
        notification_shell=Presence.PRESENT if sdk >= 30 else Presence.ABSENT,
    )


def _layout(sdk: int) -> NotificationLayout:
    if sdk >= 35:
        return NotificationLayout.A15
    if sdk >= 34:
        return NotificationLayout.A14
    return NotificationLayout.A11 if sdk >= 30 else NotificationLayout.A10
