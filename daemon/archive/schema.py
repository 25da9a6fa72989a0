"""Bringing a database to this program's schema: numbered steps, each one transaction, a copy before the first."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Final

from crypto.database import Database
from crypto.merkle import Frontier

from .codes import to_micros
from .errors import ArchiveFullError, MigrationNeededError, NotAnArchiveError


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step. `number` is the schema version it leads to; numbers go up by one from 1."""

    number: int
    name: str
    script: str


def packaged_migrations() -> tuple[Migration, ...]:
    """The steps in `daemon/archive/migrations`, in order."""
    files = sorted(
        (file for file in resources.files("daemon.archive.migrations").iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return tuple(
        Migration(number=int(file.name[:4]), name=file.name.removesuffix(".sql"), script=file.read_text("utf-8"))
        for file in files
    )


_NOTHING: Final[Mapping[int, Callable[[], None]]] = {}
MIGRATIONS: Final = packaged_migrations()
SCHEMA_VERSION: Final = MIGRATIONS[-1].number


def schema_version(database: Database) -> int:
    """0 for a database without a schema."""
    version = database.fetch_value("PRAGMA user_version")
    return version if isinstance(version, int) else 0


def require_current(database: Database, *, known: int = SCHEMA_VERSION) -> None:
    """MigrationNeededError unless the schema is exactly the one this program knows."""
    found = schema_version(database)
    if found != known:
        raise MigrationNeededError(found=found, known=known)


def migrate(
    database: Database,
    *,
    back_up: Callable[[int], object],
    migrations: Sequence[Migration] = MIGRATIONS,
    after: Mapping[int, Callable[[], None]] = _NOTHING,
) -> tuple[str, ...]:
    """Take the steps that are missing; returns their names.

    `after` has by step what SQL cannot do, taken in the step's transaction. `back_up(version)` is called once before
    the first step of a database that holds something. A step that fails leaves the version before it.
    MigrationNeededError when the database is newer than the last step.
    """
    found = schema_version(database)
    known = migrations[-1].number
    if found > known:
        raise MigrationNeededError(found=found, known=known)
    if found == 0 and database.fetch_value("SELECT count(*) FROM sqlite_schema") != 0:
        raise NotAnArchiveError("tables without a version")
    missing = [step for step in migrations if step.number > found]
    if missing and found > 0:
        back_up(found)
    # A table that is made anew leaves its name for a moment: references are checked at the end of each step instead.
    database.execute("PRAGMA foreign_keys = OFF").close()
    try:
        for step in missing:
            with database.transaction():
                database.execute_script(step.script)
                if step.number in after:
                    after[step.number]()
                if database.fetch_one("PRAGMA foreign_key_check") is not None:
                    raise NotAnArchiveError("references")
                database.execute(f"PRAGMA user_version = {step.number:d}")
    finally:
        database.execute("PRAGMA foreign_keys = ON").close()
    return tuple(step.name for step in missing)


def initialise(database: Database, origin: str, created_at: datetime) -> None:
    """The one row of a new archive's state; nothing for one that has it."""
    with database.transaction():
        if database.fetch_value("SELECT count(*) FROM archive_state") == 0:
            database.execute(
                "INSERT INTO archive_state (singleton, origin, created_at, ledger_size, frontier) "
                "VALUES (1, ?, ?, 0, ?)",
                (origin, to_micros(created_at), Frontier().to_bytes()),
            )


def copy_beside(database: Database, path: Path, version: int) -> Path:
    """A copy of the archive as it was with schema `version`, encrypted like it; `NAME.before-migration-N`.

    Nothing else may have the archive open. ArchiveFullError when there is no room.
    """
    if not database.checkpoint().is_complete:
        raise ArchiveFullError("the log could not be emptied")
    target = path.with_name(f"{path.name}.before-migration-{version}")
    temporary = target.with_name(target.name + ".tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with path.open("rb") as source, os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(source, copy, 1024 * 1024)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.replace(target)
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ArchiveFullError(os.strerror(error.errno or 0)) from None
    return target
