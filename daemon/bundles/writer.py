"""Making a bundle: one zip as a stream, in memory that does not depend on how much is written.

The records are read several times, once for each form they have in the bundle; the zip goes out as it comes.
"""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Final

from crypto.heads import read_head
from crypto.notes import fingerprint

from .errors import BundleMediaError
from .ledger_path import Subtree, parts_of
from .lines import (
    CSV_COLUMNS,
    Json,
    csv_rows,
    header_line,
    proven_line,
    record_line,
    record_row,
    subtree_line,
    time_text,
)
from .media_names import media_name
from .pages import (
    RECORDS_PER_PAGE,
    Page,
    SectionLine,
    Totals,
    index_end,
    index_line,
    index_page,
    page_name,
    section_page,
    watermark_of,
)
from .parts import BundleOrder, BundleProgress, BundleReceipt, BundleSource
from .passes import CHUNK, Contents, again, first_pass, page_count, shas_of
from .static_files import CHECKER, READMES, SCHEMA, checker, readme, schema
from .zip_stream import Entry, ZipStream

Progress = Callable[[BundleProgress], None]
MANIFEST: Final = "manifest.json"
MANIFEST_NOTE: Final = "manifest.note"
PUBLIC_KEY: Final = "public-key.txt"
HEAD: Final = "head.txt"
BUNDLE_NOTE: Final = "shopwarden bundle/1"
_PIECE_BYTES: Final = 1024 * 1024
_PASSES: Final = 4
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


async def write_bundle(
    order: BundleOrder, source: BundleSource, receipt: BundleReceipt, progress: Progress | None = None
) -> AsyncGenerator[bytes, None]:
    """The zip in pieces of about 1 MiB. `receipt` says what was made once all of it was taken.

    Raises BundleError and what `source` raises; whatever was taken until then is no bundle, because its end is missing.
    """
    making = _Making(order, source, progress)
    async with aclosing(making.steps()) as steps:
        async for _ in steps:
            if making.zip.waiting_bytes >= _PIECE_BYTES:
                yield making.zip.take()
    last = making.zip.finish(order.bundle_id, source.ledger.sign)
    receipt.manifest_sha256 = making.manifest_sha256
    receipt.records = len(making.contents.present)
    receipt.media_files = len(making.files)
    receipt.size_bytes = making.zip.size_bytes
    receipt.is_complete = True
    yield last


class _Making:
    """One bundle on its way. Every step leaves something in the zip."""

    def __init__(self, order: BundleOrder, source: BundleSource, progress: Progress | None) -> None:
        self._order = order
        self._source = source
        self._progress = progress
        self._watermark = watermark_of(order)
        self._manifest: list[Json] = []
        self._done = 0
        self._media_bytes = 0
        self.zip = ZipStream()
        self.contents = Contents()
        self.files: dict[str, str] = {}
        """Names of media files by SHA-256."""
        self.manifest_sha256 = ""

    async def steps(self) -> AsyncGenerator[None, None]:
        """Everything but the zip's end."""
        async for _ in self._media():
            yield
        for part in (self._records(), self._table(), self._pages(), self._proofs()):
            async for _ in part:
                yield
        self._first_page()
        self._static()
        self._sign()

    async def _media(self) -> AsyncIterator[None]:
        """The first pass: what is there, where it is shown, and its files."""
        tried: set[str] = set()
        async for records in first_pass(self._source):
            for record in records:
                self.contents.add(record)
            for sha256, content_type, _ in shas_of(records):
                if sha256 in tried or not _SHA256.fullmatch(sha256):
                    continue
                tried.add(sha256)
                if await self._is_whole(sha256):
                    async for _ in self._file(sha256, media_name(sha256, content_type)):
                        yield
        self._tell(0)

    async def _is_whole(self, sha256: str) -> bool:
        chunks = await self._source.media(sha256)
        if chunks is None:
            return False
        digest = hashlib.sha256()
        try:
            async for chunk in chunks:
                digest.update(chunk)
        except BundleMediaError:
            return False
        return digest.hexdigest() == sha256

    async def _file(self, sha256: str, name: str) -> AsyncIterator[None]:
        chunks = await self._source.media(sha256)
        if chunks is None:
            raise BundleMediaError
        with self.zip.plain(name) as entry:
            async for chunk in chunks:
                entry.write(chunk)
                self._media_bytes += len(chunk)
                self._tell(0)
                yield
        if entry.sha256 != sha256:
            raise BundleMediaError
        self._keep(name, entry)
        self.files[sha256] = name

    async def _records(self) -> AsyncIterator[None]:
        with self.zip.packed("records.jsonl") as entry:
            entry.write(header_line("shopwarden records/1", self._watermark))
            async for records in again(self._source, self.contents.present):
                lines = [
                    record_line(record, self.contents.first_page(record.section), self.files) for record in records
                ]
                await asyncio.to_thread(entry.write, b"".join(lines))
                self._tell(len(records))
                yield
        self._keep("records.jsonl", entry)

    async def _table(self) -> AsyncIterator[None]:
        with self.zip.packed("records.csv") as entry:
            entry.write("\N{BYTE ORDER MARK}".encode() + csv_rows((CSV_COLUMNS,)))
            async for records in again(self._source, self.contents.present):
                rows = [
                    record_row(record, self.contents.first_page(record.section), self.files, self._watermark)
                    for record in records
                ]
                await asyncio.to_thread(_write_rows, entry, rows)
                self._tell(len(records))
                yield
        self._keep("records.csv", entry)

    async def _pages(self) -> AsyncIterator[None]:
        for section_no, title, indexes in self.contents.sections():
            number = 0
            of_pages = page_count(len(indexes))
            async for records in again(self._source, indexes, RECORDS_PER_PAGE):
                number += 1
                page = Page(title=title, number=number, of_pages=of_pages, section_no=section_no)
                content = await asyncio.to_thread(section_page, page, records, self.files, self._watermark)
                self._put(page_name(section_no, number), content)
                self._tell(len(records))
                yield

    async def _proofs(self) -> AsyncIterator[None]:
        head = read_head(self._source.ledger.head).head
        with self.zip.packed("proofs.jsonl") as entry:
            entry.write(header_line("shopwarden proofs/1", self._watermark, {"origin": head.origin, "size": head.size}))
            waiting: list[int | Subtree] = []
            for part in parts_of((index - 1 for index in self.contents.present), head.size):
                waiting.append(part)
                if len(waiting) == CHUNK:
                    await self._prove(entry, waiting)
                    waiting.clear()
                    yield
            await self._prove(entry, waiting)
            yield
        self._keep("proofs.jsonl", entry)

    async def _prove(self, entry: Entry, parts: list[int | Subtree]) -> None:
        subtrees = [(part.level, part.number) for part in parts if isinstance(part, Subtree)]
        roots = iter(await self._source.ledger.nodes(subtrees) if subtrees else ())
        indexes = [part + 1 for part in parts if not isinstance(part, Subtree)]
        proven = iter([record async for records in again(self._source, indexes) for record in records])
        for part in parts:
            if isinstance(part, Subtree):
                entry.write(subtree_line(part.level, part.number, next(roots)))
            else:
                entry.write(proven_line(next(proven)))
        self._tell(len(indexes))

    def _first_page(self) -> None:
        totals = Totals(
            records=len(self.contents.present),
            corrections=self.contents.corrections,
            media_files=len(self.files),
            head_size=read_head(self._source.ledger.head).size,
            key_fingerprint=fingerprint(self._source.ledger.public_key),
        )
        with self.zip.packed("index.html") as entry:
            entry.write(index_page(self._order, totals, self._watermark))
            for title, first, count in self.contents.lines():
                entry.write(index_line(SectionLine(title=title, first_page=first, records=count)))
            entry.write(index_end(self._watermark))
        self._keep("index.html", entry)

    def _static(self) -> None:
        ledger = self._source.ledger
        for name in READMES:
            self._put(name, readme(name, self._order, ledger.public_key, self._watermark))
        self._put(SCHEMA, schema(self._watermark))
        self._put(CHECKER, checker())
        self._put(HEAD, ledger.head.encode())
        self._put(PUBLIC_KEY, ledger.public_key.encode() + b"\n")

    def _sign(self) -> None:
        order = self._order
        manifest: dict[str, Json] = {
            "schema": "shopwarden manifest/1",
            "watermark": self._watermark,
            "bundle_id": order.bundle_id,
            "purpose": order.purpose.value,
            "disclosure": order.disclosure.value,
            "store": order.store,
            "case": order.case,
            "reason": order.reason,
            "requested_by": order.requested_by,
            "approved_by": order.approved_by,
            "made_at": time_text(order.made_at),
            "scope": [{"en": line.name_en, "zh": line.name_zh, "value": line.value} for line in order.scope],
            "counted": order.counted,
            "records": len(self.contents.present),
            "files": self._manifest,
        }
        content = json.dumps(manifest, indent=0).encode("ascii") + b"\n"
        with self.zip.packed(MANIFEST) as entry:
            entry.write(content)
        self.manifest_sha256 = entry.sha256
        digest = base64.b64encode(bytes.fromhex(entry.sha256)).decode("ascii")
        note = self._source.ledger.sign(f"{BUNDLE_NOTE}\n{order.bundle_id}\n{digest}\n")
        with self.zip.packed(MANIFEST_NOTE) as entry:
            entry.write(note.encode())

    def _put(self, name: str, content: bytes) -> None:
        with self.zip.packed(name) as entry:
            entry.write(content)
        self._keep(name, entry)

    def _keep(self, name: str, entry: Entry) -> None:
        self._manifest.append({"name": name, "sha256": entry.sha256, "size_bytes": entry.size_bytes})

    def _tell(self, records: int) -> None:
        self._done += records
        if self._progress is not None:
            in_all = len(self.contents.present) * _PASSES
            self._progress(BundleProgress(records=self._done, of_records=in_all, media_bytes=self._media_bytes))


def _write_rows(entry: Entry, rows: list[tuple[str, ...]]) -> None:
    entry.write(csv_rows(rows))
