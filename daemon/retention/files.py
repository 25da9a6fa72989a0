"""Sealed files that no record names any more."""

from ..archive.archive import Archive
from ..media_store import MediaStore


async def remove_doomed(archive: Archive, media: MediaStore) -> int:
    """Take them away; how many. A cut in between is done again. Raises what the archive raises, and StorageError.

    The list says what no record named when it was written. The same content may have come again since: a file that a
    record names now stays, and so does one that was sealed a moment ago, whose record may be on its way.
    """
    removed: list[str] = []
    for sha256 in await archive.deletions.doomed_files():
        if media.is_awaited(sha256) or await archive.deletions.is_file_named(archive.tokens.of_file(sha256)):
            continue
        if await media.remove(sha256):
            removed.append(sha256)
    if removed:
        await archive.deletions.files_gone(tuple(removed))
    return len(removed)
