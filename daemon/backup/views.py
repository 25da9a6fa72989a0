"""Results as the wire and `--json` have them."""

from ..api.backups import BackupRecord, BackupReport, DrillReport, SnapshotLine
from ..archive.backups import ArchivedBackup, BackupWork
from .drill import Drilled
from .maker import BackupMade
from .manifest import Manifest
from .place import Snapshots

WHAT = {BackupWork.MADE: "backup", BackupWork.DRILLED: "drill", BackupWork.RESTORED: "restore"}


def backup_view(made: BackupMade) -> BackupReport:
    """Of a backup that was made."""
    return BackupReport(
        place_id=made.place_id,
        snapshot=made.snapshot,
        made_at=made.made_at,
        schema_version=made.schema_version,
        ledger_size=made.ledger_size,
        root_sha256=made.root.hex(),
        files=made.files,
        size_bytes=made.size_bytes,
        new_pieces=made.new_pieces,
        new_bytes=made.new_bytes,
        removed_snapshots=made.removed,
        damaged_snapshots=made.damaged,
        freed_bytes=made.freed_bytes,
        is_same_disk=made.is_same_disk,
        took_s=round(made.took_s, 3),
        waiting_batches=made.waiting_batches,
        missing_files=made.missing_files,
    )


def drill_view(drilled: Drilled, *, ledger_size_now: int, is_key_tried: bool) -> DrillReport:
    """Of a drill that went well. `ledger_size_now`: of the live archive; 0 when there is none."""
    return DrillReport(
        place_id=drilled.place_id,
        snapshot=drilled.snapshot,
        made_at=drilled.made_at,
        schema_version=drilled.schema_version,
        ledger_size=drilled.ledger_size,
        root_sha256=drilled.root.hex(),
        newer_entries=max(0, ledger_size_now - drilled.ledger_size),
        records_checked=drilled.examined.verified.records_checked,
        heads_checked=drilled.examined.verified.heads_checked,
        events=drilled.examined.counts.events,
        files=drilled.files,
        size_bytes=drilled.size_bytes,
        waiting_batches=drilled.examined.waiting_batches,
        dropped_batches=drilled.examined.dropped_batches,
        took_s=round(drilled.took_s, 3),
        is_key_tried=is_key_tried,
    )


def snapshot_views(snapshots: Snapshots) -> tuple[SnapshotLine, ...]:
    """Oldest first."""
    damaged = [SnapshotLine(snapshot=number, is_damaged=True) for number in snapshots.damaged]
    return tuple(sorted((*map(_snapshot, snapshots.whole), *damaged), key=lambda line: line.snapshot))


def record_view(kept: ArchivedBackup) -> BackupRecord:
    """Of a ledgered one."""
    draft = kept.draft
    return BackupRecord(
        ledger_index=kept.ledger_index,
        at=kept.at,
        what=WHAT[draft.what],
        actor=draft.actor,
        place_id=draft.place_id,
        snapshot=draft.snapshot,
        ledger_size=draft.ledger_size,
        root_sha256=draft.root.hex(),
        known_size=draft.known_size,
        size_bytes=draft.size_bytes,
        new_bytes=draft.new_bytes,
        took_s=draft.took_ms / 1000,
        problem=draft.problem,
    )


def _snapshot(manifest: Manifest) -> SnapshotLine:
    return SnapshotLine(
        snapshot=manifest.number,
        is_damaged=False,
        made_at=manifest.made_at,
        program=manifest.program,
        schema_version=manifest.schema_version,
        ledger_size=manifest.ledger_size,
        root_sha256=manifest.root,
        files=len(manifest.files),
        size_bytes=manifest.size_bytes,
        keys_generation=manifest.keys_generation,
    )
