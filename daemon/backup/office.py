"""What the running daemon has of backups: the jobs, the schedule, the line of `doctor`."""

from dataclasses import dataclass

from adb_bridge.clock import Clock
from crypto.vault_keys import VaultKeys

from ..archive.archive import Archive
from ..bus import Bus, HealthChanged
from ..config import BackupSection
from ..paths import StatePaths
from .jobs import BackupJobs
from .rounds import BackupRounds
from .work import BackupWorker


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """One per daemon."""

    jobs: BackupJobs
    rounds: BackupRounds


def open_backups(
    *, archive: Archive, keys: VaultKeys, paths: StatePaths, section: BackupSection, clock: Clock, bus: Bus
) -> Backups:
    """Nothing runs yet."""
    worker = BackupWorker(paths, keys, archive, clock)
    jobs = BackupJobs(worker, clock, on_end=lambda: bus.publish(HealthChanged()))
    return Backups(jobs=jobs, rounds=BackupRounds(archive=archive, jobs=jobs, section=section, clock=clock))
