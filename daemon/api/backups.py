"""Wire types of backups and drills. Folders are of the daemon's machine."""

from datetime import datetime
from typing import Annotated

import msgspec

from .wire_base import Wire

Folder = Annotated[str, msgspec.Meta(min_length=1, max_length=4096, pattern=r"^/[^\x00]*$")]
"""An absolute path."""
SnapshotNumber = Annotated[int, msgspec.Meta(ge=1, le=2**31)]


class BackupRequest(Wire, frozen=True, kw_only=True):
    """Make a backup in a folder."""

    folder: Folder
    keep: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | None = None
    """Snapshots that stay; None: as configured."""
    must_exist: bool = False
    """Only when there are backups of this store already: an unmounted medium is not filled."""
    is_recheck: bool = False
    """Read all that is there already and write damaged pieces anew."""


class DrillRequest(Wire, frozen=True, kw_only=True):
    """Restore a snapshot for practice."""

    folder: Folder
    snapshot: SnapshotNumber | None = None
    """None: the newest."""


class SnapshotsRequest(Wire, frozen=True, kw_only=True):
    """Ask what is in a folder."""

    folder: Folder


class BackupReport(Wire, frozen=True, kw_only=True):
    """A backup that was made."""

    place_id: str
    """Of the medium."""
    snapshot: int
    made_at: datetime
    schema_version: int
    ledger_size: int
    root_sha256: str
    files: int
    size_bytes: int
    new_pieces: int
    new_bytes: int
    """Written by this run."""
    removed_snapshots: tuple[int, ...]
    damaged_snapshots: tuple[int, ...]
    freed_bytes: int
    is_same_disk: bool
    """The backup lies on the archive's own disk."""
    took_s: float
    waiting_batches: int
    """Collected while the vault was closed and not merged yet; copied as they are."""
    missing_files: int
    """Sealed files that records name and that are nowhere: not in the backup either."""


class DrillReport(Wire, frozen=True, kw_only=True):
    """A drill that went well."""

    place_id: str
    snapshot: int
    made_at: datetime
    schema_version: int
    ledger_size: int
    root_sha256: str
    newer_entries: int
    """That the archive has now and the snapshot has not."""
    records_checked: int
    heads_checked: int
    events: int
    files: int
    size_bytes: int
    waiting_batches: int
    """Collected while the vault was closed and not merged when the snapshot was made."""
    dropped_batches: int
    """Such that a restore would leave out, because something was deleted since and may be in them."""
    took_s: float
    is_key_tried: bool
    """False: the copy's keys were opened by the key in memory; a passphrase or share was not tried."""


class JobProblem(Wire, frozen=True, kw_only=True):
    """Why a job failed."""

    code: str
    message: str
    hint: str
    exit_code: int


class BackupJob(Wire, frozen=True, kw_only=True):
    """A backup or drill that runs or ran."""

    job_id: str
    what: str
    """`backup` or `drill`."""
    stage: str
    """A word of `backup.stage.<word>` in the catalogs."""
    done: int
    of: int
    """Bytes, when verifying entries; 0 while not known."""
    is_done: bool
    made: BackupReport | None = None
    drilled: DrillReport | None = None
    problem: JobProblem | None = None


class SnapshotLine(Wire, frozen=True, kw_only=True):
    """A snapshot in a folder."""

    snapshot: int
    is_damaged: bool
    """Its manifest cannot be used; the rest is unknown then. Pieces are looked at by drill and restore."""
    made_at: datetime | None = None
    program: str | None = None
    schema_version: int | None = None
    ledger_size: int | None = None
    root_sha256: str | None = None
    files: int | None = None
    size_bytes: int | None = None
    keys_generation: int | None = None
    """Of the keyring when it was made; an older root cannot open a later one."""


class BackupRecord(Wire, frozen=True, kw_only=True):
    """A backup, drill or restore as the ledger has it."""

    ledger_index: int
    at: datetime
    what: str
    """`backup`, `drill` or `restore`."""
    actor: str
    place_id: str
    snapshot: int
    ledger_size: int
    root_sha256: str
    known_size: int
    size_bytes: int
    new_bytes: int
    took_s: float
    problem: str | None = None
