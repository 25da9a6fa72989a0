"""Archives of every earlier schema, written by the programs of their time, come up to date with nothing lost."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from crypto.database import Database, OpenMode, Rows, SqlValue, open_database
from crypto.keyring import open_keyring
from crypto.keys import Purpose
from crypto.secrets import KeyFileSecret
from daemon.archive import schema
from daemon.archive.archive import Archive, tokens_of
from daemon.archive.content import ContentKeys
from daemon.archive.data_steps import data_steps
from daemon.archive.drafts import AlertFilter, CommandFilter, EventFilter
from daemon.archive.errors import MigrationNeededError
from daemon.archive.schema import MIGRATIONS, SCHEMA_VERSION, migrate, schema_version
from daemon.backup.keys import backup_keys_of
from daemon.backup.manifest import Manifest
from daemon.backup.place import open_place
from tests.archive_kit import ingest_of, open_archive, root_key, sms, vault_keys
from tests.backup_kit import Shop, filled, new_shop, restored

OLD = Path(__file__).parents[1] / "data" / "old_archives"
OLDEST_TO_NEWEST = (1, 2, 3, 4)
BETWEEN = tuple(range(5, SCHEMA_VERSION))
KEY = root_key().derive(Purpose.ARCHIVE)


def copied(version: int, folder: Path) -> dict[str, object]:
    for name in ("archive.db", "heads.log"):
        shutil.copy(OLD / f"schema-{version}" / name, folder)
    expected: dict[str, object] = json.loads((OLD / f"schema-{version}" / "expected.json").read_text("utf-8"))
    assert expected.pop("schema") == version
    return expected


async def answers(archive: Archive) -> dict[str, object]:
    """What the old programs were asked."""
    result = await archive.verify()
    assert result.problem is None, result
    events = [
        [
            one.event.device, one.event.source_key, one.event.text,
            None if one.event.body is None else one.event.body.hex(),
            one.absent_since is not None, one.replaced_by is not None,
        ]
        for one in await archive.events(EventFilter(limit=1000))
    ]  # fmt: skip
    return {
        "ledger_size": result.ledger_size,
        "root_sha256": result.root_sha256,
        "events": sorted(events, key=json.dumps),
        "alerts": sorted(
            [one.verdict.rule_id, one.status.value] for one in await archive.alerts(AlertFilter(limit=100))
        ),
        "audit": [[one.actor, one.action, one.reason] for one in await archive.audit_entries(limit=100)],
        "commands": [[one.command_id, one.state.value] for one in await archive.commands(CommandFilter(limit=10))],
        "enrolments": [[one.serial, one.ended_at is not None] for one in await archive.enrolments()],
    }


async def asked(archive: Archive) -> dict[str, object]:
    try:
        return await answers(archive)
    finally:
        await archive.close()


def same(found: dict[str, object], expected: dict[str, object]) -> bool:
    events = expected["events"]
    assert isinstance(events, list)
    return found == expected | {"events": sorted(events, key=json.dumps)}


@pytest.mark.parametrize("version", OLDEST_TO_NEWEST)
def test_archive_of_an_old_program_has_everything_in_this_one_and_goes_on(version: int, tmp_path: Path) -> None:
    expected = copied(version, tmp_path)
    assert same(asyncio.run(asked(open_archive(tmp_path))), expected)
    old = tmp_path / f"archive.db.before-migration-{version}"
    assert old.read_bytes() == (OLD / f"schema-{version}" / "archive.db").read_bytes()

    async def go_on() -> None:
        archive = open_archive(tmp_path)
        await archive.ingest(ingest_of([sms(900, "新的消息".encode())], cursor="c9"))
        assert (await archive.verify()).problem is None
        await archive.close()

    asyncio.run(go_on())


@pytest.mark.parametrize("version", BETWEEN)
def test_archive_that_stopped_at_any_schema_between_comes_up_to_date(version: int, tmp_path: Path) -> None:
    expected = copied(4, tmp_path)
    to_version(tmp_path, version)
    assert same(asyncio.run(asked(open_archive(tmp_path))), expected)


def to_version(folder: Path, version: int) -> None:
    keys = vault_keys(folder)
    with open_database(folder / "archive.db", KEY, OpenMode.READ_WRITE) as database:
        steps = data_steps(database, ContentKeys(keys), tokens_of(keys))
        migrate(
            database,
            back_up=lambda _: None,
            migrations=MIGRATIONS[:version],
            after={number: step for number, step in steps.items() if number <= version},
        )
        assert schema_version(database) == version


class _Cut(Exception):
    pass


def test_migration_cut_in_any_step_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = copied(1, tmp_path)
    run = Database.execute
    for step in MIGRATIONS[1:]:
        last = f"PRAGMA user_version = {step.number}"
        with monkeypatch.context() as patch:

            def cut(self: Database, sql: str, parameters: tuple[SqlValue, ...] = (), last: str = last) -> Rows:
                if sql == last:
                    raise _Cut
                return run(self, sql, parameters)

            patch.setattr(Database, "execute", cut)
            with pytest.raises(_Cut):
                open_archive(tmp_path)
        with open_database(tmp_path / "archive.db", KEY, OpenMode.READ_ONLY) as database:
            assert schema_version(database) == step.number - 1
    assert same(asyncio.run(asked(open_archive(tmp_path))), expected)


@pytest.mark.parametrize("version", (1, 4))
def test_backup_of_an_old_archive_is_restored_and_brought_up_to_date(version: int, tmp_path: Path) -> None:
    shop, stick = new_shop(tmp_path), tmp_path / "stick"
    stick.mkdir()
    expected = copied(version, shop.paths.root)
    made = shop.back_up(stick)
    assert (made.schema_version, made.ledger_size) == (version, expected["ledger_size"])
    answer = restored(shop, stick, tmp_path / "new")
    assert answer.schema_version == version
    assert answer.examined.verified.root_sha256 == expected["root_sha256"]
    keys = open_keyring(tmp_path / "new/keys.json", KeyFileSecret(shop.secret.path))
    fresh = Shop(type(shop.paths)(tmp_path / "new"), shop.secret, keys)
    assert asyncio.run(asked(fresh.archive()))["events"] == sorted(expected["events"], key=json.dumps)  # type: ignore[call-overload]


def test_newer_archive_is_refused_by_the_archive_by_backups_and_by_restores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, stick = new_shop(tmp_path), tmp_path / "stick"
    stick.mkdir()
    asyncio.run(filled(shop, range(1, 3)))
    with open_database(shop.paths.archive, shop.keys.derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}").close()
        database.checkpoint()
    before = shop.paths.archive.read_bytes()
    with pytest.raises(MigrationNeededError):
        shop.archive()
    with pytest.raises(MigrationNeededError):
        shop.back_up(stick)
    assert shop.paths.archive.read_bytes() == before
    monkeypatch.setattr(schema, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    monkeypatch.setattr("daemon.backup.still_archive.SCHEMA_VERSION", SCHEMA_VERSION + 1)
    shop.back_up(stick)
    with pytest.raises(MigrationNeededError) as refused:
        restored(shop, stick, tmp_path / "new")
    assert (refused.value.found, refused.value.known) == (SCHEMA_VERSION + 1, SCHEMA_VERSION)
    assert not (tmp_path / "new").exists()
    assert newest(stick, shop).schema_version == SCHEMA_VERSION + 1


def newest(stick: Path, shop: Shop) -> Manifest:
    found = open_place(stick).snapshots(backup_keys_of(shop.keys)).newest
    assert found is not None
    return found
