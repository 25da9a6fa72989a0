"""What a simulated phone is: identity, Android version, how it lets hosts in, how slow it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .command_faults import CommandFault
from .faults import Right
from .switches import Switch, SwitchState
from .traits import NotificationLayout, Traits, plain_traits
from .wire.auth import HostKey

DEFAULT_FEATURES = (
    "shell_v2",
    "cmd",
    "stat_v2",
    "ls_v2",
    "fixed_push_mkdir",
    "fixed_push_symlink_timestamp",
    "sendrecv_v2",
)
"""What the phone advertises: no `abb`, no compression names, no `delayed_ack`."""


class AuthMode(StrEnum):
    """How the phone answers a host it does not know."""

    OPEN = "open"
    """No authentication at all, as `ro.adb.secure=0`."""
    ACCEPT = "accept"
    """The host's key is checked and the person at the phone allows it at once."""
    PENDING = "pending"
    """The question stays on the screen until `SimPhone.allow_host()`."""
    REFUSE = "refuse"
    """Never allowed."""


class Security(StrEnum):
    """What carries the session."""

    PLAIN = "plain"
    TLS = "tls"
    """STLS and TLS 1.3, as wireless debugging. Nobody is asked there: a host that is neither trusted nor let in by
    `AuthMode` is turned away (see doors.py)."""


class Brand(StrEnum):
    """Whose software the phone runs; decides package names, properties and small differences."""

    GOOGLE = "google"
    XIAOMI = "xiaomi"
    HUAWEI = "huawei"
    OPPO = "oppo"
    VIVO = "vivo"
    SAMSUNG = "samsung"
    HONOR = "honor"


class Wipe(StrEnum):
    """What a phone is like after it erased itself."""

    EMPTIED = "emptied"
    """Back, empty, without a lock; it knows the hosts it knew."""
    KEPT = "kept"
    """It only rebooted: everything is still there."""
    KEYS_LOST = "keys_lost"
    """Emptied, and it knows no host any more."""
    NEVER_BACK = "never_back"
    """Emptied, and it stays away."""


class Calling(StrEnum):
    """What happens when an app asks for a call."""

    READY = "ready"
    ASKS = "asks"
    """Two SIMs and no default: a person must choose first; nothing happens until then."""
    NO_SERVICE = "no_service"
    """No SIM, or no network: an error on the screen, no call."""


class Lockdown(StrEnum):
    """What `require-strong-auth` does to the cable."""

    KEEPS_USB = "keeps_usb"
    CUTS_USB = "cuts_usb"
    """Until somebody unlocks the phone: reported of Android 15."""


class Storage(StrEnum):
    """Credential-encrypted storage at the start."""

    OPEN = "open"
    CLOSED = "closed"
    """Rebooted and not unlocked since; needs a PIN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Seconds each command takes before it answers. Real phones: 0.2-1 for `content`, which starts a Java VM."""

    content_s: float = 0.0
    dumpsys_s: float = 0.0
    other_s: float = 0.0
    """Every other command that starts a program; builtins such as `echo` take none."""
    boot_s: float = 2.0
    """From `reboot` until adb answers again."""
    ready_s: float = 0.0
    """From then until the system has booted: `sys.boot_completed` is empty, services are not found."""
    wipe_s: float = 0.2
    """From the order to erase itself until the phone goes down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How much is on the phone before it is switched on. Counts of generated rows."""

    sms: int = 0
    calls: int = 0
    contacts: int = 0
    days: int = 90
    """The rows are spread over this many days before now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSpec:
    """One phone. The defaults are a Pixel 7 with Android 14 that asks nobody and answers at once."""

    serial: str
    """`ro.serialno`."""
    brand: Brand = Brand.GOOGLE
    model: str = "Pixel 7"
    device: str = "panther"
    employee: str = ""
    """Who works with it, for demos that enrol phones."""
    owner: str = "Owner"
    """The main Android user's name."""
    sdk: int = 34
    """API level, 28..36."""
    auth: AuthMode = AuthMode.OPEN
    security: Security = Security.PLAIN
    trusted_hosts: frozenset[HostKey] = frozenset()
    latencies: Latencies = Latencies()
    history: History = History()
    seed: int = 0
    """Everything generated follows from it."""
    pin: str | None = "2580"
    """The screen lock, None for none."""
    admin_pin_chars: int = 0
    """How many characters a device admin demands of the screen lock; 0 when none demands one."""
    ssid: str = "Shop"
    """The Wi-Fi network it is in."""
    timezone: str = "Asia/Shanghai"
    clock_offset_ms: int = 0
    """Phone clock minus true time."""
    battery_pct: int = 80
    is_awake: bool = True
    is_locked: bool = False
    linger_s: float = 2.0
    """How long an app stays in front after the person used it, seconds."""
    features: tuple[str, ...] = DEFAULT_FEATURES
    clones: tuple[str, ...] = ()
    """Packages that have an app clone, under a second Android user (packages.py)."""
    installed: tuple[str, ...] = ()
    """Packages beyond those that every phone has."""
    test_only: tuple[str, ...] = ()
    """Packages built as testOnly."""
    accounts: tuple[str, ...] = ()
    """Types of the accounts that are signed in, such as `com.xiaomi`."""
    device_owner: str | None = None
    """`package/.Receiver` of the device owner; its package is installed."""
    owner_key: str = ""
    """The API key that was set up in OwnDroid; empty for none."""
    calling: Calling = Calling.READY
    properties: Mapping[str, str] = field(default_factory=dict)
    """Overrides of `getprop` values."""
    storage: Storage = Storage.OPEN
    lockdown: Lockdown = Lockdown.KEEPS_USB
    wipe: Wipe = Wipe.EMPTIED
    switches: Mapping[Switch, SwitchState] = field(default_factory=dict)
    """Vendor's switches that do not stand as they left the factory; only those the software has."""
    command_faults: tuple[CommandFault, ...] = ()
    """Trouble at program calls, armed from the start."""
    traits: Traits | None = None
    """What a profile says of the software; None is AOSP's behaviour (see `software`)."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for values no phone has."""
        if not 28 <= self.sdk <= 36:
            raise ValueError("sdk must be 28..36")
        if not 0 <= self.battery_pct <= 100:
            raise ValueError("battery_pct must be 0..100")
        if self.storage is Storage.CLOSED and self.pin is None:
            raise ValueError("storage is closed only on a phone with a PIN")

    @property
    def software(self) -> Traits:
        """The behaviour that the phone's parts follow."""
        if self.traits is not None:
            return self.traits
        if self.brand is Brand.SAMSUNG and self.sdk >= 34:
            layout = NotificationLayout.ONEUI_15 if self.sdk >= 35 else NotificationLayout.ONEUI_14
            return plain_traits(self.sdk, layout)
        plain = plain_traits(self.sdk)
        return replace(plain, denied=plain.denied | {Right.CLEAR_DATA}) if self.brand is Brand.OPPO else plain
