"""Why a backup, a restore or a drill is refused. Codes find their texts in `daemon/api/catalog/backup.toml`."""

from pathlib import Path

from ..api.exit_codes import ExitCode
from ..errors import DaemonError


class BackupError(DaemonError):
    """Root. Values name folders, numbers and counts, never content."""


class PlaceError(BackupError):
    """The folder is not one that can be used for this."""

    def __init__(self, code: str, folder: Path, *, exit_code: ExitCode = ExitCode.USAGE, **values: str | int) -> None:
        super().__init__(f"backup.{code}", exit_code, path=str(folder), **values)


class PlaceFullError(BackupError):
    """No room on the backup's medium. What was there before is whole."""

    def __init__(self, folder: Path) -> None:
        super().__init__("backup.disk_full", ExitCode.VAULT, path=str(folder))


class PlaceFailedError(BackupError):
    """The backup's medium cannot be read or written, or was taken out."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__("backup.medium_failed", ExitCode.VAULT, path=str(folder), problem=problem)


class DamagedError(BackupError):
    """A snapshot cannot be used; `whole` names the newest one that can."""

    def __init__(self, *, snapshot: int, reason: str, count: int, whole: int | None) -> None:
        code = "backup.damaged" if whole is not None else "backup.all_damaged"
        super().__init__(code, ExitCode.INTEGRITY, snapshot=snapshot, reason=reason, count=count, whole=whole or 0)
        self.reason = reason
        self.whole = whole


class StoppedError(BackupError):
    """Somebody asked to stop; what was copied is used by the next run."""

    def __init__(self) -> None:
        super().__init__("backup.stopped", ExitCode.PARTIAL)
