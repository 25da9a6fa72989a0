"""Backups by themselves: every so many hours to the configured folder, and what `doctor` says of all backups.

The age of a backup is counted from its entry in the ledger, so that a restart does not begin anew. A failed one is
tried again after a while, and at once when the medium comes back.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from adb_bridge.clock import Clock

from ..api.texts import Texts
from ..api.wire import HealthCheck
from ..archive.archive import Archive
from ..archive.backups import LastBackups
from ..audit import DAEMON_ACTOR
from ..config import BackupSection
from ..health_check import Status, check
from ..refusals import told
from ..supervise import Supervision
from .errors import BackupError
from .jobs import BackupJobs
from .maker import BackupOrder
from .place import MARKER, Existence

_LOOK_S: Final = 60.0
_AGAIN_AFTER: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRounds:
    """One per daemon."""

    archive: Archive
    jobs: BackupJobs
    section: BackupSection
    clock: Clock

    async def run(self, supervision: Supervision) -> None:
        """For ever."""
        folder = self.section.folder
        if folder is None:
            await asyncio.Event().wait()
            return
        while True:
            if await self.is_due(folder):
                await self._back_up(folder)
            supervision.well()
            await asyncio.sleep(_LOOK_S)

    async def is_due(self, folder: Path) -> bool:
        """Whether a backup should be tried now."""
        now = self.clock.now()
        failed_at = self.jobs.failed_at
        if failed_at is not None and abs(now - failed_at) < _AGAIN_AFTER and not self._is_back(folder):
            return False
        last = (await self.archive.backups.last()).made
        # A clock that went back must not put backups off until it has caught up.
        return last is None or not timedelta() <= now - last.at < timedelta(hours=self.section.every_hours)

    async def _back_up(self, folder: Path) -> None:
        order = BackupOrder(folder=folder, keep=self.section.keep, existence=Existence.REQUIRED)
        try:
            job = self.jobs.back_up(order, DAEMON_ACTOR)
        except BackupError:
            return  # one runs already
        await self.jobs.wait(job)

    def _is_back(self, folder: Path) -> bool:
        """The last failure was a missing medium, and it is there now."""
        failure = self.jobs.failure
        is_missing = failure is not None and failure.code in {"backup.dir_missing", "backup.not_mounted"}
        return is_missing and (folder / MARKER).is_file()

    async def check(self, texts: Texts) -> HealthCheck:
        """The line of `doctor`."""
        return backup_check(texts, self.section, await self.archive.backups.last(), self.jobs, self.clock.now())


def backup_check(
    texts: Texts, section: BackupSection, last: LastBackups, jobs: BackupJobs, now: datetime
) -> HealthCheck:
    """How old the last backup and the last drill are, and what is wrong."""
    if last.made is None:
        detail = texts.get("health.backup_never")
        return check("backup", Status.WARN, detail, texts.get("health.advice.backup_never"))
    detail = texts.get("health.backup_last", hours=_hours(now - last.made.at), snapshot=last.made.draft.snapshot)
    drill = texts.get("health.drill_never")
    if last.drilled is not None:
        key = "health.drill_last" if last.drilled.draft.problem is None else "health.drill_failed"
        drill = texts.get(key, days=(now - last.drilled.at) // _DAY)
    detail = f"{detail} {drill}"
    if last.drilled is not None and last.drilled.draft.problem is not None:
        return check("backup", Status.WARN, detail, texts.get("health.advice.drill_failed"))
    if now - last.made.at >= timedelta(days=section.warn_days):
        advice = texts.get("health.advice.backup_old")
        if jobs.failure is not None:
            advice = texts.get("health.advice.backup_failed", problem=told(jobs.failure, texts)[0])
        return check("backup", Status.WARN, detail, advice)
    if last.drilled is None or now - last.drilled.at >= timedelta(days=section.drill_days):
        advice = texts.get("health.advice.drill")
        is_due = now - (last.made.at if last.drilled is None else last.drilled.at) >= timedelta(days=section.drill_days)
        return check("backup", Status.WARN if is_due else Status.OK, detail, advice if is_due else None)
    return check("backup", Status.OK, detail)


def _hours(age: timedelta) -> int:
    return max(0, round(age / timedelta(hours=1)))
