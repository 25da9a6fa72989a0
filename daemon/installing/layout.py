"""Names and places of an installed service."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from ..api.exit_codes import ExitCode
from ..errors import DaemonError

DAEMON_UNIT: Final = "shopwardend.service"
ADB_UNIT: Final = "shopwarden-adb.service"
CONFIG: Final = Path("/etc/shopwarden/shopwarden.toml")
CREDENTIAL: Final = Path("/etc/shopwarden/root.cred")
CREDENTIAL_NAME: Final = "root"
_USER_NAME: Final = re.compile(r"[a-z_][a-z0-9_-]{0,26}")
_HIDDEN: Final = tuple(Path(folder) for folder in ("/home", "/root", "/run/user", "/tmp", "/var/tmp"))
"""What `ProtectHome` and `PrivateTmp` hide from a service."""


class Key(StrEnum):
    """What opens the vault of an installed service."""

    CREDENTIAL = "credential"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word of the command line


class DropIn(StrEnum):
    """Files of `shopwardend.service.d` that give up a protection for a use."""

    FAST = "fast"
    INTERNET = "internet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One installation. Paths are as the running system sees them, without `prefix`."""

    bin: Path
    """Directory of the program `shopwardend`."""
    prefix: Path = Path("/")
    """The system's root; another one is only filled with files, for packages and images."""
    unit_dir: Path = Path("/etc/systemd/system")
    sysusers_dir: Path = Path("/etc/sysusers.d")
    tmpfiles_dir: Path = Path("/etc/tmpfiles.d")
    udev_dir: Path = Path("/etc/udev/rules.d")
    user: str = "shopwarden"
    adb_port: int = 5038
    key: Key = Key.CREDENTIAL
    drop_ins: tuple[DropIn, ...] = ()

    def __post_init__(self) -> None:
        """DaemonError(`install.bad_user`, `install.bad_port`, `install.program_hidden`)."""
        if _USER_NAME.fullmatch(self.user) is None:
            raise DaemonError("install.bad_user", ExitCode.USAGE)
        if not 1024 <= self.adb_port <= 65535 or self.adb_port == 5037:
            raise DaemonError("install.bad_port", ExitCode.USAGE)
        if re.search(r'[\s%$"\\\']', str(self.bin)):
            raise self.hidden()

    @property
    def is_hidden(self) -> bool:
        """The service does not see the folder where the program is now."""
        return any(self.bin.is_relative_to(hidden) for hidden in _HIDDEN)

    def hidden(self) -> DaemonError:
        """What is to be said about it."""
        return DaemonError("install.program_hidden", ExitCode.USAGE, path=str(self.bin))

    @property
    def adb_user(self) -> str:
        """Of the adb server."""
        return f"{self.user}-adb"

    @property
    def group(self) -> str:
        """Whose members may speak to the daemon; what they may ask is said by roles."""
        return f"{self.user}-console"

    @property
    def state(self) -> Path:
        """The daemon's state directory."""
        return Path("/var/lib") / self.user

    @property
    def is_staged(self) -> bool:
        """Only files are written, below another root."""
        return self.prefix != Path("/")

    def on_disk(self, path: Path) -> Path:
        """Where an absolute path of the installed system is now."""
        return self.prefix / path.relative_to("/")
