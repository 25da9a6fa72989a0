"""Sealed files in a stage that no record names after records were forgotten."""

import asyncio
import shutil
from pathlib import Path

from crypto.atomic_file import storage_errors
from crypto.errors import IntegrityError
from crypto.sealed_parts import read_list
from crypto.vault_keys import VaultKeys

from ..archive.archive import Archive, tokens_of
from ..media_shelves import WeekShelves


async def remove_doomed(archive: Archive, media: Path, keys: VaultKeys) -> int:
    """Remove them; how many. Whose list cannot be read stays: `verify` and reading tell of it. StorageError."""
    named = await archive.backups.file_tokens()
    removed = await asyncio.to_thread(_remove, media / "blobs", keys, named)
    await archive.deletions.files_gone(await archive.deletions.doomed_files())
    return removed


def _remove(blobs: Path, keys: VaultKeys, named: frozenset[bytes]) -> int:
    tokens, removed = tokens_of(keys), 0
    shelves = WeekShelves(keys).all()
    sound = {shelf.folder for shelf in shelves}
    with storage_errors("media"):
        for folder in sorted(blobs.glob("k*")):
            if folder.name not in sound:  # its week's key was destroyed: nothing opens these any more
                removed += sum(1 for _ in folder.glob("??/*"))
                shutil.rmtree(folder)
        for shelf in shelves:
            for folder in sorted((blobs / shelf.folder).glob("??/*")):
                try:
                    token = tokens.of_file(read_list(folder, shelf.keys).sha256.hex())
                except IntegrityError:
                    continue
                if token not in named:
                    shutil.rmtree(folder)
                    removed += 1
    return removed
