"""Every one-bit change over a whole small archive: database, log, heads, keys, sealed files and their lists.

Pages of the database are authenticated each by itself, so one bit position is flipped in all pages at once and the page
check must name every one of them; that `verify` looks at each page is a point of its own for each page.
"""

import asyncio
import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from crypto.database import OpenMode
from crypto.errors import CryptoError
from crypto.keyring import add_slot, create_keyring, list_slots, open_keyring
from crypto.keyring_file import load_keyring
from crypto.opening import PAGE_BYTES, SALT_BYTES
from crypto.sealed_keys import MediaKeys
from crypto.sealed_parts import read_content
from crypto.sealed_writer import SealedWriter, place_of
from crypto.secrets import PassphraseSecret
from daemon.archive.lost_log import damaged_logs
from tests.archive_kit import root_key

from . import archive_work
from .doing import Doing, Said
from .driver import Outcome
from .kit import database_in, opened, verified
from .stages import CHEAP

CHUNK_BYTES: Final = 16
_PAGE_NUMBER: Final = re.compile(r"page (\d+)")
_SECRETS: Final = (PassphraseSecret(b"first"), PassphraseSecret(b"second"))
_FRAME_BYTES: Final = PAGE_BYTES + 24
_LOG_HEADER_BYTES: Final = 32
_CONTENT: Final = bytes(range(256)) * 3


class BitRange:
    """A small archive of one worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.whole = folder / "whole"
        self._place = folder / "place"
        self.whole.mkdir()
        archive_work.fill_now(self.whole, 12)
        asyncio.run(self._various())
        ring = create_keyring(self.whole / "keys.json", _SECRETS[0], cost=CHEAP)
        ring.period_key("messages", "2026-W47")
        add_slot(self.whole / "keys.json", ring, _SECRETS[1], cost=CHEAP)
        self._media = MediaKeys(root_key())
        writer = SealedWriter(self.whole / "spool", self._media)
        writer.write(_CONTENT)
        self._sealed = writer.finish(self.whole / "blobs")
        self._unclean()
        shutil.copytree(self.whole, self._place)
        self._files = {
            "heads": self.whole / "heads.log",
            "keys": self.whole / "keys.json",
            "part": place_of(self.whole / "blobs", self._sealed.name) / "00001.age",
            "list": place_of(self.whole / "blobs", self._sealed.name) / "list.age",
            "log": self.whole / "unclean" / "archive.db-wal",
        }
        self._find: dict[str, Callable[[], str | None]] = {
            "heads": self._verified,
            "keys": self._keys_opened,
            "part": self._sealed_read,
            "list": self._sealed_read,
            "log": self._unclean_verified,
        }
        self._right_keys = self._key_facts()

    def points(self) -> list[str]:
        """All of them. A chunk of a file is a point, a byte position of all pages, a page."""
        size = (self.whole / "archive.db").stat().st_size
        found = [f"bits/pages/{position}" for position in range(PAGE_BYTES)]
        found += [f"bits/verify/{page}" for page in range(1, size // PAGE_BYTES + 1)]
        for name, path in self._files.items():
            length = path.stat().st_size
            starts = range(0, length, CHUNK_BYTES)
            if name == "log":
                # Frames' headers wholly; of the encrypted bodies, which the same checksum covers, every eighth chunk.
                starts = range(0, length, 8)
                found += [f"bits/{name}/{at}" for at in starts if _is_log_header(at) or at % (8 * CHUNK_BYTES) == 0]
            else:
                found += [f"bits/{name}/{at}" for at in starts]
        return found

    def strike(self, point: str) -> Outcome:
        """All flips of a point."""
        _, kind, at = point.split("/")
        match kind:
            case "pages":
                missed, flips = self._flip_pages(int(at))
            case "verify":
                missed, flips = self._flip_one_of_page(int(at))
            case _:
                missed, flips = self._flip_chunk(kind, int(at))
        problem = f"{len(missed)} of {flips} not found: {', '.join(missed[:6])}" if missed else None
        return Outcome(point=point, took_effect=True, count=flips, problem=problem)

    def is_found(self, kind: str, at: int, *, bit: int) -> bool:
        """One bit of a file that is not the database."""
        path = self._place / self._files[kind].relative_to(self.whole)
        content = path.read_bytes()
        changed = bytearray(content)
        changed[at] ^= 1 << bit
        path.write_bytes(changed)
        try:
            return self._find[kind]() is not None
        finally:
            path.write_bytes(content)

    def _flip_pages(self, position: int) -> tuple[list[str], int]:
        path = self._place / "archive.db"
        content = (self.whole / "archive.db").read_bytes()
        pages = set(range(1, len(content) // PAGE_BYTES + 1))
        missed: list[str] = []
        path.write_bytes(content)
        with database_in(self._place, OpenMode.READ_ONLY) as database:
            database.fetch_value("SELECT count(*) FROM sqlite_schema")
            for bit in range(8):
                changed = bytearray(content)
                for page in pages - {1}:
                    changed[(page - 1) * PAGE_BYTES + position] ^= 1 << bit
                path.write_bytes(changed)
                rows = database.fetch_all("PRAGMA cipher_integrity_check")  # reads the file, not the cache
                told = {int(page) for row in rows for page in _PAGE_NUMBER.findall(str(row[0]))}
                missed += [f"page {page} byte {position} bit {bit}" for page in sorted(pages - {1} - told)]
        for bit in range(8):
            changed = bytearray(content)
            changed[position] ^= 1 << bit
            path.write_bytes(changed)
            if position < SALT_BYTES:
                is_found = self._verified() is not None
            else:
                try:
                    database_in(self._place, OpenMode.READ_ONLY).close()
                    is_found = False
                except CryptoError:
                    is_found = True
            if not is_found:
                missed.append(f"page 1 byte {position} bit {bit}")
        path.write_bytes(content)
        return missed, 8 * len(pages)

    def _flip_one_of_page(self, page: int) -> tuple[list[str], int]:
        """That the product's own check looks at this page."""
        path = self._place / "archive.db"
        content = (self.whole / "archive.db").read_bytes()
        changed = bytearray(content)
        changed[page * PAGE_BYTES - PAGE_BYTES // 2] ^= 0x10
        path.write_bytes(changed)
        found = self._verified()
        path.write_bytes(content)
        return ([] if found else [f"page {page}: {_owner(self.whole, page)}"]), 1

    def _flip_chunk(self, kind: str, start: int) -> tuple[list[str], int]:
        whole = self._files[kind]
        path = self._place / whole.relative_to(self.whole)
        content = whole.read_bytes()
        length = 8 if kind == "log" else CHUNK_BYTES
        end = max(start, min(start + length, len(content)))  # sealed files differ a little in length
        missed: list[str] = []
        for at in range(start, end):
            for bit in range(8):
                changed = bytearray(content)
                changed[at] ^= 1 << bit
                path.write_bytes(changed)
                if self._find[kind]() is None:
                    missed.append(f"{kind} byte {at} bit {bit}")
        path.write_bytes(content)
        return missed, 8 * (end - start)

    def _verified(self) -> str | None:
        """What opening and `verify` find; "mended" where the next opening puts right what was torn."""
        found = asyncio.run(verified(self._place, OpenMode.READ_ONLY))
        if found is not None:
            return found
        mending = self._folder / "mending"
        shutil.rmtree(mending, ignore_errors=True)
        mending.mkdir()
        for path in (self._place / "archive.db", self._place / "heads.log", *self._place.glob("keys-*")):
            shutil.copy2(path, mending)
        found = asyncio.run(verified(mending, OpenMode.READ_WRITE))
        if found is None and (mending / "heads.log").read_bytes() == (self.whole / "heads.log").read_bytes():
            is_same = (self._place / "archive.db").read_bytes() == (self.whole / "archive.db").read_bytes()
            found = "mended" if is_same else None
        return found

    def _keys_opened(self) -> str | None:
        try:
            slots = list_slots(self._place / "keys.json")
            facts = self._key_facts()
        except CryptoError as error:
            return error.code.value
        if any(slot.is_damaged for slot in slots):
            return "slot damaged"
        if facts != self._right_keys:
            return "other keys"
        # What is left is a standing key that the root gives again, or bits that its text form does not use.
        return "no effect: the same keys"

    def _key_facts(self) -> tuple[str, ...]:
        """What both secrets open: every key's number, name and damage."""
        path = self._place / "keys.json"
        facts = [f"next {load_keyring(path).next_key_no}"]
        for secret in _SECRETS:
            keys = open_keyring(path, secret)
            for info in keys.list():
                key = keys.by_no(info.key_no)
                digest = "" if key is None else hashlib.sha256(key.secret).hexdigest()
                facts.append(f"{info.key_no} {info.label} {info.period} {info.is_damaged} {digest}")
        return tuple(facts)

    def _sealed_read(self) -> str | None:
        place = place_of(self._place / "blobs", self._sealed.name)
        try:
            content = b"".join(read_content(place, self._media, self._sealed.sha256))
        except CryptoError as error:
            return error.code.value
        return None if content == _CONTENT else "other content"

    def _unclean_verified(self) -> str | None:
        """A copy each time: opening changes the files. First without the heads of what is in the log, as in a shop,
        where heads are signed once a minute: of two transactions the start itself must miss the first."""
        without = self._unclean_copy()
        (without / "heads.log").write_bytes((self.whole / "heads-before.log").read_bytes())
        found = asyncio.run(verified(without, OpenMode.READ_WRITE))
        if found is None and (damaged := damaged_logs(without / "archive.db")):
            found = f"{damaged[0].name}"
        if found is None and (kept := asyncio.run(_audits(without))) < 3:
            # The newest transaction alone looks like one that a power cut tore: only a head outside tells.
            found = None if kept < 2 else asyncio.run(verified(self._unclean_copy(), OpenMode.READ_WRITE))
        return found

    def _unclean_copy(self) -> Path:
        copy = self._folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self._place / "unclean", copy)
        return copy

    async def _various(self) -> None:
        lines: list[str] = []
        archive = opened(self.whole)
        try:
            await archive_work.various_steps(archive, Doing(lines.append))
            await archive_work.audit_step(archive, Doing(lines.append), 1)
        finally:
            await archive.close()
        assert Said(lines).acknowledged

    def _unclean(self) -> None:
        """A copy with a log, as a kill leaves it."""

        shutil.copy(self.whole / "heads.log", self.whole / "heads-before.log")

        async def work() -> None:
            archive = opened(self.whole)
            doing = Doing(lambda line: None)
            for number in (2, 3):
                await archive_work.audit_step(archive, doing, number)
            (self.whole / "unclean").mkdir()
            names = ("archive.db", "archive.db-wal", "heads.log")
            for path in (*(self.whole / name for name in names), *self.whole.glob("keys-*")):
                shutil.copy2(path, self.whole / "unclean")
            await archive.close()

        asyncio.run(work())


def _is_log_header(at: int) -> bool:
    return at < _LOG_HEADER_BYTES or (at - _LOG_HEADER_BYTES) % _FRAME_BYTES < 24


def _owner(directory: Path, page: int) -> str:
    with database_in(directory, OpenMode.READ_ONLY) as database:
        name = database.fetch_value("SELECT name FROM sqlite_schema WHERE rootpage = ?", (page,))
    return str(name or "inner page")


async def _audits(directory: Path) -> int:
    archive = opened(directory)
    try:
        return len(await archive.audit_entries(limit=100))
    finally:
        await archive.close()
