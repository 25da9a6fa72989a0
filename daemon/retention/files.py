"""Sealed files that no record names any more."""

from ..archive.archive import Archive
from ..media_store import MediaStore


async def remove_doomed(archive: Archive, media: MediaStore) -> int:
    """Take them away; how many. A cut in between is done again. Raises what the archive raises, and StorageError."""
    doomed = await archive.deletions.doomed_files()
    for sha256 in doomed:
        await media.remove(sha256)
    if doomed:
        await archive.deletions.files_gone(doomed)
    return len(doomed)
