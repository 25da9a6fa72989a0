"""Sealing and unsealing recordings through the product's path, against pyrage's own file functions over the same bytes.

Sealing: `MediaStore.open`, `write`, `finish` with all they do (SHA-256, parts, a list, the keyed name, fsync of every
part and directory) while the source file is read. Its peer is `pyrage.encrypt_file` of that file and one fsync.
Unsealing: `MediaStore.read` of the whole into a file, against `pyrage.decrypt_file`. Recordings follow one another,
product and peer in changing order on each, and are removed; ratios are medians over the recordings. `product_peak_mb`
is the most that the process grew by while the product worked: the same whatever `SHOPWARDEN_BENCH_SEAL_MB` is.
"""

import os
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyrage

from adb_bridge.clock import SystemClock
from adb_bridge.records import DeviceSerial, Source
from crypto.atomic_file import write_all
from crypto.keys import RootKey, StoreId
from crypto.sealed_keys import MediaKeys
from daemon.media_shelves import OneShelf
from daemon.media_store import MediaStore

TOTAL_MB: Final = int(os.environ.get("SHOPWARDEN_BENCH_SEAL_MB", "2048"))
RECORDINGS: Final = 32
_MIB: Final = 1024 * 1024
_DEVICE: Final = DeviceSerial("BENCH0001")


@dataclass(slots=True)
class Times:
    """Seconds for each recording."""

    seal: list[float] = field(default_factory=list)
    unseal: list[float] = field(default_factory=list)


async def run() -> dict[str, float | int | str]:
    """RECORDINGS files of random bytes, TOTAL_MB together; the first two warm up and are not counted."""
    size_mb = max(TOTAL_MB // RECORDINGS, 1)
    with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
        bench = _Bench(Path(name))
        try:
            for _ in range(2):
                await bench.recording(size_mb, Times(), Times())
            product, peer = Times(), Times()
            for _ in range(RECORDINGS):
                await bench.recording(size_mb, product, peer)
        finally:
            bench.store.close()
    return {
        "recordings": RECORDINGS,
        "mb": size_mb * RECORDINGS,
        "product_seal_mb_per_s": size_mb / statistics.median(product.seal),
        "pyrage_seal_mb_per_s": size_mb / statistics.median(peer.seal),
        "ratio_seal": statistics.median(map(_ratio, peer.seal, product.seal)),
        "product_unseal_mb_per_s": size_mb / statistics.median(product.unseal),
        "pyrage_unseal_mb_per_s": size_mb / statistics.median(peer.unseal),
        "ratio_unseal": statistics.median(map(_ratio, peer.unseal, product.unseal)),
        "goal_ratio": 0.8,
        "product_peak_mb": bench.peak_kib / 1024,
    }


class _Bench:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._source, self._opened = folder / "recording", folder / "opened"
        self._age = folder / "recording.age"
        root = RootKey(secrets.token_bytes(32), store_id=StoreId(secrets.token_hex(16)), generation=1)
        self.store = MediaStore(folder / "media", OneShelf(MediaKeys(root)), clock=SystemClock())
        self._identity = pyrage.x25519.Identity.generate()
        self._number = 0
        self.peak_kib = 0

    async def recording(self, size_mb: int, product: Times, peer: Times) -> None:
        """One file sealed and opened again by both."""
        self._number += 1
        with self._source.open("wb") as file:
            for _ in range(size_mb):
                file.write(os.urandom(_MIB))
            file.flush()
            os.fsync(file.fileno())
        is_product_first = self._number % 2 == 0
        digest: list[str] = []
        work: list[tuple[list[float], Callable[[], Awaitable[None]]]] = [
            (product.seal, lambda: self._watched(lambda: self._product_seal(digest))),
            (peer.seal, self._peer_seal),
        ]
        await _one_by_one(work if is_product_first else work[::-1])
        work = [
            (product.unseal, lambda: self._watched(lambda: self._product_unseal(digest[0]))),
            (peer.unseal, self._peer_unseal),
        ]
        await _one_by_one(work if is_product_first else work[::-1])
        for left in (self._source, self._age, self._opened):
            left.unlink()
        shutil.rmtree(self._folder / "media" / "blobs")  # both then take the same memory for the next one

    async def _product_seal(self, digest: list[str]) -> None:
        writer = await self.store.open(_DEVICE, Source.RECORDINGS, f"recording-{self._number}")
        with self._source.open("rb", buffering=0) as file:
            while chunk := file.read(_MIB):
                await writer.write(chunk)
        digest.append((await writer.finish()).sha256)

    async def _product_unseal(self, sha256: str) -> None:
        with self._opened.open("wb", buffering=0) as file:
            async for piece in self.store.read(sha256):
                write_all(file.fileno(), piece)

    async def _peer_seal(self) -> None:
        pyrage.encrypt_file(str(self._source), str(self._age), [self._identity.to_public()])
        with self._age.open("rb") as file:
            os.fsync(file.fileno())

    async def _peer_unseal(self) -> None:
        pyrage.decrypt_file(str(self._age), str(self._opened), [self._identity])

    async def _watched(self, work: Callable[[], Awaitable[None]]) -> None:
        Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
        before = _status_kib("VmRSS")
        await work()
        self.peak_kib = max(self.peak_kib, _status_kib("VmHWM") - before)


async def _one_by_one(work: list[tuple[list[float], Callable[[], Awaitable[None]]]]) -> None:
    for times, task in work:
        os.sync()  # nobody pays for what the other left to write
        started = time.perf_counter()
        await task()
        times.append(time.perf_counter() - started)


def _ratio(peer_s: float, product_s: float) -> float:
    return peer_s / product_s


def _status_kib(name: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0
