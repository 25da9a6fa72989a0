"""The configuration file: TOML into frozen dataclasses, every key and range checked before anything starts."""

import difflib
import ipaddress
import math
import pwd
import re
import tomllib
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Literal, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from adb_bridge.addresses import parse_address
from adb_bridge.collectors.settings import DEFAULT_NOTIFICATION_APPS
from adb_bridge.recordings.folders import with_configured

from .api.wire import Role
from .errors import ConfigError

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSection:
    """What goes to stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of shopwarden.toml; every key has a default."""

    store: StoreSection = field(default_factory=StoreSection)
    key: KeySection = field(default_factory=KeySection)
    adb: AdbSection = field(default_factory=AdbSection)
    capture: CaptureSection = field(default_factory=CaptureSection)
    policy: PolicySection = field(default_factory=PolicySection)
    roles: RolesSection = field(default_factory=RolesSection)
    employees: EmployeesSection = field(default_factory=EmployeesSection)
    requests: RequestsSection = field(default_factory=RequestsSection)
    notice: NoticeSection = field(default_factory=NoticeSection)
    backup: BackupSection = field(default_factory=BackupSection)
    log: LogSection = field(default_factory=LogSection)

    def notice_for(self, language: str) -> tuple[str, str]:
        """Title and text of the standing notice in `zh` or else English."""
        if language == "zh":
            return self.notice.title_zh, self.notice.text_zh
        return self.notice.title_en, self.notice.text_en


MAX_CONFIG_BYTES = 256 * 1024
_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<key>[^`]*)`)?$", re.DOTALL)


def load_config(file: Path | None) -> Config:
    """Read and check a configuration; None gives the defaults.

    Raises:
        ConfigError: not readable, not TOML, an unknown key (with the nearest one that exists), a wrong type, a value
            out of its range, a user name that this machine does not know.
    """
    if file is None:
        return Config()
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_CONFIG_BYTES + 1)
    except OSError as error:
        raise ConfigError("config.unreadable", file=file, expected=error.strerror or "?") from error
    if len(content) > MAX_CONFIG_BYTES:
        raise ConfigError("config.unreadable", file=file, expected=f"<= {MAX_CONFIG_BYTES} bytes")
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError("config.not_toml", file=file, expected=f"UTF-8, byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("config.not_toml", file=file, expected=str(error)) from None
    _refuse_unknown(table, Config, file, "")
    _refuse_not_finite(table, file, "")
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        match = _AT.match(str(error))
        what, key = (match["what"], match["key"] or "") if match else (str(error), "")
        if what.startswith("Invalid enum value"):
            what = "one of " + ", ".join(_choices(key))
        raise ConfigError("config.wrong_value", file=file, key=key, expected=what) from None
    _check_sense(config, file)
    return config


def role_of_uids(config: Config, own_uid: int, file: Path | None) -> dict[int, Role]:
    """Which uid has which role; the daemon's own is an owner. The highest role wins when one is named twice.

    Raises:
        ConfigError: a user name that this machine does not know, or an impossible uid.
    """
    roles = dict.fromkeys(employee_of_uids(config, file), Role.EMPLOYEE)
    for role in (Role.AUDITOR, Role.REVIEWER, Role.ADMIN, Role.OWNER):
        for principal in getattr(config.roles, role.value):
            roles[_uid(principal, f"roles.{role.value}", file)] = role
    roles[own_uid] = Role.OWNER
    return roles


def employee_of_uids(config: Config, file: Path | None) -> dict[int, str]:
    """Which uid is which employee. ConfigError as `role_of_uids`."""
    accounts = config.employees.accounts.items()
    return {_uid(principal, "employees.accounts", file): name for name, principal in accounts}


def _uid(principal: int | str, key: str, file: Path | None) -> int:
    where = file or Path("shopwarden.toml")
    if isinstance(principal, int):
        if not 0 <= principal < 2**32 - 1:
            raise ConfigError("config.wrong_value", file=where, key=key, expected="0 <= uid < 2^32-1")
        return principal
    try:
        return pwd.getpwnam(principal).pw_uid
    except (KeyError, ValueError):
        raise ConfigError("config.unknown_user", file=where, key=key, expected=principal) from None


def _refuse_unknown(table: dict[str, object], section: type, file: Path, prefix: str) -> None:
    hints = get_type_hints(section)
    for key, content in table.items():
        path = f"{prefix}{key}"
        if key not in hints:
            raise ConfigError("config.unknown_key", file=file, key=path, nearest=_nearest(path, key, prefix))
        if is_dataclass(hints[key]) and isinstance(content, dict) and isinstance(hints[key], type):
            _refuse_unknown(content, hints[key], file, f"{path}.")


def _nearest(path: str, key: str, prefix: str) -> str:
    """The existing key that looks most like it: in its own section first, then anywhere."""
    every = [
        f"{section.name}.{item.name}"
        for section in fields(Config)
        for item in fields(get_type_hints(Config)[section.name])
    ]
    sections = [section.name for section in fields(Config)]
    siblings = [name for name in every if name.startswith(prefix)] if prefix else sections
    by_leaf = {name.rsplit(".", 1)[-1]: name for name in siblings}
    if close := difflib.get_close_matches(key, by_leaf, n=1, cutoff=0.5):
        return by_leaf[close[0]]
    elsewhere = {name.rsplit(".", 1)[-1]: name for name in every}
    if close := difflib.get_close_matches(key, elsewhere, n=1, cutoff=0.8):
        return elsewhere[close[0]]
    return next(iter(difflib.get_close_matches(path, [*every, *sections], n=1, cutoff=0.0)), "")


def _refuse_not_finite(table: dict[str, object], file: Path, prefix: str) -> None:
    """TOML knows nan and inf, and nan passes every range check."""
    for key, content in table.items():
        if isinstance(content, dict):
            _refuse_not_finite(content, file, f"{prefix}{key}.")
        elif isinstance(content, float) and not math.isfinite(content):
            raise ConfigError("config.wrong_value", file=file, key=f"{prefix}{key}", expected="a finite number")


def _choices(key: str) -> tuple[str, ...]:
    section: object = Config
    for part in key.split("."):
        section = get_type_hints(section).get(part)
    return tuple(str(choice) for choice in get_args(section))


def _check_sense(config: Config, file: Path) -> None:
    """What types cannot say."""
    try:
        with_configured(config.capture.recording_folders)
    except ValueError:
        expected = "a folder on the phone, without '..'"
        raise ConfigError("config.wrong_value", file=file, key="capture.recording_folders", expected=expected) from None
    try:
        config.store.zone()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        expected = "a time zone of this machine, such as Asia/Shanghai"
        raise ConfigError("config.wrong_value", file=file, key="store.timezone", expected=expected) from None
    if config.key.source == "file" and not config.key.path:
        raise ConfigError("config.missing_key", file=file, key="key.path", expected='key.source = "file"')
    if config.key.source == "credential" and not config.key.name:
        raise ConfigError("config.missing_key", file=file, key="key.name", expected='key.source = "credential"')
    if config.backup.dir is not None and not Path(config.backup.dir).is_absolute():
        raise ConfigError("config.wrong_value", file=file, key="backup.dir", expected="an absolute path")
    if config.adb.port == 5037:
        raise ConfigError("config.wrong_value", file=file, key="adb.port", expected="not 5037, the user's own adb")
    for key, addresses in (("adb.connect", config.adb.connect), ("adb.server", (config.adb.server,))):
        for address in addresses:
            if address is not None and not is_address(address):
                raise ConfigError("config.wrong_value", file=file, key=key, expected="host:port")
    for interface in config.adb.interfaces:
        if not _is_ipv4(interface):
            raise ConfigError("config.wrong_value", file=file, key="adb.interfaces", expected="an IPv4 address")
    if not config.policy.packs and config.policy.dir is None:
        raise ConfigError("config.wrong_value", file=file, key="policy.packs", expected="at least one pack or a dir")
    role_of_uids(config, 0, file)


def is_address(text: str) -> bool:
    """`host:port` or `[v6]:port` with a port of 1-65535; nothing else may reach adb's `host:connect:`."""
    try:
        return parse_address(text) == text
    except ValueError:
        return False


def _is_ipv4(text: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(text)) == text
    except ValueError:
        return False
