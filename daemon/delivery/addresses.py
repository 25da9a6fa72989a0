"""Where a channel's messages go: read from its file or systemd credential each time, never shown."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from .sections import ChannelKind, ChannelSection

_MOST_BYTES: Final = 8_192
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_PLACES: Final = {
    ChannelKind.WECOM: "/cgi-bin/webhook/send?key=…, wecombot://KEY",
    ChannelKind.DINGTALK: "/robot/send?access_token=…, dingtalk://TOKEN",
    ChannelKind.FEISHU: "/open-apis/bot/v2/hook/…, feishu://TOKEN",
    ChannelKind.EMAIL: "mailtos://USER:PASSWORD@HOST?from=…&to=…, mailto://…",
    ChannelKind.WEBHOOK: "https://…",
    ChannelKind.APPRISE: "SERVICE://…",
}
_SCHEMES: Final = {
    ChannelKind.WECOM: frozenset({"wecombot"}),
    ChannelKind.DINGTALK: frozenset({"dingtalk"}),
    ChannelKind.FEISHU: frozenset({"feishu", "lark"}),
    ChannelKind.EMAIL: frozenset({"mailto", "mailtos"}),
}


class AddressError(Exception):
    """An address that cannot be used. `code` is stable, `key` the key of the channel; neither has any of it."""

    def __init__(self, code: str, key: str, expected: str) -> None:
        super().__init__(f"{code}: {key}")
        self.code = code
        self.key = key
        self.expected = expected


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Address:
    """Of a channel, and what its messages are signed with."""

    kind: ChannelKind
    url: str
    secret: str | None

    def __repr__(self) -> str:
        return f"Address({self.kind}, <hidden>)"


def read_address(channel: ChannelSection, base: Path | None) -> Address:
    """AddressError: `address_missing`, `address_unreadable`, `address_careless`, `address_form`.

    `base`: the folder of the configuration file, for relative paths.
    """
    url = _read(channel.address_file, channel.address_credential, "address", base)
    if url is None:
        raise AddressError("address_missing", "address_file", "address_file or address_credential")
    if not is_of(channel.kind, url):
        key = "address_file" if channel.address_file is not None else "address_credential"
        raise AddressError("address_form", key, f"a first line like {_PLACES[channel.kind]}")
    secret = _read(channel.secret_file, channel.secret_credential, "secret", base)
    return Address(kind=channel.kind, url=url, secret=secret)


def is_of(kind: ChannelKind, url: str) -> bool:
    """Whether an address has the form of its kind. Robots in clear only on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not url.isprintable() or " " in url or not parts.scheme or not host:
        return False
    if kind is ChannelKind.APPRISE:
        return parts.scheme not in {"http", "https", "file"}
    if parts.scheme in _SCHEMES.get(kind, ()):
        return True
    if parts.scheme not in {"https", "http"} or kind is ChannelKind.EMAIL:
        return False
    if kind is ChannelKind.WEBHOOK:
        return True
    if parts.scheme == "http" and host not in _LOOPBACK:
        return False
    match kind:
        case ChannelKind.WECOM:
            return parts.path.rstrip("/").endswith("/webhook/send") and bool(parse_qs(parts.query).get("key"))
        case ChannelKind.DINGTALK:
            return parts.path.rstrip("/").endswith("/robot/send") and bool(parse_qs(parts.query).get("access_token"))
        case _:
            head, _, token = parts.path.rstrip("/").rpartition("/")
            return head.endswith("/hook") and bool(token)


def _read(file: str | None, credential: str | None, what: str, base: Path | None) -> str | None:
    """The first line of the file; None when neither is named."""
    if file is not None and credential is not None:
        raise AddressError("address_twice", f"{what}_credential", f"{what}_file or {what}_credential, not both")
    if file is not None:
        return _first_line((base or Path()) / file, f"{what}_file", is_ours=True)
    if credential is not None:
        folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
        if not folder or "/" in credential or credential.startswith("."):
            raise AddressError("address_unreadable", f"{what}_credential", "a systemd credential of this service")
        return _first_line(Path(folder) / credential, f"{what}_credential", is_ours=False)
    return None


def _first_line(path: Path, key: str, *, is_ours: bool) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise AddressError("address_unreadable", key, f"a readable file ({error.strerror})") from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise AddressError("address_unreadable", key, "a regular file")
        # Root checks configurations for the daemon's user, whose file it is.
        is_strange = os.geteuid() != 0 and status.st_uid not in {os.geteuid(), 0}
        if is_ours and (status.st_mode & 0o077 or is_strange):
            raise AddressError("address_careless", key, "a file of the daemon's user alone, mode 0600")
        content = os.read(handle, _MOST_BYTES)
    except OSError as error:
        raise AddressError("address_unreadable", key, f"a readable file ({error.strerror})") from None
    finally:
        os.close(handle)
    lines = content.decode("utf-8-sig", "replace").strip().splitlines()
    if not lines or not lines[0].strip():
        raise AddressError("address_form", key, "one line that is not empty")
    return lines[0].strip()
