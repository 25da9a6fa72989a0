"""Backups and drills of the running daemon: one at a time, asked for or by the schedule."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adb_bridge.clock import Clock

from ..api.exit_codes import ExitCode
from ..logs import log_for
from ..refusals import Refusal, refusal_of
from .drill import Drilled
from .errors import BackupError
from .keys import OpenKeys
from .maker import BackupMade, BackupOrder
from .progress import Progress
from .work import BackupWorker, DrillOrder

BACKUP: Final = "backup"
DRILL: Final = "drill"
_KEPT: Final = 20


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One."""

    job_id: str
    what: str
    progress: Progress = field(default_factory=Progress)
    result: BackupMade | Drilled | None = None
    problem: Refusal | None = None
    task: asyncio.Task[None] | None = None

    @property
    def is_done(self) -> bool:
        """Whether it ended, well or not."""
        return self.result is not None or self.problem is not None


class BackupJobs:
    """One per daemon."""

    def __init__(self, worker: BackupWorker, clock: Clock, *, on_end: Callable[[], None]) -> None:
        """`on_end` is called after each job."""
        self._worker = worker
        self._clock = clock
        self._on_end = on_end
        self._jobs: dict[str, Job] = {}
        self._log = log_for("backup")
        self.failed_at: datetime | None = None
        """When the last backup failed; None: it did not, or there was none since the start."""
        self.failure: Refusal | None = None

    def back_up(self, order: BackupOrder, actor: str) -> Job:
        """Begin a backup. BackupError(`backup.running`)."""
        job = self._new(BACKUP)

        async def work() -> BackupMade:
            return await self._worker.back_up(order, actor, job.progress)

        return self._begin(job, work)

    def drill(self, order: DrillOrder, open_keys: OpenKeys, actor: str) -> Job:
        """Begin a drill. BackupError(`backup.running`)."""
        job = self._new(DRILL)

        async def work() -> Drilled:
            return await self._worker.drill(order, open_keys, actor, job.progress)

        return self._begin(job, work)

    def find(self, job_id: str) -> Job | None:
        """One of the last; None when there is none."""
        return self._jobs.get(job_id)

    async def wait(self, job: Job) -> None:
        """Until it ended."""
        if job.task is not None:
            await asyncio.wait([job.task])

    async def close(self) -> None:
        """Stop what runs and wait for it. What was copied is used by the next backup."""
        for job in self._jobs.values():
            if job.task is not None and not job.task.done():
                job.progress.stop()
                await asyncio.wait([job.task])
        self._worker.close()

    def _new(self, what: str) -> Job:
        if any(not job.is_done for job in self._jobs.values()):
            raise BackupError("backup.running", ExitCode.USAGE)
        return Job(job_id=f"bk_{secrets.token_hex(8)}", what=what)

    def _begin(self, job: Job, work: Callable[[], Awaitable[BackupMade | Drilled]]) -> Job:
        for old in list(self._jobs)[: max(0, len(self._jobs) + 1 - _KEPT)]:
            del self._jobs[old]
        self._jobs[job.job_id] = job
        job.task = asyncio.create_task(self._run(job, work), name=job.what)
        return job

    async def _run(self, job: Job, work: Callable[[], Awaitable[BackupMade | Drilled]]) -> None:
        try:
            job.result = await work()
            self._log.info(f"{job.what}.done")
        except Exception as error:  # noqa: BLE001  a fault of ours in here must not end the daemon
            job.problem = refusal_of(error) or Refusal(
                code="backup.failed", exit_code=ExitCode.VAULT, values={"problem": type(error).__name__}
            )
            self._log.warning(f"{job.what}.failed", code=job.problem.code)
        if job.what == BACKUP and (job.problem is None or job.problem.code != "backup.stopped"):
            self.failure = job.problem
            self.failed_at = None if job.problem is None else self._clock.now()
        self._on_end()
