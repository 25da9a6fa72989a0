"""`shopwardend restore DIR`: a new state directory out of a backup, on any machine, with any way into the keys."""

import asyncio
import os
from argparse import Namespace
from datetime import datetime

import msgspec

from adb_bridge.clock import SystemClock

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..backup.restoring import Restored, RestoreOrder, restore
from ..config import load_config
from ..paths import state_paths
from .backup_support import actor, megabytes, opening_by, told_progress
from .narration import emit, emit_text, say


class RestoreReport(msgspec.Struct, frozen=True, kw_only=True):
    """A state that was made."""

    state: str
    snapshot: int
    made_at: datetime
    program: str
    schema_version: int
    ledger_size: int
    root_sha256: str
    known_size: int
    missing_entries: int
    """Ledger entries that are known to have been and are not in the snapshot."""
    newer_snapshot: int | None
    records_checked: int
    heads_checked: int
    events: int
    forgotten: int
    """Of the snapshot, deleted since and here too."""
    waiting_batches: int
    """Collected while the vault was closed; merged at the next start."""
    dropped_batches: int
    """Such that were left out, because something was deleted since and may be in them."""
    missing_files: int
    """Sealed files that records name and the snapshot does not have."""
    files: int
    size_bytes: int
    took_s: float


class RestoreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    items: list[RestoreReport]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK, also when newer entries are known elsewhere: that is told and ledgered."""
    paths = state_paths(options.state, os.environ)
    file = options.config.expanduser().absolute() if options.config is not None else None
    order = RestoreOrder(
        folder=options.folder.expanduser().absolute(),
        state=paths.root.expanduser().absolute(),
        actor=actor(),
        snapshot=options.snapshot,
        other_heads=tuple(path.expanduser().absolute() for path in options.heads),
    )
    open_keys = opening_by(options, load_config(file), file, texts)
    restored = asyncio.run(restore(order, open_keys, told_progress(texts), SystemClock()))
    report = _report(restored)
    if options.jsonl:
        emit(report)
    elif options.json:
        emit(RestoreAnswer(items=[report]))
    else:
        emit_text(
            texts.get(
                "backup.restored",
                state=report.state,
                snapshot=report.snapshot,
                made_at=report.made_at.isoformat(timespec="seconds"),
                size=megabytes(report.size_bytes),
                records=report.records_checked,
                events=report.events,
                seconds=f"{report.took_s:.1f}",
            )
        )
    if report.forgotten:
        say(texts.get("backup.forgotten_again", count=report.forgotten))
    if report.waiting_batches:
        say(texts.get("backup.waiting_back", count=report.waiting_batches))
    if report.dropped_batches:
        say(texts.get("backup.waiting_dropped", count=report.dropped_batches))
    if report.missing_files:
        say(texts.get("backup.files_missing", count=report.missing_files))
        say(f"{texts.get('cli.hint')} {texts.get('backup.files_missing_hint')}")
    if report.missing_entries:
        say(texts.get("backup.older_than_known", count=report.missing_entries, ledger=report.ledger_size))
    if report.newer_snapshot is not None:
        say(texts.get("backup.newer_there", snapshot=report.newer_snapshot))
    say(texts.get("backup.restored_next", state=report.state))
    if not restored.has_config:
        say(texts.get("backup.restored_no_config"))
    return ExitCode.OK


def _report(restored: Restored) -> RestoreReport:
    return RestoreReport(
        state=str(restored.state),
        snapshot=restored.snapshot,
        made_at=restored.made_at,
        program=restored.program,
        schema_version=restored.schema_version,
        ledger_size=restored.ledger_size,
        root_sha256=restored.root.hex(),
        known_size=restored.known_size,
        missing_entries=restored.known_size - restored.ledger_size,
        newer_snapshot=restored.newer_snapshot,
        records_checked=restored.examined.verified.records_checked,
        heads_checked=restored.examined.verified.heads_checked,
        events=restored.examined.counts.events,
        forgotten=restored.examined.forgotten,
        waiting_batches=restored.examined.waiting_batches,
        dropped_batches=restored.examined.dropped_batches,
        missing_files=restored.examined.missing_files,
        files=restored.files,
        size_bytes=restored.size_bytes,
        took_s=round(restored.took_s, 3),
    )
