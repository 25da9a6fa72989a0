"""`shopwardend backup-drill DIR`: a restore for practice with a real key, ledgered when this machine has the state."""

import asyncio
import os
import tempfile
from argparse import Namespace
from pathlib import Path

import msgspec

from adb_bridge.clock import SystemClock
from crypto.database import OpenMode
from crypto.errors import CryptoError, WrongKeyError
from crypto.head_log import HeadLog
from crypto.vault_keys import VaultKeys

from ..api.backups import DrillReport
from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..archive.archive import Archive
from ..backup.drill import Drilled, drill
from ..backup.keys import OpenKeys
from ..backup.views import drill_view
from ..backup.work import BackupWorker, DrillOrder
from ..config import load_config
from ..errors import StateLockedError
from ..paths import StatePaths, config_file, state_paths
from ..state_lock import StateLock
from .backup_support import actor, megabytes, opening_by, told_progress
from .narration import emit, emit_text, say


class DrillAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    items: list[DrillReport]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK, or the exit code of what is wrong with the backup."""
    paths = state_paths(options.state, os.environ)
    file = config_file(options.config, os.environ, paths)
    config = load_config(file)
    open_keys = opening_by(options, config, file, texts)
    order = DrillOrder(
        folder=options.folder.expanduser().absolute(),
        temporary=_temporary(options, paths),
        snapshot=options.snapshot,
    )
    drilled, size_now = _do(paths, order, open_keys, texts)
    report = drill_view(drilled, ledger_size_now=size_now, is_key_tried=True)
    if options.jsonl:
        emit(report)
    elif options.json:
        emit(DrillAnswer(items=[report]))
    else:
        emit_text(
            texts.get(
                "backup.drilled",
                snapshot=report.snapshot,
                size=megabytes(report.size_bytes),
                records=report.records_checked,
                events=report.events,
                newer=report.newer_entries,
                seconds=f"{report.took_s:.1f}",
            )
        )
    if report.waiting_batches:
        say(texts.get("backup.waiting", count=report.waiting_batches))
    if report.dropped_batches:
        say(texts.get("backup.waiting_dropped", count=report.dropped_batches))
    return ExitCode.OK


def _do(paths: StatePaths, order: DrillOrder, open_keys: OpenKeys, texts: Texts) -> tuple[Drilled, int]:
    """The drill and the live ledger's size, 0 when there is none here. In the ledger when nobody else has the state."""
    progress, clock = told_progress(texts), SystemClock()
    lock = StateLock(paths.lock)
    is_ours = paths.keyring.exists() and paths.archive.exists()
    if is_ours:
        try:
            lock.acquire()
        except StateLockedError:
            is_ours = False
    try:
        keys = _keys_of(paths, open_keys) if is_ours else None
        if keys is None:
            drilled = asyncio.run(drill(order.folder, order.temporary, order.snapshot, open_keys, progress, clock))
            say(texts.get("backup.not_ledgered"))
            return drilled, 0

        async def work(keys: VaultKeys) -> tuple[Drilled, int]:
            archive = Archive.open(
                paths.archive, keys, clock=clock, heads=HeadLog(paths.heads), mode=OpenMode.READ_WRITE
            )
            worker = BackupWorker(paths, keys, archive, clock)
            try:
                size = archive.ledger_size
                return await worker.drill(order, open_keys, actor(), progress), size
            finally:
                await archive.close()
                worker.close()

        return asyncio.run(work(keys))
    finally:
        lock.release()


def _keys_of(paths: StatePaths, open_keys: OpenKeys) -> VaultKeys | None:
    """None when this machine's state is another store's, or damaged: the drill is of the backup alone."""
    try:
        return open_keys(paths.keyring)
    except WrongKeyError:
        return None
    except CryptoError:
        return None


def _temporary(options: Namespace, paths: StatePaths) -> Path:
    if options.temporary is not None:
        temporary: Path = options.temporary
        return temporary.expanduser().absolute()
    return paths.root if paths.keyring.exists() else Path(tempfile.gettempdir())
