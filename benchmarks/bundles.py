"""A large bundle: 100,000 records and 2 GiB of files, made as a stream and checked, with the memory that it took."""

import asyncio
import hashlib
import resource
import tempfile
import time
from array import array
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from daemon.archive.ledger_kinds import content_of
from daemon.bundles.parts import BundleAttachment, BundleReceipt, BundleRecord
from daemon.bundles.verification import verify_bundle
from daemon.bundles.writer import write_bundle
from tests.bundle_kit import MemoryLedger, order_of, record_of

RECORDS: Final = 100_000
FILE_MIB: Final = 2_048
_MIB: Final = 1024 * 1024
_BLOCK: Final = hashlib.shake_128(b"recording").digest(_MIB)


class Large:
    """Records made when they are asked for; every second entry of the ledger, the first one with the file."""

    def __init__(self) -> None:
        digest = hashlib.sha256()
        for _ in range(FILE_MIB):
            digest.update(_BLOCK)
        self._sha256 = digest.hexdigest()
        self.indexes = array("q", range(1, 2 * RECORDS, 2))
        commitments = [hashlib.sha256(b"other").digest()] * (2 * RECORDS)
        for index in self.indexes:
            commitments[index - 1] = self._record(index).commitment
        self.ledger = MemoryLedger(commitments)

    def _record(self, index: int) -> BundleRecord:
        record = record_of(index, body=f"消息 {index}：您好，这款手机还有货吗？", peer=f"+86138{index % 400:08}")
        if index != 1:
            return record
        micros = int(record.occurred_at.timestamp()) * 1_000_000
        attributes = f'{{"attachments":[{{"sha256":"{self._sha256}"}}]}}'
        content = content_of(
            "event/1", bytes(16), record.device, 1, 1, 1, micros, micros + 1, 1, record.peer, record.peer,
            record.body.encode(), attributes, None,
        )  # fmt: skip
        file = BundleAttachment(
            content_type="video/mp4", sha256=self._sha256, size_bytes=FILE_MIB * _MIB, name="recording.mp4"
        )
        opening = bytes(16)
        commitment = hashlib.sha256(opening + content).digest()
        return replace(record, opening=opening, content=content, commitment=commitment, attachments=(file,))

    async def read(self, indexes: Sequence[int]) -> Sequence[BundleRecord]:
        return [self._record(index) for index in indexes]

    async def media(self, sha256: str) -> AsyncIterator[bytes] | None:
        return self._pieces()

    @staticmethod
    async def _pieces() -> AsyncIterator[bytes]:
        for _ in range(FILE_MIB):
            yield _BLOCK


async def run() -> dict[str, float | int | str]:
    """Figures of one bundle. The file goes to $TMPDIR and needs 2.2 GB there."""
    source = Large()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "large.zip"
        before = most = _memory_mib()
        receipt = BundleReceipt()
        began = time.monotonic()
        with path.open("wb") as file:
            async for piece in write_bundle(order_of(counted=RECORDS), source, receipt):
                file.write(piece)
                most = max(most, _memory_mib())
        wrote_s = time.monotonic() - began
        size = receipt.size_bytes
        began = time.monotonic()
        report = await asyncio.to_thread(verify_bundle, path)
        checked_s = time.monotonic() - began
    if not report.ok or report.proven != RECORDS:
        raise RuntimeError(f"the bundle does not hold: {report.problems}")
    return {
        "records": RECORDS,
        "files_mib": FILE_MIB,
        "bundle_mib": size // _MIB,
        "write_s": wrote_s,
        "write_records_per_s": RECORDS / wrote_s,
        "write_memory_growth_mib": most - before,
        "verify_s": checked_s,
        "verify_records_per_s": RECORDS / checked_s,
    }


def _memory_mib() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / _MIB
