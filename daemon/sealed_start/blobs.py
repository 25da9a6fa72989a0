"""Attachments while the vault is closed: age files of some MiB each, sealed to a public key, opened when merged."""

import asyncio
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adb_bridge.collectors.base import BlobRefusedError
from adb_bridge.rows import BlobRef
from crypto.atomic_file import create_file, read_file
from crypto.errors import CryptoErrorCode, DiskFullError, IntegrityError, StorageError
from crypto.sealed_keys import MediaKeys, SealRecipient

PART_BYTES: Final = 4 * 1024 * 1024
_MOST_PART_BYTES: Final = PART_BYTES + 64 * 1024


class SealedBlobWriter:
    """See `adb_bridge.collectors.base.BlobWriter`. A cut begins anew: nothing here can be read back."""

    def __init__(self, directory: Path, recipient: SealRecipient) -> None:
        self.name = secrets.token_hex(16)
        self.sha256: str | None = None
        """Once it is finished."""
        self._directory = directory / self.name
        self._recipient = recipient
        self._held = bytearray()
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        self._parts = 0

    @property
    def offset(self) -> int:
        """See `BlobWriter`."""
        return 0

    async def write(self, chunk: bytes) -> None:
        """See `BlobWriter`. BlobRefusedError when the disk is full."""
        self._held += chunk
        self._hash.update(chunk)
        self._size_bytes += len(chunk)
        while len(self._held) >= PART_BYTES:
            await self._store(bytes(self._held[:PART_BYTES]))
            del self._held[:PART_BYTES]

    async def finish(self) -> BlobRef:
        """See `BlobWriter`."""
        if self._held or not self._parts:
            await self._store(bytes(self._held))
        self.sha256 = self._hash.hexdigest()
        return BlobRef(sha256=self.sha256, size_bytes=self._size_bytes)

    async def abandon(self) -> None:
        """See `BlobWriter`."""
        await asyncio.to_thread(shutil.rmtree, self._directory, ignore_errors=True)

    async def pause(self) -> None:
        """See `BlobWriter`."""
        await self.abandon()

    async def _store(self, plain: bytes) -> None:
        self._parts += 1
        path = self._directory / f"{self._parts:06d}"

        def seal() -> None:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            create_file(path, self._recipient.seal(plain))

        try:
            await asyncio.to_thread(seal)
        except (DiskFullError, StorageError, OSError) as error:
            raise BlobRefusedError("vault.disk_full") from error


def read_sealed(directory: Path, name: str, keys: MediaKeys) -> Iterator[bytes]:
    """The pieces of one attachment. IntegrityError (SEALED_MISSING, SEALED_DAMAGED), StorageError."""
    if not name.isalnum():
        raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, "a file's name")
    folder = directory / name
    parts = sorted(folder.iterdir()) if folder.is_dir() else []
    if [part.name for part in parts] != [f"{number:06d}" for number in range(1, len(parts) + 1)] or not parts:
        raise IntegrityError(CryptoErrorCode.SEALED_MISSING, "an attachment that was read before the vault was open")
    for part in parts:
        yield keys.unseal(read_file(part, max_bytes=_MOST_PART_BYTES))
