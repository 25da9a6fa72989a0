"""Bundles for tests: a ledger in memory with a key of its own, and records of it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.heads import HeadSigner
from crypto.merkle import leaf_hash, root_of
from crypto.notes import public_key_text, sign_note
from daemon.archive.ledger_kinds import content_of
from daemon.bundles.parts import (
    BundleAttachment,
    BundleOrder,
    BundlePurpose,
    BundleReceipt,
    BundleRecord,
    Disclosure,
    ScopeLine,
    Section,
)
from daemon.bundles.writer import write_bundle

ORIGIN = "shopwarden/00112233445566778899aabbccddeeff/ledger"
BEGIN = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
HOSTILE = "</div><script>alert(1)</script>\u202etxt.exe\u2066 =cmd|' /C calc'!A0 \x00\x1b[31m"


class MemoryLedger:
    """Every leaf at hand."""

    def __init__(self, commitments: Sequence[bytes], seed: bytes = bytes(32)) -> None:
        self.leaves = [leaf_hash(one) for one in commitments]
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.head = HeadSigner(self._private).sign(ORIGIN, len(self.leaves), root_of(self.leaves)).note
        self.public_key = public_key_text(ORIGIN, self._private)

    def sign(self, text: str) -> str:
        return sign_note(text, ORIGIN, self._private)

    async def nodes(self, wanted: Sequence[tuple[int, int]]) -> Sequence[bytes]:
        return [root_of(self.leaves[number << level : number + 1 << level]) for level, number in wanted]


@dataclass
class MemorySource:
    """Records and files at hand."""

    ledger: MemoryLedger
    records: dict[int, BundleRecord]
    files: dict[str, bytes] = field(default_factory=dict)
    reads: int = 0
    gone_after: int | None = None

    @property
    def indexes(self) -> Sequence[int]:
        return sorted(self.records)

    async def read(self, indexes: Sequence[int]) -> Sequence[BundleRecord]:
        self.reads += 1
        if self.gone_after is not None and self.reads > self.gone_after:
            indexes = indexes[1:]
        return [self.records[index] for index in indexes if index in self.records]

    async def media(self, sha256: str) -> AsyncIterator[bytes] | None:
        content = self.files.get(sha256)
        return None if content is None else pieces(content)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 65_536):
        yield content[at : at + 65_536]


def record_of(
    number: int, *, body: str = "你好", peer: str = "+8613800000017", file: bytes | None = None
) -> BundleRecord:
    """A message, complete."""
    occurred = BEGIN + timedelta(minutes=number)
    opening = hashlib.sha256(b"opening %d" % number).digest()[:16]
    sha256 = None if file is None else hashlib.sha256(file).hexdigest()
    attributes = "{}" if sha256 is None else f'{{"attachments":[{{"sha256":"{sha256}"}}]}}'
    micros = int(occurred.timestamp()) * 1_000_000
    content = content_of(
        "event/1", bytes([number % 256]) * 16, "R58M12345", 1, 1, number, micros, micros + 1, 1, peer, peer,
        body.encode("utf-8", "replace"), attributes, None,
    )  # fmt: skip
    attachment = BundleAttachment(
        content_type="image/png", sha256=sha256, size_bytes=0 if file is None else len(file), name="../../etc/<b>.png"
    )
    return BundleRecord(
        ledger_index=number,
        commitment=hashlib.sha256(opening + content).digest(),
        opening=opening,
        content=content,
        section=Section(key=peer, title=f"{peer} ../../x"),
        kind="message",
        record_id=f"ev_{number:026}",
        occurred_at=occurred,
        received_at=occurred + timedelta(microseconds=1),
        device="R58M12345",
        employee="王小明",
        source="sms",
        direction="in",
        peer=peer,
        body=body.encode("utf-8", "replace").decode(),
        attachments=() if file is None else (attachment,),
    )


def masked(record: BundleRecord) -> BundleRecord:
    """As a masked bundle has it."""
    return replace(record, opening=None, content=None, peer="138****0017", body="**")


def order_of(disclosure: Disclosure = Disclosure.FULL, counted: int = 0) -> BundleOrder:
    return BundleOrder(
        bundle_id="eb_00000000000000000000000001",
        purpose=BundlePurpose.EXPORT,
        store="深圳店",
        case="2026-17 <b>",
        reason="court order",
        requested_by="anna",
        approved_by="bo",
        made_at=BEGIN,
        disclosure=disclosure,
        scope=(ScopeLine(name_en="Phone", name_zh="手机", value="R58M12345"),),
        counted=counted,
    )


def source_of(records: Sequence[BundleRecord], size: int, files: dict[str, bytes] | None = None) -> MemorySource:
    """Records among others in a ledger of `size` entries."""
    commitments = [hashlib.sha256(b"other %d" % number).digest() for number in range(size)]
    for record in records:
        commitments[record.ledger_index - 1] = record.commitment
    return MemorySource(MemoryLedger(commitments), {record.ledger_index: record for record in records}, files or {})


def write_to(path: Path, source: MemorySource, order: BundleOrder | None = None) -> BundleReceipt:
    """A whole bundle in a file."""
    receipt = BundleReceipt()

    async def run() -> None:
        with path.open("wb") as file:
            async for piece in write_bundle(order or order_of(), source, receipt):
                file.write(piece)

    asyncio.run(run())
    return receipt
