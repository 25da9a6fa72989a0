"""The media store: what collectors write is sealed, resumed, bounded, and read back by its hash only."""

import asyncio
import gc
import hashlib
import os
import resource
from pathlib import Path

import pytest

from adb_bridge.collectors.base import BlobRefusedError
from adb_bridge.records import Source
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.sealed_keys import MediaKeys
from crypto.sealed_parts import PART_BYTES
from daemon.holdings import PhoneHoldings
from daemon.media_shelves import OneShelf
from daemon.media_store import MediaRefusedError, MediaStore
from tests.archive_kit import OTHER_PHONE, PHONE, StepClock, archive_in, root_key

MIB = 1024 * 1024
SOURCE = Source.RECORDINGS


def store_in(folder: Path, *, clock: StepClock | None = None, keep_free_bytes: int = 0) -> MediaStore:
    return MediaStore(
        folder / "media", OneShelf(MediaKeys(root_key())), clock=clock or StepClock(), keep_free_bytes=keep_free_bytes
    )


def some_bytes(size: int) -> bytes:
    return hashlib.shake_128(b"media").digest(size)


async def read(store: MediaStore, sha256: str) -> bytes:
    return b"".join([piece async for piece in store.read(sha256)])


async def test_a_collector_writes_and_a_reader_reads(tmp_path: Path) -> None:
    content = some_bytes(PART_BYTES + 100_000)
    async with archive_in(tmp_path) as archive:
        store = store_in(tmp_path)
        known = PhoneHoldings(archive=archive, media=store, device=PHONE, source=SOURCE)
        blob = await known.open_blob("a/b.mp3#1")
        for at in range(0, len(content), 65_536):
            await blob.write(content[at : at + 65_536])
        ref = await blob.finish()
        assert (ref.sha256, ref.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
        assert await store.has(ref.sha256)
        assert await read(store, ref.sha256) == content
        assert not await store.has("00" * 32)
        with pytest.raises(IntegrityError) as missing:
            await read(store, "00" * 32)
        assert missing.value.code is CryptoErrorCode.SEALED_MISSING
        await blob.pause()
        store.close()


async def test_writing_goes_on_after_a_pause_and_after_a_restart(tmp_path: Path) -> None:
    content = some_bytes(PART_BYTES + MIB)
    store = store_in(tmp_path)
    blob = await store.open(PHONE, SOURCE, "one")
    await blob.write(content[: 2 * MIB + 77])
    await blob.pause()
    again = await store.open(PHONE, SOURCE, "one")
    assert again.offset == 2 * MIB + 77
    await again.write(content[again.offset : again.offset + 3 * MIB])
    store.close()

    restarted = store_in(tmp_path)
    others = [await restarted.open(OTHER_PHONE, SOURCE, "one"), await restarted.open(PHONE, Source.MMS, "one")]
    assert [other.offset for other in others] == [0, 0]
    last = await restarted.open(PHONE, SOURCE, "one")
    assert 2 * MIB + 77 <= last.offset < 5 * MIB + 77
    await last.write(content[last.offset :])
    assert await read(restarted, (await last.finish()).sha256) == content
    restarted.close()


async def test_a_writer_that_was_cut_off_gives_way_to_the_next(tmp_path: Path) -> None:
    content = some_bytes(3 * MIB)
    store = store_in(tmp_path)
    first = await store.open(PHONE, SOURCE, "one")
    writing = asyncio.create_task(first.write(content))
    await asyncio.sleep(0)
    writing.cancel()
    second = await store.open(PHONE, SOURCE, "one")
    with pytest.raises(BlobRefusedError):
        await first.write(content)
    await first.pause()
    await first.abandon()
    await second.write(content[second.offset :])
    assert await read(store, (await second.finish()).sha256) == content
    store.close()


async def test_what_is_abandoned_starts_over(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    blob = await store.open(PHONE, SOURCE, "one")
    await blob.write(some_bytes(2 * MIB))
    await blob.abandon()
    assert list((tmp_path / "media" / "spool").iterdir()) == []
    assert (await store.open(PHONE, SOURCE, "one")).offset == 0
    store.close()


async def test_a_full_disk_refuses_and_keeps_what_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = some_bytes(3 * MIB)
    store = store_in(tmp_path, keep_free_bytes=MIB)
    blob = await store.open(PHONE, SOURCE, "one")
    await blob.write(content[: 2 * MIB])
    real = os.statvfs(tmp_path)
    full = os.statvfs_result((real.f_bsize, real.f_frsize, real.f_blocks, 0, 0, *tuple(real)[5:]))
    monkeypatch.setattr(os, "statvfs", lambda _path: full)
    with pytest.raises(MediaRefusedError) as refused:
        await blob.write(content[2 * MIB :])
    assert refused.value.code == "vault.disk_full"
    await blob.pause()
    with pytest.raises(BlobRefusedError):
        await store.open(PHONE, SOURCE, "one")
    monkeypatch.undo()
    again = await store.open(PHONE, SOURCE, "one")
    assert again.offset == 2 * MIB
    await again.write(content[again.offset :])
    assert await read(store, (await again.finish()).sha256) == content
    store.close()


async def test_what_nobody_goes_on_with_is_dropped_after_a_week(tmp_path: Path) -> None:
    clock = StepClock()
    store = store_in(tmp_path, clock=clock)
    left = await store.open(PHONE, SOURCE, "left")
    await left.write(some_bytes(2 * MIB))
    await left.pause()
    in_use = await store.open(PHONE, SOURCE, "in use")
    await in_use.write(some_bytes(2 * MIB))
    spool = tmp_path / "media" / "spool"
    for directory in spool.iterdir():
        os.utime(directory, (clock.now().timestamp(), clock.now().timestamp()))
    clock.advance(6 * 86_400)
    assert await store.drop_expired() == 0
    clock.advance(2 * 86_400)
    assert await store.drop_expired() == 1
    assert len(list(spool.iterdir())) == 1
    assert (await store.open(PHONE, SOURCE, "left")).offset == 0
    await in_use.finish()
    store.close()


async def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    chunk = some_bytes(65_536)
    blob = await store.open(PHONE, SOURCE, "warm")
    await blob.write(chunk * 80)
    await blob.finish()
    gc.collect()
    before, most = _resident_bytes(), 0
    blob = await store.open(PHONE, SOURCE, "large")
    for number in range(100 * 16):
        await blob.write(chunk)
        if number % 64 == 0:
            most = max(most, _resident_bytes())
    ref = await blob.finish()
    size = 0
    async for piece in store.read(ref.sha256):
        size += len(piece)
        most = max(most, _resident_bytes())
    assert size == 100 * MIB
    assert most - before < 60 * MIB
    store.close()


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def test_many_phones_at_once_do_not_mix(tmp_path: Path) -> None:
    store = store_in(tmp_path)

    async def write(name: str) -> tuple[bytes, str]:
        content = name.encode() * 400_000
        blob = await store.open(PHONE, SOURCE, name)
        for at in range(0, len(content), 100_000):
            await blob.write(content[at : at + 100_000])
        return content, (await blob.finish()).sha256

    for content, sha256 in await asyncio.gather(*(write(f"phone{number}") for number in range(8))):
        assert await read(store, sha256) == content
    store.close()
