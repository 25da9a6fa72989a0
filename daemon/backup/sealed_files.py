"""Sealed files that records name and that are not there: a copy is as whole as the shop was."""

from pathlib import Path

from adb_bridge.clock import Clock
from crypto.vault_keys import VaultKeys

from ..archive.archive import Archive
from ..media_shelves import WeekShelves
from ..media_store import MediaStore
from ..proofs.whole_check import named_files


async def missing_files(archive: Archive, folder: Path, keys: VaultKeys, clock: Clock) -> int:
    """How many of `folder` are missing or incomplete, by lists and sizes. Raises what the archive raises."""
    media, missing, seen = MediaStore(folder, WeekShelves(keys), clock=clock), 0, set[str]()
    try:
        async for sha256, _ in named_files(archive):
            if sha256 in seen:
                continue
            seen.add(sha256)
            if not await media.has(sha256):
                # It may have been deleted with its record while this went on.
                missing += await archive.deletions.is_file_named(archive.tokens.of_file(sha256))
    finally:
        media.close()
    return missing
