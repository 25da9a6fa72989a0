"""Sealed files lie on the shelf of their week: a backup has them all, and a restore drops those whose key is gone."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from adb_bridge.records import Source
from crypto.keyring import open_keyring
from crypto.vault_keys import VaultKeys
from daemon.backup.drill import drill
from daemon.backup.errors import BackupError, PlaceError
from daemon.backup.keys import with_open_root
from daemon.backup.progress import Progress
from daemon.media_shelves import WeekShelves
from daemon.media_store import MediaStore
from tests.archive_kit import PHONE, ingest_of, sms
from tests.backup_kit import CLOCK, Shop, filled, new_shop, restored
from tests.integration.test_backup_forgetting import erase


def store(media: Path, keys: VaultKeys) -> MediaStore:
    return MediaStore(media, WeekShelves(keys), clock=CLOCK)


async def keep(shop: Shop, content: bytes) -> str:
    writer = await store(shop.paths.media, shop.keys).open(PHONE, Source.RECORDINGS, "call")
    await writer.write(content)
    return (await writer.finish()).sha256


async def read(state: Path, shop: Shop, sha256: str) -> bytes:
    media = store(state / "media", open_keyring(state / "keys.json", shop.secret))
    return b"".join([piece async for piece in media.read(sha256)])


def test_files_of_a_week_are_in_the_backup_and_go_with_the_key_of_the_week(tmp_path: Path) -> None:
    shop, stick = new_shop(tmp_path), tmp_path / "stick"
    stick.mkdir()
    asyncio.run(filled(shop, range(1, 4)))
    sha256 = asyncio.run(keep(shop, b"recording" * 1_000))
    shop.back_up(stick)
    restored(shop, stick, tmp_path / "new")
    assert asyncio.run(read(tmp_path / "new", shop, sha256)) == b"recording" * 1_000

    shop.keys.destroy([key.key_no for key in shop.keys.list() if key.label == "media/recordings"])
    asyncio.run(erase(shop, 1))
    shop.back_up(stick)
    restored(shop, stick, tmp_path / "older", snapshot=1)
    assert not [path for path in (tmp_path / "older/media/blobs").rglob("*") if path.is_file()]


def test_an_older_list_of_what_was_erased_brings_nothing_back(tmp_path: Path) -> None:
    shop, stick = new_shop(tmp_path), tmp_path / "stick"
    stick.mkdir()
    asyncio.run(filled(shop, range(1, 6)))
    shop.back_up(stick)
    older = (stick / "ERASED.BIN").read_bytes()
    asyncio.run(erase(shop, 2))
    shop.back_up(stick)
    (stick / "ERASED.BIN").write_bytes(older)
    with pytest.raises(PlaceError) as refused:
        restored(shop, stick, tmp_path / "new", snapshot=1)
    assert refused.value.code == "backup.erased_damaged"


async def named(shop: Shop, sha256: str) -> None:
    """A record that names the file."""
    one = f'{{"content_type":"audio/mp4","name":null,"sha256":"{sha256}","size_bytes":9,"is_sealed":true}}'
    attributes = f'{{"attachments":[{one}]}}'
    archive = shop.archive()
    try:
        await archive.ingest(ingest_of([replace(sms(77, b"see"), attributes=attributes)]))
    finally:
        await archive.close()


def test_a_drill_tells_of_a_file_that_the_shop_itself_lacks(tmp_path: Path) -> None:
    shop, stick = new_shop(tmp_path), tmp_path / "stick"
    stick.mkdir()
    asyncio.run(filled(shop, range(1, 3)))
    sha256 = asyncio.run(keep(shop, b"recording"))
    asyncio.run(named(shop, sha256))
    shop.back_up(stick)
    way = with_open_root(shop.keys)
    asyncio.run(drill(stick, shop.paths.root, None, way, Progress(), CLOCK))
    shutil.rmtree(shop.paths.media / "blobs")
    (shop.paths.media / "blobs").mkdir()
    shop.back_up(stick)
    with pytest.raises(BackupError) as failed:
        asyncio.run(drill(stick, shop.paths.root, None, way, Progress(), CLOCK))
    assert failed.value.values["problem"] == "file_missing"
