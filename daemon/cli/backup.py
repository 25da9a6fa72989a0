"""`shopwardend backup DIR`: a backup while no daemon runs."""

import asyncio
from argparse import Namespace

import msgspec

from adb_bridge.clock import SystemClock
from crypto.database import OpenMode
from crypto.head_log import HeadLog

from ..api.backups import BackupReport
from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..archive.archive import Archive
from ..backup.maker import BackupMade, BackupOrder
from ..backup.pieces import Recheck
from ..backup.place import Existence
from ..backup.views import backup_view
from ..backup.work import BackupWorker
from .backup_support import actor, megabytes, told_progress
from .narration import emit, emit_text, say
from .stopped import stopped_vault


class BackupAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    items: list[BackupReport]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK; PARTIAL when older snapshots are damaged."""
    with stopped_vault(options, texts) as vault:
        order = BackupOrder(
            folder=options.folder.expanduser().absolute(),
            keep=options.keep or vault.config.backup.keep,
            existence=Existence.REQUIRED if options.existing else Existence.MAY_BE_NEW,
            recheck=Recheck.CONTENT if options.recheck else Recheck.SIZES,
        )
        paths, keys, clock = vault.paths, vault.keys, SystemClock()
        archive = Archive.open(paths.archive, keys, clock=clock, heads=HeadLog(paths.heads), mode=OpenMode.READ_WRITE)

        async def work() -> BackupMade:
            worker = BackupWorker(paths, keys, archive, clock)
            try:
                return await worker.back_up(order, actor(), told_progress(texts))
            finally:
                await archive.close()
                worker.close()

        made = asyncio.run(work())
    report = backup_view(made)
    if options.jsonl:
        emit(report)
    elif options.json:
        emit(BackupAnswer(items=[report]))
    else:
        tell_backup(report, texts)
    if made.waiting_batches:
        say(texts.get("backup.waiting", count=made.waiting_batches))
    if made.missing_files:
        say(texts.get("backup.files_missing", count=made.missing_files))
        say(f"{texts.get('cli.hint')} {texts.get('backup.files_missing_hint')}")
    if made.is_same_disk:
        say(texts.get("backup.same_disk"))
    for number in made.damaged:
        say(texts.get("backup.damaged_snapshot", snapshot=number))
    return ExitCode.PARTIAL if made.damaged else ExitCode.OK


def tell_backup(report: BackupReport, texts: Texts) -> None:
    """For people."""
    emit_text(
        texts.get(
            "backup.made",
            snapshot=report.snapshot,
            size=megabytes(report.size_bytes),
            new=megabytes(report.new_bytes),
            entries=report.ledger_size,
            seconds=f"{report.took_s:.1f}",
        )
    )
