"""Uploaded files while they are imported: sealed as they arrive, removed afterwards. Nothing plain touches the disk.

What a daemon that was killed left behind is removed at the next start.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.sealed_keys import MediaKeys
from crypto.sealed_parts import read_content
from crypto.sealed_writer import SealedWriter, place_of

_HAND_OVER_BYTES: Final = 4 * 1024 * 1024


class SpoolFullError(Exception):
    """No room on the disk for the file."""


class UploadBrokenError(Exception):
    """Fewer or more bytes came than were announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledFile:
    """See `files.ImportFile`."""

    name: str
    size_bytes: int
    modified_s: int | None
    place: Path
    keys: MediaKeys
    sha256: bytes

    def chunks(self) -> Iterator[bytes]:
        """See `files.ImportFile`."""
        return read_content(self.place, self.keys, self.sha256)


class UploadSpool:
    """One per daemon."""

    def __init__(self, directory: Path, keys: MediaKeys, *, keep_free_bytes: int = 0) -> None:
        """Touches nothing yet."""
        self._directory = directory
        self._keys = keys
        self._keep_free_bytes = keep_free_bytes

    def clear(self) -> None:
        """Remove what an earlier run left. Blocks."""
        shutil.rmtree(self._directory, ignore_errors=True)

    @asynccontextmanager
    async def receive(
        self, chunks: AsyncIterator[bytes], *, name: str, size_bytes: int, modified_s: int | None
    ) -> AsyncIterator[SpooledFile]:
        """The whole file, for the duration of the block.

        Raises:
            SpoolFullError: also when the disk fills up on the way.
            UploadBrokenError: not `size_bytes` bytes.
            crypto.errors.CryptoError: the disk failed.
        """
        folder = self._directory / secrets.token_hex(8)
        try:
            await asyncio.to_thread(self._require_room, size_bytes)
            writer = await asyncio.to_thread(self._writer, folder)
            received = 0
            held = bytearray()
            async for chunk in chunks:
                received += len(chunk)
                if received > size_bytes:
                    raise UploadBrokenError
                held += chunk
                if len(held) >= _HAND_OVER_BYTES:
                    taken = bytes(held)
                    held.clear()
                    await asyncio.to_thread(self._write, writer, taken)
            if received != size_bytes:
                raise UploadBrokenError
            await asyncio.to_thread(self._write, writer, bytes(held))
            sealed = await asyncio.to_thread(writer.finish, folder / "whole")
            yield SpooledFile(
                name=name, size_bytes=size_bytes, modified_s=modified_s,
                place=place_of(folder / "whole", sealed.name), keys=self._keys, sha256=sealed.sha256,
            )  # fmt: skip
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))

    def _writer(self, folder: Path) -> SealedWriter:
        self._directory.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
        return SealedWriter(folder / "parts", self._keys)

    def _write(self, writer: SealedWriter, chunk: bytes) -> None:
        self._require_room(len(chunk))
        writer.write(chunk)

    def _require_room(self, size_bytes: int) -> None:
        with contextlib.suppress(OSError):
            disk = os.statvfs(self._directory.parent)
            if disk.f_bavail * disk.f_frsize < self._keep_free_bytes + size_bytes:
                raise SpoolFullError
