"""The shops that this machine's user has joined: a folder each, for nobody else's eyes.

`shop.json` says where the shop is and which key it has; beside it are the console's own key and certificate and the
shop's authority. Whoever has the folder is that console.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec

from .consoles import ConsoleName

VARIABLE: Final = "SHOPWARDEN_SHOP"
FOLDER_VARIABLE: Final = "SHOPWARDEN_SHOPS"
RENEW_BEFORE: Final = timedelta(days=30)
_ADDRESS: Final = "shop.json"
_KEY: Final = "console.key"
_CERTIFICATE: Final = "console.pem"
_AUTHORITY: Final = "authority.pem"
_PRIVATE: Final = 0o600
_MOST_BYTES: Final = 64 * 1024


class ShopError(Exception):
    """`code` finds the text (`error.<code>`); `name` is what the shop is called here."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code)
        self.code = code
        self.name = name


class ShopAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is and how it is known."""

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    instance: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    pin: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    """SHA-256 of the daemon's public key."""
    store: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """What the shop calls itself."""
    console: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """What the shop calls this console."""
    role: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """As it was joined; the shop decides at each call."""
    expires_at: datetime
    """Of the certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteShop:
    """A shop of another machine."""

    name: str
    """On this machine."""
    folder: Path
    address: ShopAddress

    @property
    def place(self) -> str:
        """`host:port`."""
        host = self.address.host
        return f"[{host}]:{self.address.port}" if ":" in host else f"{host}:{self.address.port}"

    @property
    def key(self) -> Path:
        """The console's private key (PEM)."""
        return self.folder / _KEY

    @property
    def certificate(self) -> Path:
        """The console's (PEM)."""
        return self.folder / _CERTIFICATE

    @property
    def authority(self) -> Path:
        """The shop's (PEM)."""
        return self.folder / _AUTHORITY

    def is_due(self, now: datetime) -> bool:
        """Whether the certificate is to be renewed."""
        return self.address.expires_at - now <= RENEW_BEFORE


Door = Path | RemoteShop
"""Where a daemon is: the socket on this machine, or a shop elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShop:
    """What joining gave."""

    address: ShopAddress
    key: bytes
    certificate: str
    authority: str

    def __repr__(self) -> str:
        return f"NewShop({self.address.instance!r})"


def shops_folder(env: Mapping[str, str]) -> Path:
    """$SHOPWARDEN_SHOPS, else shopwarden/shops below $XDG_CONFIG_HOME or ~/.config."""
    if named := env.get(FOLDER_VARIABLE):
        return Path(named).expanduser().absolute()
    home = env.get("XDG_CONFIG_HOME") or str(Path(env.get("HOME") or "~").expanduser() / ".config")
    return Path(home) / "shopwarden" / "shops"


def load_shop(name: str, env: Mapping[str, str]) -> RemoteShop:
    """ShopError: `shop.name`, `shop.unknown`, `shop.damaged`."""
    folder = shops_folder(env) / _checked(name)
    try:
        content = (folder / _ADDRESS).read_bytes()[:_MOST_BYTES]
    except FileNotFoundError:
        raise ShopError("shop.unknown", name) from None
    except OSError:
        raise ShopError("shop.damaged", name) from None
    try:
        address = msgspec.json.decode(content, type=ShopAddress)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ShopError("shop.damaged", name) from None
    if address.expires_at.tzinfo is None:
        raise ShopError("shop.damaged", name)
    return RemoteShop(name=name, folder=folder, address=address)


def list_shops(env: Mapping[str, str]) -> tuple[RemoteShop | str, ...]:
    """By name; of one that cannot be used, its name."""
    try:
        names = sorted(one.name for one in shops_folder(env).iterdir() if one.is_dir())
    except OSError:
        return ()
    found: list[RemoteShop | str] = []
    for name in names:
        try:
            found.append(load_shop(name, env))
        except ShopError as error:
            if error.code == "shop.damaged":
                found.append(name)
    return tuple(found)


def keep_shop(name: str, new: NewShop, env: Mapping[str, str]) -> RemoteShop:
    """A shop that was joined, whole or not at all; joined anew, it replaces itself.

    ShopError: `shop.name`, `shop.exists` for another shop of that name. OSError.
    """
    folder = shops_folder(env)
    place = folder / _checked(name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.exists() and _instance_of(name, env) not in (None, new.address.instance):
        raise ShopError("shop.exists", name)
    draft = Path(tempfile.mkdtemp(prefix=".", suffix=".new", dir=folder))
    try:
        _write(draft / _KEY, new.key)
        _write(draft / _CERTIFICATE, new.certificate.encode())
        _write(draft / _AUTHORITY, new.authority.encode())
        _write(draft / _ADDRESS, msgspec.json.format(msgspec.json.encode(new.address)))
        if place.exists():
            old = Path(tempfile.mkdtemp(prefix=".", suffix=".old", dir=folder))
            place.rename(old / "shop")
            draft.rename(place)
            shutil.rmtree(old, ignore_errors=True)
        else:
            draft.rename(place)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return RemoteShop(name=name, folder=place, address=new.address)


def change_shop(shop: RemoteShop, address: ShopAddress, certificate: str | None = None) -> RemoteShop:
    """Another address, or a newer certificate for the same key. OSError."""
    if certificate is not None:
        _replace(shop.certificate, certificate.encode())
    _replace(shop.folder / _ADDRESS, msgspec.json.format(msgspec.json.encode(address)))
    return RemoteShop(name=shop.name, folder=shop.folder, address=address)


def forget_shop(name: str, env: Mapping[str, str]) -> None:
    """ShopError: `shop.name`, `shop.unknown`. The shop still knows the console: revoke it there."""
    place = shops_folder(env) / _checked(name)
    if not place.is_dir():
        raise ShopError("shop.unknown", name)
    shutil.rmtree(place)


def is_shop_name(name: str) -> bool:
    """Whether a shop may be called so."""
    try:
        msgspec.convert(name, ConsoleName)
    except msgspec.ValidationError:
        return False
    return True


def _checked(name: str) -> str:
    if not is_shop_name(name):
        raise ShopError("shop.name", name)
    return name


def _instance_of(name: str, env: Mapping[str, str]) -> str | None:
    try:
        return load_shop(name, env).address.instance
    except ShopError:
        return None


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    _write(draft, content)
    draft.replace(path)
