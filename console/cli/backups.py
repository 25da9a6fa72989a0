"""`backup`: made and drilled by the daemon, watched from here; without a daemon by its program on the files."""

import asyncio
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from daemon.api import backups_client
from daemon.api.backups import BackupJob, BackupReport, BackupRequest, DrillReport, DrillRequest
from daemon.api.client import ApiClient
from daemon.api.errors import ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.words import word_of

from .context import Context, UsageError
from .hand_over import run_daemon_program
from .output import Format
from .table import Cell
from .times import shown

_LOOK_S = 0.25
_TENTH = 10
_SNAPSHOT_COLUMNS = (
    "backup_snapshot",
    "at",
    "size_mb",
    "ledger_size",
    "backup_schema",
    "backup_keys",
    "backup_program",
)
_HISTORY_COLUMNS = ("at", "backup_what", "backup_snapshot", "actor", "size_mb", "ledger_size", "outcome")


class _Backup(msgspec.Struct):
    words: list[str]
    keep: int | None = None
    existing: bool = False
    recheck: bool = False
    snapshot: int | None = None
    limit: int = 50
    key_file: str | None = None
    passphrase_fd: str | None = None
    credential: str | None = None
    config: str | None = None


async def backup(context: Context) -> ExitCode:
    """By the first word: a backup, a drill, the snapshots of a folder, what the ledger has."""
    arguments = context.take(_Backup)
    match arguments.words:
        case ["drill", folder]:
            return await _drill(context, arguments, _absolute(folder))
        case ["list", folder]:
            return await _list(context, _absolute(folder))
        case ["history"]:
            return await _history(context, arguments.limit)
        case [folder] if folder not in {"drill", "list"}:
            return await _make(context, arguments, _absolute(folder))
        case _:
            raise UsageError("usage.backup_words")


async def _make(context: Context, arguments: _Backup, folder: str) -> ExitCode:
    request = BackupRequest(
        folder=folder, keep=arguments.keep, must_exist=arguments.existing, is_recheck=arguments.recheck
    )
    try:
        async with context.client() as client:
            job = await _watched(context, client, await backups_client.start_backup(client, request))
    except ApiUnreachableError as error:
        options = ["--keep", str(arguments.keep)] if arguments.keep is not None else []
        options += ["--existing"] if arguments.existing else []
        options += ["--recheck"] if arguments.recheck else []
        _without_daemon(context, arguments, error, ["backup", folder, *options])
    if job.made is None:
        return _failed(context, job)
    _tell_backup(context, job.made)
    return ExitCode.PARTIAL if job.made.damaged_snapshots else ExitCode.OK


async def _drill(context: Context, arguments: _Backup, folder: str) -> ExitCode:
    try:
        async with context.client() as client:
            request = DrillRequest(folder=folder, snapshot=arguments.snapshot)
            job = await _watched(context, client, await backups_client.start_drill(client, request))
    except ApiUnreachableError as error:
        options = ["--snapshot", str(arguments.snapshot)] if arguments.snapshot is not None else []
        _without_daemon(context, arguments, error, ["backup-drill", folder, *options])
    if job.drilled is None:
        return _failed(context, job)
    _tell_drill(context, job.drilled)
    return ExitCode.OK


async def _list(context: Context, folder: str) -> ExitCode:
    try:
        async with context.client() as client:
            lines = await backups_client.snapshots(client, folder)
    except ApiUnreachableError as error:
        if error.exit_code != ExitCode.UNREACHABLE:
            raise
        _list_openly(context, folder)
    if context.output.format is not Format.TABLE:
        context.output.items(lines)
    elif lines:
        rows = [
            [
                Cell(str(line.snapshot)),
                Cell(shown(line.made_at) if line.made_at is not None else context.texts.get("cli.backup.damaged"), ""),
                Cell(_megabytes(line.size_bytes)),
                Cell(str(line.ledger_size or "-")),
                Cell(str(line.schema_version or "-")),
                Cell(str(line.keys_generation or "-")),
                Cell(line.program or "-"),
            ]
            for line in lines
        ]
        context.output.table(_SNAPSHOT_COLUMNS, rows)
    if not lines:
        context.output.empty("empty.backup_snapshots")
    return ExitCode.PARTIAL if any(line.is_damaged for line in lines) else ExitCode.OK


async def _history(context: Context, limit: int) -> ExitCode:
    async with context.client() as client:
        records = await backups_client.history(client, min(limit, 1000))
    if context.output.format is not Format.TABLE:
        context.output.items(records)
    elif records:
        rows = [
            [
                Cell(shown(one.at)),
                Cell(context.word("backup", one.what)),
                Cell(str(one.snapshot or "-")),
                Cell(one.actor),
                Cell(_megabytes(one.size_bytes)),
                Cell(str(one.ledger_size)),
                Cell(_outcome(context, one.problem), "33" if one.problem else ""),
            ]
            for one in records
        ]
        context.output.table(_HISTORY_COLUMNS, rows)
    if not records:
        context.output.empty("empty.backup_history")
    return ExitCode.OK


def _outcome(context: Context, problem: str | None) -> str:
    return context.texts.get("cli.backup.ok") if problem is None else word_of(context.texts, "problem", problem)


async def _watched(context: Context, client: ApiClient, job: BackupJob) -> BackupJob:
    """Until it ends, each step told. Interrupting this asks the daemon to stop it."""
    told: tuple[str, int] | None = None
    try:
        while not job.is_done:
            tenth = _TENTH * job.done // job.of if job.of and sys.stderr.isatty() else 0
            if told != (job.stage, tenth) and job.stage != "done":
                told = (job.stage, tenth)
                stage = context.texts.get(f"backup.stage.{job.stage}")
                context.output.say("backup.progress", stage=stage, percent=_TENTH * tenth)
            await asyncio.sleep(_LOOK_S)
            job = await backups_client.job(client, job.job_id)
    except asyncio.CancelledError:
        await asyncio.shield(backups_client.stop_job(client, job.job_id))
        raise
    return job


def _failed(context: Context, job: BackupJob) -> ExitCode:
    problem = job.problem
    if problem is None:
        raise AssertionError("a job ends with a result or a problem")
    context.output.error(problem.message, problem.hint)
    try:
        return ExitCode(problem.exit_code)
    except ValueError:
        return ExitCode.VAULT


def _tell_backup(context: Context, report: BackupReport) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items([report])
    else:
        text = context.texts.get(
            "backup.made",
            snapshot=report.snapshot,
            size=_megabytes(report.size_bytes),
            new=_megabytes(report.new_bytes),
            entries=report.ledger_size,
            seconds=f"{report.took_s:.1f}",
        )
        context.output.line(text)
    if report.waiting_batches:
        _note(context, "waiting", count=report.waiting_batches)
    if report.missing_files:
        _note(context, "files_missing", count=report.missing_files)
        _note(context, "files_missing_hint")
    if report.is_same_disk:
        _note(context, "same_disk")
    for number in report.damaged_snapshots:
        _note(context, "damaged_snapshot", snapshot=number)


def _tell_drill(context: Context, report: DrillReport) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items([report])
    else:
        text = context.texts.get(
            "backup.drilled",
            snapshot=report.snapshot,
            size=_megabytes(report.size_bytes),
            records=report.records_checked,
            events=report.events,
            newer=report.newer_entries,
            seconds=f"{report.took_s:.1f}",
        )
        context.output.line(text)
    if report.waiting_batches:
        _note(context, "waiting", count=report.waiting_batches)
    if report.dropped_batches:
        _note(context, "waiting_dropped", count=report.dropped_batches)
    if not report.is_key_tried:
        _note(context, "key_not_tried")


def _note(context: Context, name: str, **values: int) -> None:
    context.output.say("backup.note", text=context.texts.get(f"backup.{name}", **values))


def _without_daemon(context: Context, arguments: _Backup, error: ApiUnreachableError, command: list[str]) -> None:
    """Become the daemon's program, which needs the key; when there is no state here, say that no daemon answers."""
    if error.exit_code != ExitCode.UNREACHABLE or context.shop or not (context.state / "keys.json").exists():
        raise error
    context.output.say("backup.offline")
    command += ["--state", str(context.state), "--lang", context.texts.language.value]
    if context.output.format is not Format.TABLE:
        command.append(f"--{context.output.format}")
    keys = {
        "--key-file": arguments.key_file,
        "--passphrase-fd": arguments.passphrase_fd,
        "--credential": arguments.credential,
        "--config": arguments.config,
    }
    for flag, value in keys.items():
        if value is not None:
            command += [flag, value]
    run_daemon_program(command, {})


def _list_openly(context: Context, folder: str) -> NoReturn:
    """By the daemon's program, which needs neither key nor state for it: this may be a bare machine."""
    command = ["backup-list", folder, "--lang", context.texts.language.value]
    if context.output.format is not Format.TABLE:
        command.append(f"--{context.output.format}")
    run_daemon_program(command, {})


def _absolute(folder: str) -> str:
    """The daemon has another current directory."""
    return str(Path(folder).expanduser().absolute())


def _megabytes(size_bytes: int | None) -> str:
    return "-" if size_bytes is None else f"{size_bytes / 1_000_000:.1f}"
