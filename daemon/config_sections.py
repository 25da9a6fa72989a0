"""The sections of shopwarden.toml as frozen dataclasses; every key has a default and a range."""

from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta

from adb_bridge.collectors.settings import DEFAULT_NOTIFICATION_APPS

from .api.wire import Role
from .archive.data_classes import DataClass
from .config_commands import CommandsSection
from .config_intercept import InterceptSection
from .config_lan import LanSection
from .delivery.sections import DeliverySection
from .operating.sections import LogSection as LogSection
from .operating.sections import MetricsSection as MetricsSection

Port = Annotated[int, Meta(ge=0, le=65535)]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Package = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$", max_length=200)]
"""An Android package name."""


RecordingFolder = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f:]+$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSection:
    """Whose daemon this is."""

    name: Line = "shop"
    language: Literal["en", "zh"] = "zh"
    """Language of what the daemon says on its own: the notice on the phones, defaults for clients."""
    timezone: Line | None = None
    """Of imported times that name none, such as `Asia/Shanghai`; None: this machine's."""

    def zone(self) -> tzinfo | None:
        """None: this machine's."""
        return None if self.timezone is None else ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySection:
    """What opens the keyring."""

    source: Literal["passphrase", "file", "credential"] = "passphrase"
    path: str | None = None
    """Key file (source = "file"); relative to the configuration file."""
    name: Line | None = None
    """systemd credential (source = "credential")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdbSection:
    """The private adb server."""

    port: Port = 0
    """0 picks a free one. Never 5037, which is the user's own."""
    binary: str | None = None
    """None: the one that adbutils ships."""
    server: str | None = None
    """`host:port` of a server that somebody else runs; then port and binary are unused."""
    connect: tuple[str, ...] = ()
    """`host:port` of phones on the LAN, connected and re-connected for ever."""
    home: str | None = None
    """Where adb keeps its keys. None: `adb/` in the state directory."""
    discovery: Literal["auto", "off"] = "auto"
    """Listen on the local network for phones that announce wireless debugging (ADR 0006)."""
    interfaces: tuple[str, ...] = ()
    """IPv4 addresses of this machine to listen on; empty: all."""
    keep_authorised: bool = True
    """On enrolled phones, switch off the rule that forgets this computer after seven days without use."""
    keep_wireless: bool = True
    """Switch wireless debugging on again on enrolled phones that had it, when they are reached another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSection:
    """How often phones are asked, in seconds, and what of them is read."""

    poll_interval_s: Annotated[float, Meta(ge=0.5, le=3600)] = 20.0
    """Every source, when no signal came."""
    fast_poll_interval_s: Annotated[float, Meta(ge=0.2, le=60)] = 1.0
    """While a messaging, contacts or phone app is in front; never slower than `poll_interval_s`."""
    sweep_interval_s: Annotated[float, Meta(ge=5, le=86_400)] = 300.0
    """One window of the slow search for late, edited and vanished rows."""
    status_interval_s: Annotated[float, Meta(ge=1, le=3600)] = 60.0
    """Battery, screen, lock."""
    notice_interval_s: Annotated[float, Meta(ge=5, le=86_400)] = 300.0
    """Is the standing notice still posted?"""
    probe_interval_s: Annotated[float, Meta(ge=1, le=86_400)] = 600.0
    """What does the phone permit? Also asked at each connection and when a source is denied or comes back."""
    command_timeout_s: Annotated[float, Meta(ge=1, le=120)] = 15.0
    """One command on the phone."""
    recording_folders: tuple[RecordingFolder, ...] = ()
    """Folders of call recordings on the phones beside those that vendors use; relative ones are below shared storage.
    Every audio file in them counts as a call's."""
    notification_apps: tuple[Package, ...] = DEFAULT_NOTIFICATION_APPS
    """Packages whose notifications are read on phones enrolled for `notifications`; no other app's ever are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySection:
    """Which rules judge."""

    packs: tuple[str, ...] = ("retail-zh",)
    dir: str | None = None
    """A folder of own rules beside the packs; relative to the configuration file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesSection:
    """Who may do what: uids or user names. Everybody else is refused. The daemon's own uid is an owner always."""

    owner: tuple[int | str, ...] = ()
    admin: tuple[int | str, ...] = ()
    reviewer: tuple[int | str, ...] = ()
    auditor: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeesSection:
    """Who of this machine's users is which employee: they may see what is kept about them, and nothing else."""

    accounts: dict[Line, int | str] = field(default_factory=dict)
    """Name as enrolled to uid or user name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsSection:
    """How long the shop has to answer people about their records."""

    profile: Literal["pipl", "gdpr"] = "pipl"
    """`pipl`: 15 days, 15 more once; `gdpr`: 30 days, 60 more once."""
    due_days: Annotated[int, Meta(ge=1, le=30)] | None = None
    """None: the profile's. Calendar days, to the end of the last one where the shop is."""
    extension_days: Annotated[int, Meta(ge=1, le=60)] | None = None
    """None: the profile's."""
    weekends: Literal["count", "before"] = "count"
    """`before`: what would be due on a Saturday or Sunday is due on the Friday before."""
    remind_days: Annotated[int, Meta(ge=0, le=30)] = 3
    """`doctor` warns so many days before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportsSection:
    """Records that leave the shop as a bundle."""

    valid_hours: Annotated[float, Meta(ge=1, le=168)] = 24.0
    """So long a request waits for its decision, and an approved one for who asked; a week at most."""

    @property
    def validity(self) -> timedelta:
        """The same as a duration."""
        return timedelta(hours=self.valid_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSection:
    """The standing notice on every enrolled phone and its text of record."""

    title_en: Line = "Company work phone"
    title_zh: Line = "公司工作手机"
    text_en: Annotated[str, Meta(min_length=10, max_length=2000)] = (
        "This is a company work phone. Its messages, calls and call recordings, contacts and what chat and payment apps"
        " show as notifications are archived by the store."
    )
    text_zh: Annotated[str, Meta(min_length=10, max_length=2000)] = (
        "本机为公司工作手机,短信彩信、通话记录与通话录音、联系人以及聊天和支付应用的通知内容由门店留存备查。如有疑问请咨询店长。"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSection:
    """Heads that leave the shop, so that nobody can rewrite its history unnoticed."""

    witnesses: tuple[Annotated[str, Meta(min_length=1, max_length=400)], ...] = ()
    """Public keys of witnesses whose signatures are taken, as `shopwardend cosign list` prints them."""
    witness_warning_days: Annotated[int, Meta(ge=1, le=3650)] = 31
    """`doctor` warns when no head left the shop for so long."""
    close_at: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    """Daily close, `HH:MM` in the store's time zone: a head is signed, and goes to `export_dir`."""
    export_dir: str | None = None
    """A folder outside this machine (a mounted share) that gets the head of every daily close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSection:
    """Backups by themselves. Without a folder: only when somebody asks."""

    dir: str | None = None
    """An absolute path with backups of this store, begun by hand: an unmounted medium is never filled."""
    every_hours: Annotated[float, Meta(ge=0.25, le=8760)] = 24.0
    keep: Annotated[int, Meta(ge=1, le=10_000)] = 14
    """Snapshots that stay on the medium."""
    warn_days: Annotated[int, Meta(ge=1, le=3650)] = 3
    """`doctor` warns when the last good backup is as old."""
    drill_days: Annotated[int, Meta(ge=1, le=3650)] = 92
    """`doctor` warns when the last drill is as old."""

    @property
    def folder(self) -> Path | None:
        """None: only when somebody asks."""
        return None if self.dir is None else Path(self.dir)


Days = Annotated[int, Meta(ge=1, le=3_660)]
"""Ten years at most: nothing is kept for ever."""
PaperDays = Annotated[int, Meta(ge=1_098, le=3_660)]
"""Three years at least: for so long a shop has to be able to show its assessments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSection:
    """How many days each class of data is kept, counted from the end of the week in which it was archived; of what is
    not sealed by the week, from what is said beside it."""

    messages_days: Days = 730
    calls_days: Days = 730
    contacts_days: Days = 730
    notifications_days: Days = 365
    recordings_days: Days = 180
    oversight_days: Days = 1_095
    """Finished commands, readings of the phones' clocks."""
    audit_days: Days = 1_825
    """Who saw, searched, exported, changed what."""
    requests_days: Days = 1_098
    """Requests of people about their records, from the last step; only those that were answered."""
    exports_days: Days = 1_098
    """Exports with their decisions, from the last step or the end of the time to fetch them."""
    holds_days: Days = 1_098
    """Legal holds, from their end."""
    papers_days: PaperDays = 1_830
    """Assessments and acknowledgements, from when others replaced them; incidents and enrolments, from their end."""
    migration_copy_days: Annotated[int, Meta(ge=1, le=30)] = 7
    """How long a copy of the archive from before a migration stays, when nothing is deleted sooner."""
    hour: Annotated[int, Meta(ge=0, le=23)] = 3
    """Of the day, by the store's time zone, at which what is over its time is deleted."""

    def days_of(self, data_class: DataClass) -> int:
        """Of one class."""
        match data_class:
            case DataClass.MESSAGES:
                return self.messages_days
            case DataClass.CALLS:
                return self.calls_days
            case DataClass.CONTACTS:
                return self.contacts_days
            case DataClass.NOTIFICATIONS:
                return self.notifications_days
            case DataClass.RECORDINGS:
                return self.recordings_days
            case DataClass.OVERSIGHT:
                return self.oversight_days
            case DataClass.AUDIT:
                return self.audit_days
            case DataClass.REQUESTS:
                return self.requests_days
            case DataClass.EXPORTS:
                return self.exports_days
            case DataClass.HOLDS:
                return self.holds_days
            case DataClass.PAPERS:
                return self.papers_days


_UNSEEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
AccountName = Annotated[str, Meta(pattern=rf"^[^\s:/{_UNSEEN}]{{1,64}}$")]
"""Of a web account; ends up in the audit, so nothing in it may deceive who reads that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAccountSection:
    """Somebody who may log in by the web."""

    role: Literal["owner", "admin", "reviewer", "auditor"]
    password: str
    """As `shopwardend web-account` prints it, `scrypt$…`."""

    def given_role(self) -> Role:
        """What the account may do."""
        return Role(self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSection:
    """The console in a browser."""

    user: int | str | None = None
    """uid or user name of the web server, which may let people in; None: only the daemon's own."""
    accounts: dict[str, WebAccountSection] = field(default_factory=dict)
    """By name, an AccountName each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of shopwarden.toml; every key has a default."""

    store: StoreSection = field(default_factory=StoreSection)
    key: KeySection = field(default_factory=KeySection)
    adb: AdbSection = field(default_factory=AdbSection)
    capture: CaptureSection = field(default_factory=CaptureSection)
    commands: CommandsSection = field(default_factory=CommandsSection)
    policy: PolicySection = field(default_factory=PolicySection)
    intercept: InterceptSection = field(default_factory=InterceptSection)
    roles: RolesSection = field(default_factory=RolesSection)
    employees: EmployeesSection = field(default_factory=EmployeesSection)
    requests: RequestsSection = field(default_factory=RequestsSection)
    exports: ExportsSection = field(default_factory=ExportsSection)
    notice: NoticeSection = field(default_factory=NoticeSection)
    ledger: LedgerSection = field(default_factory=LedgerSection)
    backup: BackupSection = field(default_factory=BackupSection)
    retention: RetentionSection = field(default_factory=RetentionSection)
    delivery: DeliverySection = field(default_factory=DeliverySection)
    web: WebSection = field(default_factory=WebSection)
    lan: LanSection = field(default_factory=LanSection)
    metrics: MetricsSection = field(default_factory=MetricsSection)
    log: LogSection = field(default_factory=LogSection)

    def notice_for(self, language: str) -> tuple[str, str]:
        """Title and text of the standing notice in `zh` or else English."""
        if language == "zh":
            return self.notice.title_zh, self.notice.text_zh
        return self.notice.title_en, self.notice.text_en
