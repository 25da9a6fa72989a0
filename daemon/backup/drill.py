"""A restore for practice: a snapshot put together in a temporary place, opened, verified, compared and removed."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adb_bridge.clock import Clock

from ..api.exit_codes import ExitCode
from ..archive.records import VerifyProblem
from .errors import BackupError
from .keys import OpenKeys
from .place import open_place
from .progress import Progress, Stage
from .rebuilding import Examined, Rebuilt, examine, open_rebuilt, rebuild
from .restoring import in_thread
from .staging import staged


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """A drill that went well."""

    place_id: str
    snapshot: int
    made_at: datetime
    schema_version: int
    ledger_size: int
    root: bytes
    examined: Examined
    files: int
    size_bytes: int
    took_s: float


async def drill(
    folder: Path, temporary: Path, snapshot: int | None, open_keys: OpenKeys, progress: Progress, clock: Clock
) -> Drilled:
    """Restore into a folder below `temporary`, look, remove. Raises as `restoring.restore`."""
    started_s = clock.monotonic()
    place = open_place(folder)
    with staged(temporary / "drill") as stage:
        rebuilt = await in_thread(lambda: rebuild(place, stage, snapshot, open_keys, progress), progress)
        archive = open_rebuilt(rebuilt, clock)
        try:
            examined = await examine(archive, rebuilt, "drill", progress, clock)
            _require_files(examined, rebuilt)
        finally:
            await archive.close()
    progress.begin(Stage.DONE)
    manifest = rebuilt.manifest
    return Drilled(
        place_id=manifest.place_id,
        snapshot=manifest.number,
        made_at=manifest.made_at,
        schema_version=manifest.schema_version,
        ledger_size=manifest.ledger_size,
        root=bytes.fromhex(manifest.root),
        examined=examined,
        files=len(manifest.files),
        size_bytes=manifest.size_bytes,
        took_s=clock.monotonic() - started_s,
    )


def _require_files(examined: Examined, rebuilt: Rebuilt) -> None:
    """A backup is as whole as the shop was: a recording that was missing there is missing here, and told."""
    if examined.missing_files:
        problem = VerifyProblem.FILE_MISSING.value
        number = rebuilt.manifest.number
        raise BackupError("backup.not_verified", ExitCode.INTEGRITY, snapshot=number, problem=problem)
