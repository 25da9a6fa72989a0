"""What was deleted after a snapshot stays deleted in what is restored from it, with certificates, and verifies."""

import asyncio
from pathlib import Path

import pytest

from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.archive.erasing import Cause
from daemon.backup.errors import PlaceError
from tests.backup_kit import CLOCK, Shop, add, filled, new_shop, restored

CAUSE = Cause(cause="request", data_class="", actor="owner", reason="r")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


async def erase(shop: Shop, count: int) -> None:
    archive = shop.archive()
    indexes = [one.ledger_index for one in await archive.events(EventFilter(limit=count))]
    await archive.deletions.erase(indexes, CAUSE)
    await archive.close()


async def texts_in(state: Path, shop: Shop) -> set[str]:
    keys = open_keyring(state / "keys.json", shop.secret)
    archive = Archive.open(
        state / "archive.db", keys, clock=CLOCK, heads=HeadLog(state / "heads.log"), mode=OpenMode.READ_ONLY
    )
    try:
        assert (await archive.verify()).problem is None
        return {one.event.text for one in await archive.events(EventFilter(limit=1000))}
    finally:
        await archive.close()


def test_record_erased_by_request_does_not_come_back(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 21)))
    shop.back_up(stick)
    asyncio.run(erase(shop, 5))
    shop.back_up(stick)
    answer = restored(shop, stick, tmp_path / "new", snapshot=1)
    assert answer.examined.forgotten == 5 and answer.examined.counts.events == 15
    assert asyncio.run(texts_in(tmp_path / "new", shop)) == {f"第{key}条消息" for key in range(1, 16)}
    assert restored(shop, stick, tmp_path / "newest").examined.forgotten == 0


def test_copy_of_a_moment_without_a_head_in_the_archive_verifies_as_it_is_and_after_forgetting(
    tmp_path: Path, stick: Path
) -> None:
    shop = new_shop(tmp_path)

    async def collecting() -> None:
        archive = shop.archive(head_interval_s=60.0)
        await add(archive, range(1, 21))
        await asyncio.to_thread(shop.back_up, stick)
        await archive.close()

    asyncio.run(collecting())
    assert restored(shop, stick, tmp_path / "as-it-was").examined.counts.events == 20
    assert len(asyncio.run(texts_in(tmp_path / "as-it-was", shop))) == 20
    asyncio.run(erase(shop, 5))
    shop.back_up(stick)
    assert restored(shop, stick, tmp_path / "without", snapshot=1).examined.forgotten == 5
    assert len(asyncio.run(texts_in(tmp_path / "without", shop))) == 15


def test_record_whose_key_was_destroyed_is_deleted_in_an_older_snapshot_too(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 21)))
    shop.back_up(stick)
    doomed = [key.key_no for key in shop.keys.list() if key.label == "messages"]
    asyncio.run(erase(shop, 20))
    shop.keys.destroy(doomed)
    shop.back_up(stick)
    (stick / "ERASED.BIN").read_bytes()
    answer = restored(shop, stick, tmp_path / "new", snapshot=1)
    assert answer.examined.forgotten == 20 and answer.examined.counts.events == 0
    assert asyncio.run(texts_in(tmp_path / "new", shop)) == set()
    assert (stick / "keys.json").read_bytes() == shop.paths.keyring.read_bytes()


def test_list_of_erased_records_that_is_missing_or_changed_is_refused(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 5)))
    shop.back_up(stick)
    content = bytearray((stick / "ERASED.BIN").read_bytes())
    content[-1] ^= 1
    for change in (lambda path: path.write_bytes(content), Path.unlink):
        change(stick / "ERASED.BIN")
        with pytest.raises(PlaceError) as refused:
            restored(shop, stick, tmp_path / "new")
        assert (refused.value.code, refused.value.exit_code) == ("backup.erased_damaged", 11)
        assert not (tmp_path / "new").exists()
