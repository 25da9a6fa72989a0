"""A snapshot put together in a stage and looked at: what restore and drill share.

Nothing is written before the key opens, the manifest is ours and every piece is whole.
"""

from dataclasses import dataclass
from pathlib import Path

from adb_bridge.clock import Clock
from crypto.backup_keys import BackupKeys
from crypto.checkpoints import read_head
from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.vault_keys import VaultKeys

from ..api.exit_codes import ExitCode
from ..archive.archive import Archive
from ..archive.errors import MigrationNeededError
from ..archive.forgetting import ErasedEntry
from ..archive.records import Counts, VerifyResult
from ..archive.schema import SCHEMA_VERSION
from .checking import Checker
from .errors import BackupError, PlaceError
from .keys import OpenKeys, backup_keys_of
from .manifest import ARCHIVE, HEADS, Manifest
from .orphans import remove_doomed
from .place import Place, Snapshots
from .progress import Progress, Stage
from .sealed_files import missing_files
from .staging import KEYS, StateWriter, put_keys
from .waiting import drop_waiting, waiting_batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A stage with everything of a snapshot."""

    stage: Path
    manifest: Manifest
    snapshots: Snapshots
    keys: VaultKeys
    backup_keys: BackupKeys
    erased: tuple[ErasedEntry, ...]
    """What must not come back."""
    is_deleted_since: bool
    """Whether records or keys may have been deleted after the snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What the archive in a stage says of itself."""

    verified: VerifyResult
    counts: Counts
    forgotten: int
    """Events of the snapshot that were deleted since, and are deleted here too."""
    waiting_batches: int
    """Collected while the vault was closed, to be merged at the next start."""
    dropped_batches: int
    """Such that were not brought back, because something was deleted since and may be in them."""
    missing_files: int
    """Sealed files that records name and the snapshot does not have."""


def rebuild(place: Place, stage: Path, snapshot: int | None, open_keys: OpenKeys, progress: Progress) -> Rebuilt:
    """Check everything of `snapshot` (None: the newest), then put it into `stage`. Blocks: call it in a thread.

    Errors of opening the key; PlaceError(`no_snapshot`, `snapshot_unknown`, `newer`, `keys_old`,
    `erased_damaged`), DamagedError,
    MigrationNeededError for an archive of a newer program; DiskFullError, StorageError, PlaceFailedError, StoppedError.
    """
    progress.begin(Stage.PREPARING)
    copy = place.keys_copy()
    put_keys(stage, copy)
    keys = open_keys(stage / KEYS)
    if any(key.is_damaged for key in keys.list()):
        raise PlaceError("keys_damaged", place.folder, exit_code=ExitCode.INTEGRITY)  # not to be taken for destroyed
    backup_keys = backup_keys_of(keys)
    snapshots = place.snapshots(backup_keys)
    manifest = _chosen(place, snapshots, snapshot, backup_keys, progress)
    if manifest.schema_version > SCHEMA_VERSION:
        raise MigrationNeededError(found=manifest.schema_version, known=SCHEMA_VERSION)
    if copy.generation < manifest.keys_generation:
        raise PlaceError("keys_old", place.folder, exit_code=ExitCode.INTEGRITY)
    erased = place.erased(backup_keys)
    if len(erased) < snapshots.whole[-1].erased:
        raise PlaceError("erased_damaged", place.folder, exit_code=ExitCode.INTEGRITY)  # an older copy of the list
    Checker(place, backup_keys).require_whole(manifest, snapshots, progress)
    StateWriter(stage, place.pieces(backup_keys), backup_keys).write(manifest, progress)
    HeadLog(stage / HEADS).append(read_head(manifest.head))  # so that `verify` compares the ledger with it
    return Rebuilt(
        stage=stage,
        manifest=manifest,
        snapshots=snapshots,
        keys=keys,
        backup_keys=backup_keys,
        erased=erased,
        is_deleted_since=copy.generation > manifest.keys_generation or len(erased) > manifest.erased,
    )


def open_rebuilt(rebuilt: Rebuilt, clock: Clock) -> Archive:
    """The archive in a stage, brought to this program's schema. Errors of `Archive.open`."""
    return Archive.open(
        rebuilt.stage / ARCHIVE,
        rebuilt.keys,
        clock=clock,
        heads=HeadLog(rebuilt.stage / HEADS),
        mode=OpenMode.READ_WRITE,
    )


async def examine(archive: Archive, rebuilt: Rebuilt, actor: str, progress: Progress, clock: Clock) -> Examined:
    """Delete what was deleted since, then verify all. BackupError(`backup.not_verified`)."""
    manifest = rebuilt.manifest
    progress.begin(Stage.VERIFYING)
    await archive.backups.sign_head()  # the manifest's was signed beside the archive, which has to list it as well
    sound = tuple(key.key_no for key in rebuilt.keys.list())
    forgotten = await archive.backups.forget_again(sound, rebuilt.erased, actor)
    if forgotten:
        await archive.deletions.merge_index()
        await remove_doomed(archive, rebuilt.stage / "media", rebuilt.keys)
    verified = await archive.verify(None, progress.at)
    if verified.problem is not None or archive.ledger_size < manifest.ledger_size:
        problem = "rolled_back" if verified.problem is None else verified.problem.value
        raise BackupError("backup.not_verified", ExitCode.INTEGRITY, snapshot=manifest.number, problem=problem)
    waiting = waiting_batches(rebuilt.stage)
    is_dropped = waiting > 0 and (rebuilt.is_deleted_since or forgotten > 0)
    if is_dropped:
        drop_waiting(rebuilt.stage)
    return Examined(
        verified=verified,
        counts=await archive.counts(),
        forgotten=forgotten,
        waiting_batches=0 if is_dropped else waiting,
        dropped_batches=waiting if is_dropped else 0,
        missing_files=await missing_files(archive, rebuilt.stage / "media", rebuilt.keys, clock),
    )


def _chosen(place: Place, snapshots: Snapshots, wanted: int | None, keys: BackupKeys, progress: Progress) -> Manifest:
    if wanted is None:
        newest_damaged = max(snapshots.damaged, default=0)
        if snapshots.newest is None and not snapshots.damaged:
            raise PlaceError("no_snapshot", place.folder, exit_code=ExitCode.NOT_FOUND)
        if snapshots.newest is None or newest_damaged > snapshots.newest.number:
            raise _manifest_damaged(place, snapshots, newest_damaged, keys, progress)
        return snapshots.newest
    if wanted in snapshots.damaged:
        raise _manifest_damaged(place, snapshots, wanted, keys, progress)
    found = next((one for one in snapshots.whole if one.number == wanted), None)
    if found is None:
        raise PlaceError("snapshot_unknown", place.folder, exit_code=ExitCode.NOT_FOUND, snapshot=wanted)
    return found


def _manifest_damaged(
    place: Place, snapshots: Snapshots, number: int, keys: BackupKeys, progress: Progress
) -> BackupError:
    whole = Checker(place, keys).newest_whole(snapshots, progress, without=number)
    code = "backup.manifest_damaged" if whole is not None else "backup.all_damaged"
    return BackupError(code, ExitCode.INTEGRITY, snapshot=number, whole=whole or 0, count=1, reason="manifest")
