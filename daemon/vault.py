"""What a start opens before anything runs: the keys and the archive."""

from dataclasses import dataclass
from pathlib import Path

from adb_bridge.clock import Clock
from crypto.database import OpenMode
from crypto.errors import DiskFullError
from crypto.head_log import HeadLog
from crypto.keyring import open_for_change
from crypto.secrets import Secret
from crypto.vault_keys import VaultKeys
from policies.engine import Engine

from .api.exit_codes import ExitCode
from .archive.archive import Archive, ArchiveSettings
from .archive.errors import ArchiveFullError
from .archive.space import give_up_reserve, reserve_for
from .config import Config
from .errors import StateError
from .paths import StatePaths


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a start has opened before anything runs."""

    paths: StatePaths
    config: Config
    config_file: Path | None
    keys: VaultKeys
    archive: Archive
    engine: Engine
    clock: Clock


def open_keys(paths: StatePaths, secret: Secret) -> VaultKeys:
    """The keys, to be changed too. Errors of `crypto.keyring` pass; takes about half a second with a passphrase."""
    return open_for_change(paths.keyring, secret).keys


def open_archive(paths: StatePaths, keys: VaultKeys, clock: Clock) -> Archive:
    """The archive, made at the first start. Errors of `crypto` and of the archive pass.

    StateError(`archive.lost`) when there is none but signed heads: a new one would be a second ledger of one name.

    An archive on a full disk is opened with the room kept in reserve: what is in it can be read, collecting waits.
    """
    mode = OpenMode.READ_WRITE if paths.archive.exists() else OpenMode.CREATE
    if mode is OpenMode.CREATE and HeadLog(paths.heads).last() is not None:
        raise StateError("archive.lost", ExitCode.VAULT, state=str(paths.root))
    settings = ArchiveSettings(reserve_bytes=reserve_for(paths.archive))

    def opened() -> Archive:
        return Archive.open(paths.archive, keys, clock=clock, heads=HeadLog(paths.heads), mode=mode, settings=settings)

    try:
        return opened()
    except (DiskFullError, ArchiveFullError):
        if mode is OpenMode.CREATE or not give_up_reserve(paths.archive):
            raise
    return opened()
