"""What waits for the vault is in a backup and comes back, but not past a deletion; files that are nowhere are told."""

import asyncio
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from adb_bridge.records import CollectedBatch, Cursor, Source
from crypto.keyring import open_keyring
from crypto.recipients import Recipient
from crypto.sealed_keys import MediaKeys
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.backup.drill import drill
from daemon.backup.keys import with_open_root
from daemon.backup.maker import BackupOrder
from daemon.backup.progress import Progress
from daemon.backup.work import BackupWorker
from daemon.bus import Bus
from daemon.judge import Judge
from daemon.main import main
from daemon.media_shelves import WeekShelves
from daemon.media_store import MediaStore
from daemon.outbox import Outbox
from daemon.sealed_start.batches import BatchFolder, SealedBatch
from daemon.sealed_start.blobs import SealedBlobWriter
from daemon.sealed_start.merging import Merging
from daemon.sealed_start.roster import SealedPaths, inbox_key
from tests.archive_kit import PHONE, ingest_of, sms, sms_record
from tests.backup_kit import CLOCK, Shop, filled, new_shop, restored
from tests.integration.daemon_support import core_rules
from tests.integration.test_backup_forgetting import erase

PICTURE = b"picture" * 1_000


async def wait_for_the_vault(shop: Shop, key: int) -> None:
    """A batch with an attachment, as a closed daemon seals it."""
    paths = SealedPaths(shop.paths.sealed)
    writer = SealedBlobWriter(paths.files, MediaKeys(shop.keys).recipient)
    await writer.write(PICTURE)
    blob = await writer.finish()
    batch = CollectedBatch(
        source=Source.SMS, records=(sms_record(key),), absent=(), cursor=Cursor("far"), is_caught_up=True
    )
    sealed = SealedBatch(PHONE, batch, {blob.sha256: writer.name})
    BatchFolder(paths.batches).add(sealed, Recipient(inbox_key(shop.keys).public))


async def merged(shop: Shop, archive: Archive) -> int:
    bus, judge = Bus(), Judge(core_rules())
    media = MediaStore(shop.paths.media, WeekShelves(shop.keys), clock=CLOCK)
    merging = Merging(
        SealedPaths(shop.paths.sealed), archive=archive, keys=shop.keys, media=media, judge=judge,
        outbox=Outbox(archive, bus), bus=bus,
    )  # fmt: skip
    try:
        return await merging.run()
    finally:
        judge.close()
        media.close()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_what_waits_comes_back_and_is_merged(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 4)))
    asyncio.run(wait_for_the_vault(shop, 50))
    asyncio.run(wait_for_the_vault(shop, 51))
    assert shop.back_up(stick).waiting_batches == 2
    assert shop.back_up(stick).new_pieces == 0
    drilled = asyncio.run(drill(stick, shop.paths.root, None, with_open_root(shop.keys), Progress(), CLOCK))
    assert (drilled.examined.waiting_batches, drilled.examined.dropped_batches) == (2, 0)

    assert restored(shop, stick, tmp_path / "new").examined.waiting_batches == 2
    paths = type(shop.paths)(tmp_path / "new")
    new = Shop(paths, shop.secret, open_keyring(paths.keyring, shop.secret))

    async def look() -> None:
        archive = new.archive()
        try:
            assert await merged(new, archive) == 2
            assert len(await archive.events(EventFilter(limit=100))) == 5
            assert (await archive.verify()).ok
        finally:
            await archive.close()

    asyncio.run(look())
    media = MediaStore(paths.media, WeekShelves(new.keys), clock=CLOCK)
    assert asyncio.run(media.has(hashlib.sha256(PICTURE).hexdigest()))
    media.close()


def test_what_waited_is_left_out_when_something_was_deleted_since(tmp_path: Path, stick: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 4)))
    asyncio.run(wait_for_the_vault(shop, 50))
    shop.back_up(stick)

    async def merge() -> None:
        archive = shop.archive()
        try:
            assert await merged(shop, archive) == 1
        finally:
            await archive.close()

    asyncio.run(merge())
    asyncio.run(erase(shop, 50))
    assert shop.back_up(stick).waiting_batches == 0
    examined = restored(shop, stick, tmp_path / "older", snapshot=1).examined
    assert (examined.waiting_batches, examined.dropped_batches) == (0, 1)
    assert not (tmp_path / "older/sealed").exists()


async def lose_a_file(shop: Shop) -> None:
    media, archive = MediaStore(shop.paths.media, WeekShelves(shop.keys), clock=CLOCK), shop.archive()
    writer = await media.open(PHONE, Source.MMS, "one")
    await writer.write(PICTURE)
    sha256 = (await writer.finish()).sha256
    one = {"content_type": "image/png", "name": None, "sha256": sha256, "size_bytes": 9, "is_sealed": True}
    attributes = json.dumps({"attachments": [one]}, separators=(",", ":"))
    await archive.ingest(ingest_of([replace(sms(key, b"see"), attributes=attributes) for key in (77, 78)]))
    shutil.rmtree(shop.paths.media / "blobs")
    await archive.close()
    media.close()


def test_files_that_records_name_and_nobody_has_are_told_with_exit_0(
    tmp_path: Path, stick: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 4)))

    async def back_up() -> int:
        archive = shop.archive()
        worker = BackupWorker(shop.paths, shop.keys, archive, CLOCK)
        try:
            made = await worker.back_up(BackupOrder(folder=stick, keep=3), "test", Progress())
            return made.missing_files
        finally:
            await archive.close()
            worker.close()

    assert asyncio.run(back_up()) == 0
    asyncio.run(lose_a_file(shop))
    assert asyncio.run(back_up()) == 1
    key = ["--key-file", str(tmp_path / "shop.key")]
    assert main(["backup", str(stick), "--state", str(shop.paths.root), *key, "--json", "--lang", "zh"]) == 0
    said = capfd.readouterr()
    assert json.loads(said.out)["items"][0]["missing_files"] == 1
    assert "警告" in said.err and "media/blobs" in said.err
    assert main(["restore", str(stick), "--state", str(tmp_path / "new"), *key, "--json", "--lang", "en"]) == 0
    said = capfd.readouterr()
    assert json.loads(said.out)["items"][0]["missing_files"] == 1
    assert "Warning: 1 sealed files" in said.err
