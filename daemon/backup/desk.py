"""Backups over the API: began here, watched by their job, looked up in the ledger."""

import asyncio
from pathlib import Path

from crypto.errors import CryptoError
from crypto.vault_keys import VaultKeys

from ..api.backups import (
    BackupJob,
    BackupRecord,
    BackupRequest,
    DrillRequest,
    JobProblem,
    SnapshotLine,
)
from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..archive.archive import Archive
from ..audit import AuditTrail
from ..config import BackupSection
from ..errors import DaemonError
from ..paths import StatePaths
from ..refusals import Refusal, refusal_of, told
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, refusing
from .drill import Drilled
from .jobs import BackupJobs, Job
from .keys import backup_keys_of, with_open_root
from .maker import BackupMade, BackupOrder
from .pieces import Recheck
from .place import Existence, Snapshots, open_place
from .views import backup_view, drill_view, record_view, snapshot_views
from .work import DrillOrder

MOST_RECORDS = 1_000
_STATUS = {ExitCode.USAGE: 422, ExitCode.NOT_FOUND: 404, ExitCode.INTEGRITY: 409, ExitCode.MIGRATION: 409}


class BackupDesk:
    """Behind `/v1/backups`. Raises ServiceError only."""

    def __init__(
        self,
        *,
        jobs: BackupJobs,
        archive: Archive,
        audit: AuditTrail,
        keys: VaultKeys,
        paths: StatePaths,
        section: BackupSection,
        texts: dict[str, Texts],
    ) -> None:
        self._jobs = jobs
        self._archive = archive
        self._audit = audit
        self._keys = keys
        self._paths = paths
        self._section = section
        self._texts = texts

    async def start(self, caller: Caller, request: BackupRequest) -> BackupJob:
        """Begin a backup."""
        require(caller, Permission.BACKUP)
        order = BackupOrder(
            folder=Path(request.folder),
            keep=request.keep or self._section.keep,
            existence=Existence.REQUIRED if request.must_exist else Existence.MAY_BE_NEW,
            recheck=Recheck.CONTENT if request.is_recheck else Recheck.SIZES,
        )
        with refusing():
            await self._audit.write(caller, "backup.start", request.folder[:200])
        try:
            return self._view(caller, self._jobs.back_up(order, caller.name))
        except DaemonError as error:
            raise _refused(error) from None

    async def start_drill(self, caller: Caller, request: DrillRequest) -> BackupJob:
        """Begin a drill."""
        require(caller, Permission.BACKUP)
        order = DrillOrder(folder=Path(request.folder), temporary=self._paths.root, snapshot=request.snapshot)
        with refusing():
            await self._audit.write(caller, "backup.drill", request.folder[:200])
        try:
            return self._view(caller, self._jobs.drill(order, with_open_root(self._keys), caller.name))
        except DaemonError as error:
            raise _refused(error) from None

    async def job(self, caller: Caller, job_id: str) -> BackupJob:
        """How a job stands."""
        require(caller, Permission.BACKUP)
        return self._view(caller, self._found(job_id))

    async def stop(self, caller: Caller, job_id: str) -> None:
        """Ask a job to stop."""
        require(caller, Permission.BACKUP)
        job = self._found(job_id)
        with refusing():
            await self._audit.write(caller, "backup.stop", job_id)
        job.progress.stop()

    async def snapshots(self, caller: Caller, folder: str) -> tuple[SnapshotLine, ...]:
        """What is in a folder."""
        require(caller, Permission.BACKUP)

        def read() -> Snapshots:
            place = open_place(Path(folder))
            if place.store_id != self._keys.store_id:
                raise DaemonError("backup.other_store", ExitCode.USAGE, path=folder)
            return place.snapshots(backup_keys_of(self._keys))

        try:
            return snapshot_views(await asyncio.to_thread(read))
        except (DaemonError, CryptoError) as error:
            raise _refused(error) from None

    async def history(self, caller: Caller, limit: int) -> tuple[BackupRecord, ...]:
        """What the ledger has, newest first."""
        require(caller, Permission.BACKUPS_READ)
        with refusing():
            kept = await self._archive.backups.newest(min(limit, MOST_RECORDS))
        return tuple(map(record_view, kept))

    def _found(self, job_id: str) -> Job:
        job = self._jobs.find(job_id)
        if job is None:
            raise not_found("backup")
        return job

    def _view(self, caller: Caller, job: Job) -> BackupJob:
        standing = job.progress.standing
        made = drilled = None
        match job.result:
            case BackupMade() as result:
                made = backup_view(result)
            case Drilled() as result:
                drilled = drill_view(result, ledger_size_now=self._archive.ledger_size, is_key_tried=False)
            case None:
                pass
        return BackupJob(
            job_id=job.job_id,
            what=job.what,
            stage=standing.stage.value,
            done=standing.done,
            of=standing.of,
            is_done=job.is_done,
            made=made,
            drilled=drilled,
            problem=None if job.problem is None else problem_view(job.problem, self._texts[caller.language]),
        )


def problem_view(refusal: Refusal, texts: Texts) -> JobProblem:
    """A job's failure in words."""
    message, hint = told(refusal, texts)
    return JobProblem(code=refusal.code, message=message, hint=hint, exit_code=int(refusal.exit_code))


def _refused(error: DaemonError | CryptoError) -> ServiceError:
    refusal = refusal_of(error)
    assert refusal is not None
    status = _STATUS.get(refusal.exit_code, 503)
    return ServiceError(refusal.code, http_status=status, exit_code=refusal.exit_code, **refusal.values)
