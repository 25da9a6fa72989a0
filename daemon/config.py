"""The configuration file: TOML into frozen dataclasses, every key and range checked before anything starts."""

import difflib
import ipaddress
import math
import pwd
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from adb_bridge.addresses import parse_address
from adb_bridge.recordings.folders import with_configured
from crypto.cosignatures import is_witness_key

from .api.wire import Role
from .config_lan import LanSection
from .config_sections import (
    AccountName,
    AdbSection,
    BackupSection,
    CaptureSection,
    Config,
    EmployeesSection,
    ExportsSection,
    KeySection,
    LedgerSection,
    LogSection,
    NoticeSection,
    PolicySection,
    RequestsSection,
    RetentionSection,
    RolesSection,
    StoreSection,
    WebAccountSection,
    WebSection,
)
from .delivery.checking import first_problem
from .errors import ConfigError
from .operating.section_sense import wrong_key
from .web.passwords import read_hash

__all__ = [
    "AdbSection",
    "BackupSection",
    "CaptureSection",
    "Config",
    "EmployeesSection",
    "ExportsSection",
    "KeySection",
    "LanSection",
    "LedgerSection",
    "LogSection",
    "MAX_CONFIG_BYTES",
    "NoticeSection",
    "PolicySection",
    "RequestsSection",
    "RetentionSection",
    "RolesSection",
    "StoreSection",
    "WebAccountSection",
    "WebSection",
    "employee_of_uids",
    "gate_uids",
    "is_address",
    "load_config",
    "parse_config",
    "role_of_uids",
]

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
    return parse_config(content, file)


def parse_config(content: bytes, file: Path) -> Config:
    """The same of what is, or will be, in `file`."""
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


def gate_uids(config: Config, file: Path | None) -> frozenset[int]:
    """Who, beside the daemon itself, may let people in by the web. ConfigError as `role_of_uids`."""
    return frozenset() if config.web.user is None else frozenset({_uid(config.web.user, "web.user", file)})


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
        elif get_origin(hints[key]) is dict and isinstance(content, dict):
            _refuse_unknown_below(content, get_args(hints[key])[1], file, f"{path}.")


def _refuse_unknown_below(table: dict[str, object], section: object, file: Path, prefix: str) -> None:
    """Of a table with names of the shop's own."""
    if not is_dataclass(section):
        return
    known = [item.name for item in fields(section)]
    for name, content in table.items():
        for key in content if isinstance(content, dict) else ():
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
                path = f"{prefix}{name}."
                raise ConfigError("config.unknown_key", file=file, key=f"{path}{key}", nearest=f"{path}{close[0]}")


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
    for part in key.replace("[...]", "[]").split("."):
        section = get_type_hints(section).get(part.removesuffix("[]"))
        if part.endswith("[]"):  # of a table with names of the shop's own
            section = get_args(section)[1]
    return tuple(_listed(section))


def _listed(section: object) -> Iterator[str]:
    """Of a Literal, an enum, and of what is made of them."""
    if isinstance(section, type) and issubclass(section, StrEnum):
        yield from section
    for part in get_args(section):
        if get_origin(part) is not None or isinstance(part, type):
            yield from _listed(part)
        elif isinstance(part, str):
            yield part


def _check_sense(config: Config, file: Path) -> None:
    """What types cannot say."""
    try:
        with_configured(config.capture.recording_folders)
    except ValueError:
        expected = "a folder on the phone, without '..'"
        raise ConfigError("config.wrong_value", file=file, key="capture.recording_folders", expected=expected) from None
    for key in config.ledger.witnesses:
        if not is_witness_key(key):
            expected = "a witness's public key, NAME+1234abcd+BASE64"
            raise ConfigError("config.wrong_value", file=file, key="ledger.witnesses", expected=expected)
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
    if (wrong := wrong_key(config.metrics, config.log)) is not None:
        raise ConfigError("config.wrong_value", file=file, key=wrong[0], expected=wrong[1])
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
    if config.lan.listen is not None:
        try:
            config.lan.place()
        except ValueError as error:
            raise ConfigError("config.wrong_value", file=file, key="lan.listen", expected=str(error)) from None
    for name, account in config.web.accounts.items():
        key = f"web.accounts.{name}"
        try:
            msgspec.convert(name, AccountName)
        except msgspec.ValidationError:
            expected = "a name of 1-64 characters, none of them a blank, a colon or a slash"
            raise ConfigError("config.wrong_value", file=file, key=key, expected=expected) from None
        try:
            read_hash(account.password)
        except ValueError:
            expected = "what `shopwardend web-account` prints, scrypt$…"
            raise ConfigError("config.wrong_value", file=file, key=f"{key}.password", expected=expected) from None
    for name, action in config.intercept.action.items():
        if action.do == "message" and action.text is None:
            raise ConfigError(
                "config.missing_key", file=file, key=f"intercept.action.{name}.text", expected='do = "message"'
            )
    if (problem := first_problem(config.delivery)) is not None:
        raise ConfigError("config.wrong_value", file=file, key=problem[0], expected=problem[1])
    gate_uids(config, file)
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
