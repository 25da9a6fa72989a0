"""Where everything of one daemon lives: a single state directory, mode 0700."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crypto.errors import CryptoErrorCode, KeyUnavailableError

from .api.exit_codes import ExitCode
from .api.socket_path import SOCKET_NAME
from .api.state_dir import SOCKET_VARIABLE, state_directory
from .errors import StateError

CONFIG_NAME = "shopwarden.toml"
COPY_OF_UPGRADE = ".before-upgrade"
"""In the state while an upgrade is not ended: what it could change, as it was before."""


@dataclass(frozen=True, slots=True)
class StatePaths:
    """Names inside a state directory."""

    root: Path
    socket_at: Path | None = None
    """Where the local API is when it is not in the state directory."""

    @property
    def keyring(self) -> Path:
        """Wrapped keys; useless without the passphrase, key file or credential."""
        return self.root / "keys.json"

    @property
    def archive(self) -> Path:
        """The SQLCipher archive."""
        return self.root / "archive.db"

    @property
    def heads(self) -> Path:
        """Signed ledger heads, kept outside the archive so that a rollback shows."""
        return self.root / "heads.log"

    @property
    def media(self) -> Path:
        """Sealed files: attachments and recordings."""
        return self.root / "media"

    @property
    def uploads(self) -> Path:
        """Sealed files that are being imported; emptied at every start."""
        return self.root / "uploads"

    @property
    def sealed(self) -> Path:
        """What collecting needs before the vault is open, and what it sealed then."""
        return self.root / "sealed"

    @property
    def inbox(self) -> Path:
        """Files that people put there for a phone, to be imported."""
        return self.root / "inbox"

    @property
    def socket(self) -> Path:
        """The local API."""
        return self.socket_at or self.root / SOCKET_NAME

    @property
    def lock(self) -> Path:
        """Held for as long as a daemon runs."""
        return self.root / "daemon.lock"

    @property
    def adb_home(self) -> Path:
        """HOME of the private adb server: its keys live here, apart from the user's."""
        return self.root / "adb"

    @property
    def config(self) -> Path:
        """Read when neither --config nor $SHOPWARDEN_CONFIG names another."""
        return self.root / CONFIG_NAME


def state_paths(explicit: Path | None, env: Mapping[str, str]) -> StatePaths:
    """The directory that clients look in too, by the one rule of `daemon.api.state_dir`; the socket is served where
    $SHOPWARDEN_SOCKET says, if it says.
    """
    named = env.get(SOCKET_VARIABLE)
    return StatePaths(state_directory(explicit, env), Path(named).expanduser().absolute() if named else None)


def config_file(explicit: Path | None, env: Mapping[str, str], paths: StatePaths) -> Path | None:
    """`--config` > $SHOPWARDEN_CONFIG > the state's own file if it exists > None (defaults)."""
    if explicit is not None:
        return explicit.expanduser().absolute()
    if named := env.get("SHOPWARDEN_CONFIG"):
        return Path(named).expanduser().absolute()
    return paths.config if paths.config.is_file() else None


def require_keyring(paths: StatePaths) -> None:
    """Say that a state was never made before asking for its key. Raises KeyUnavailableError(KEYRING_MISSING)."""
    if not paths.keyring.exists():
        raise KeyUnavailableError(CryptoErrorCode.KEYRING_MISSING, str(paths.keyring))


def prepare_state(paths: StatePaths) -> None:
    """Make the directory (0700), or check that the one there is ours alone.

    Raises:
        StateError: it is a file, belongs to somebody else, or others may enter it.
    """
    try:
        paths.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        stat = paths.root.stat()
    except OSError as error:
        raise StateError(
            "state.unusable", ExitCode.VAULT, state=str(paths.root), problem=error.strerror or "?"
        ) from error
    if stat.st_uid != os.geteuid():
        raise StateError("state.not_ours", ExitCode.VAULT, state=str(paths.root), uid=stat.st_uid)
    if stat.st_mode & 0o027:
        # A directory made by hand is often 0755. A group may be let in on purpose, to reach the socket (0750).
        paths.root.chmod(stat.st_mode & 0o7750)
