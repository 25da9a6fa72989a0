"""Migrations: each step whole or not at all, a copy before, and nothing done to what is newer."""

from pathlib import Path

import pytest

from crypto.database import Database, OpenMode, open_database
from crypto.errors import CryptoError, VaultStateError
from crypto.keys import Purpose
from daemon.archive.archive import Archive, ArchiveSettings
from daemon.archive.errors import MigrationNeededError, NotAnArchiveError
from daemon.archive.schema import MIGRATIONS, SCHEMA_VERSION, Migration, copy_beside, migrate, schema_version
from tests.archive_kit import StepClock, archive_in, head_log, ingest_of, open_archive, root_key, sms, vault_keys

KEY = root_key().derive(Purpose.ARCHIVE)
STEPS = (
    Migration(number=1, name="0001_one", script="CREATE TABLE one (a INTEGER) STRICT; INSERT INTO one VALUES (1);"),
    Migration(number=2, name="0002_two", script="ALTER TABLE one ADD COLUMN b TEXT; UPDATE one SET b = 'x';"),
    Migration(number=3, name="0003_three", script="CREATE TABLE three (c INTEGER) STRICT;"),
)


def shape(database: Database) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in database.fetch_all("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2")
    ]


def no_copy(version: int) -> None:
    raise AssertionError("a copy of an empty database")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(tmp_path / "archive.db", KEY, OpenMode.CREATE)


def test_the_packaged_steps_are_numbered_without_gaps() -> None:
    assert [step.number for step in MIGRATIONS] == list(range(1, SCHEMA_VERSION + 1))
    assert MIGRATIONS[0].name == "0001_initial"


@pytest.mark.parametrize("start", range(len(STEPS) + 1))
def test_from_every_version_the_head_is_the_same(database: Database, tmp_path: Path, start: int) -> None:
    copies: list[int] = []
    if start:
        migrate(database, back_up=no_copy, migrations=STEPS[:start])
    taken = migrate(database, back_up=copies.append, migrations=STEPS)
    assert taken == tuple(step.name for step in STEPS[start:])
    assert copies == ([start] if 0 < start < len(STEPS) else [])
    assert schema_version(database) == 3
    with open_database(tmp_path / "fresh.db", KEY, OpenMode.CREATE) as fresh:
        migrate(fresh, back_up=no_copy, migrations=STEPS)
        assert shape(fresh) == shape(database)
    assert database.fetch_all("SELECT a, b FROM one") == [(1, "x")]
    database.close()


@pytest.mark.parametrize("start", range(SCHEMA_VERSION + 1))
def test_the_packaged_head_is_the_fresh_schema(database: Database, tmp_path: Path, start: int) -> None:
    if start:
        migrate(database, back_up=no_copy, migrations=MIGRATIONS[:start])
    migrate(database, back_up=lambda version: None)
    with open_database(tmp_path / "fresh.db", KEY, OpenMode.CREATE) as fresh:
        migrate(fresh, back_up=no_copy)
        assert shape(fresh) == shape(database)
    database.close()


def test_a_step_that_fails_leaves_the_version_before_it(database: Database) -> None:
    broken = Migration(
        number=2, name="0002_bad", script="CREATE TABLE two (a INTEGER); INSERT INTO nowhere VALUES (1);"
    )
    with pytest.raises(CryptoError):
        migrate(database, back_up=no_copy, migrations=(STEPS[0], broken, STEPS[2]))
    assert schema_version(database) == 1
    assert [row[1] for row in shape(database)] == ["one"]
    assert migrate(database, back_up=lambda version: None, migrations=STEPS) == ("0002_two", "0003_three")
    database.close()


def test_the_copy_before_a_migration_opens_with_the_same_key(database: Database, tmp_path: Path) -> None:
    migrate(database, back_up=no_copy, migrations=STEPS[:1])
    path = tmp_path / "archive.db"
    migrate(database, back_up=lambda version: check_copy(database, path, version), migrations=STEPS)
    copy = tmp_path / "archive.db.before-migration-1"
    assert copy.stat().st_mode & 0o777 == 0o600
    with open_database(copy, KEY, OpenMode.READ_ONLY) as old:
        assert schema_version(old) == 1
        assert old.fetch_all("SELECT * FROM one") == [(1,)]
    database.close()


def check_copy(database: Database, path: Path, version: int) -> None:
    assert copy_beside(database, path, version).exists()


async def test_a_newer_archive_is_left_alone(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1)]))
    path = tmp_path / "archive.db"
    with open_database(path, KEY, OpenMode.READ_WRITE) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    for mode in (OpenMode.READ_WRITE, OpenMode.READ_ONLY):
        with pytest.raises(MigrationNeededError) as refused:
            open_archive(tmp_path, mode=mode)
        assert (refused.value.found, refused.value.known) == (SCHEMA_VERSION + 1, SCHEMA_VERSION)
    assert path.read_bytes() == before


def test_a_database_of_something_else_is_refused(database: Database, tmp_path: Path) -> None:
    database.execute("CREATE TABLE other (a)")
    database.close()
    with pytest.raises(NotAnArchiveError):
        open_archive(tmp_path)


def test_a_missing_archive_is_not_made_by_accident(tmp_path: Path) -> None:
    for mode in (OpenMode.READ_WRITE, OpenMode.READ_ONLY):
        with pytest.raises(VaultStateError):
            open_archive(tmp_path, mode=mode)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("archive")]


async def test_an_archive_killed_between_its_making_and_its_schema_opens(tmp_path: Path) -> None:
    open_database(tmp_path / "archive.db", KEY, OpenMode.CREATE).close()
    archive = Archive.open(
        tmp_path / "archive.db",
        vault_keys(tmp_path),
        clock=StepClock(),
        heads=head_log(tmp_path),
        mode=OpenMode.READ_WRITE,
        settings=ArchiveSettings(),
    )
    assert (await archive.verify()).ok
    await archive.close()
