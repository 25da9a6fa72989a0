"""Backups on real files: what a run copies, what the next one copies, what a restore brings back."""

import asyncio
from pathlib import Path

import pytest

from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from daemon.archive.archive import Archive
from daemon.archive.backups import BackupWork
from daemon.archive.drafts import EventFilter
from daemon.backup.drill import drill
from daemon.backup.errors import PlaceError
from daemon.backup.keys import with_open_root
from daemon.backup.place import Existence
from daemon.backup.progress import Progress
from tests.backup_kit import CLOCK, add, filled, new_shop, restored


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_restored_state_has_all_records_files_keys_and_goes_on_with_the_ledger(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 40)))
    sealed = shop.seal_media(b"recording" * 100_000)
    shop.paths.config.write_text('[store]\nname = "Laden 7"\n')
    made = shop.back_up(stick)
    assert made.new_bytes >= made.size_bytes > 900_000

    answer = restored(shop, stick, tmp_path / "new")
    assert (answer.snapshot, answer.ledger_size, answer.root) == (1, made.ledger_size, made.root)
    assert answer.examined.counts.events == 39
    assert (tmp_path / "new/shopwarden.toml").read_text() == '[store]\nname = "Laden 7"\n'
    old, new = shop.paths.media / "blobs" / sealed, tmp_path / "new/media/blobs" / sealed
    assert files_of(old) == files_of(new) != {}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "new").rglob("*"))
    assert (tmp_path / "new/keys.json").read_bytes() == shop.paths.keyring.read_bytes()

    async def look() -> None:
        keys = open_keyring(tmp_path / "new/keys.json", shop.secret)
        archive = Archive.open(
            tmp_path / "new/archive.db", keys, clock=CLOCK, heads=HeadLog(tmp_path / "new/heads.log"),
            mode=OpenMode.READ_WRITE,
        )  # fmt: skip
        events = await archive.events(EventFilter(limit=100))
        assert {event.event.text for event in events} == {f"第{key}条消息" for key in range(1, 40)}
        last = (await archive.backups.last()).restored
        assert last is not None and last.draft.what is BackupWork.RESTORED
        assert last.ledger_index == made.ledger_size + 1
        await add(archive, range(50, 60))
        assert (await archive.verify()).problem is None
        await archive.close()

    asyncio.run(look())
    text = b"".join(files_of(stick).values())
    assert b"Laden" not in text and "消息".encode() not in text


def test_second_run_writes_what_is_new_and_old_snapshots_stay_whole(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 1_200)))
    shop.seal_media(bytes(range(256)) * 40_000)
    first = shop.back_up(stick)
    same = shop.back_up(stick)
    assert same.new_pieces == 0 and same.size_bytes == first.size_bytes
    shop.seal_media(b"one more")
    more = shop.back_up(stick)
    assert more.new_pieces == 2 and more.new_bytes < 5_000
    asyncio.run(filled(shop, range(1_200, 1_210)))
    last = shop.back_up(stick)
    assert 0 < last.new_bytes < first.new_bytes / 2
    assert restored(shop, stick, tmp_path / "a", snapshot=1).examined.counts.events == 1_199
    newest = restored(shop, stick, tmp_path / "b")
    assert newest.snapshot == 4 and newest.examined.counts.events == 1_209


def test_only_as_many_snapshots_as_wanted_stay_and_their_pieces_only(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    for round_number in range(3):
        asyncio.run(filled(shop, range(1 + 100 * round_number, 100 * (round_number + 1))))
        made = shop.back_up(stick, keep=2)
    assert made.removed == (1,) and made.freed_bytes > 0
    assert sorted(path.name for path in (stick / "snaps").iterdir()) == ["000002.JSN", "000003.JSN"]
    assert restored(shop, stick, tmp_path / "a", snapshot=2).examined.counts.events == 198
    with pytest.raises(PlaceError) as refused:
        restored(shop, stick, tmp_path / "b", snapshot=1)
    assert refused.value.code == "backup.snapshot_unknown" and refused.value.exit_code == 6
    assert not (tmp_path / "b").exists()


def test_collecting_goes_on_while_a_backup_runs_and_the_copy_is_one_moment(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)

    async def collect() -> list[int]:
        archive = shop.archive()
        await add(archive, range(1, 500))
        sizes = []
        stop = asyncio.Event()

        async def write() -> None:
            for start in range(500, 50_000, 10):
                await add(archive, range(start, start + 10))
                if stop.is_set():
                    return

        writing = asyncio.create_task(write())
        for _ in range(3):
            sizes.append((await asyncio.to_thread(shop.back_up, stick)).ledger_size)
            async with asyncio.timeout(20):
                while archive.ledger_size <= sizes[-1]:
                    await asyncio.sleep(0.01)
        stop.set()
        await writing
        assert (await archive.verify()).problem is None
        await archive.close()
        return sizes

    sizes = asyncio.run(collect())
    assert sizes == sorted(set(sizes))
    for number, size in enumerate(sizes, 1):
        assert restored(shop, stick, tmp_path / f"r{number}", snapshot=number).ledger_size == size


def test_drill_restores_verifies_and_leaves_nothing(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 30)))
    made = shop.back_up(stick)
    drilled = asyncio.run(drill(stick, shop.paths.root, None, with_open_root(shop.keys), Progress(), CLOCK))
    assert (drilled.ledger_size, drilled.root) == (made.ledger_size, made.root)
    assert drilled.examined.counts.events == 29
    assert not list(shop.paths.root.glob("*drill*")) and not list(shop.paths.root.glob(".drill*"))


def test_folders_that_cannot_be_used_are_refused(tmp_path: Path, stick: Path) -> None:
    shop, other = new_shop(tmp_path), new_shop(tmp_path / "other", seed=8)
    asyncio.run(filled(shop, range(1, 3)))
    asyncio.run(filled(other, range(1, 3)))
    (shop.paths.root / "inside").mkdir()

    def code(folder: Path, existence: Existence = Existence.MAY_BE_NEW) -> str:
        with pytest.raises(PlaceError) as refused:
            shop.back_up(folder, existence=existence)
        assert refused.value.exit_code == 2
        return refused.value.code

    assert code(shop.paths.root / "inside") == "backup.inside_state"
    assert code(shop.paths.root) == "backup.inside_state"
    assert code(tmp_path / "nowhere") == "backup.dir_missing"
    assert code(stick, existence=Existence.REQUIRED) == "backup.not_mounted"
    assert list(stick.iterdir()) == []
    other.back_up(stick)
    assert code(stick) == "backup.other_store"
    (tmp_path / "full").mkdir()
    (tmp_path / "full/photo.jpg").touch()
    assert code(tmp_path / "full") == "backup.not_empty"


def test_restore_never_writes_over_a_state(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 3)))
    shop.back_up(stick)
    before = files_of(shop.paths.root)
    with pytest.raises(PlaceError) as refused:
        restored(shop, stick, shop.paths.root)
    assert refused.value.code == "backup.state_exists"
    assert files_of(shop.paths.root) == before


def test_what_a_snapshot_lacks_is_told_and_ledgered(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 10)))
    first = shop.back_up(stick)
    asyncio.run(filled(shop, range(10, 20)))
    second = shop.back_up(stick)
    asyncio.run(filled(shop, range(20, 30)))
    older = restored(shop, stick, tmp_path / "a", snapshot=1)
    assert (older.newer_snapshot, older.known_size) == (2, second.ledger_size)
    told = restored(shop, stick, tmp_path / "b", other_heads=(shop.paths.heads,))
    assert told.known_size == second.ledger_size + 10 > told.ledger_size > first.ledger_size


def test_after_a_new_root_older_snapshots_are_restored_with_todays_keys(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 10)))
    shop.back_up(stick)
    shop.keys.rotate()
    asyncio.run(filled(shop, range(10, 20)))
    second = shop.back_up(stick)
    assert (stick / "keys.json").read_bytes() == shop.paths.keyring.read_bytes()
    assert restored(shop, stick, tmp_path / "older", snapshot=1).examined.counts.events == 9
    assert restored(shop, stick, tmp_path / "newest").ledger_size == second.ledger_size
