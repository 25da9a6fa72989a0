"""`verify` of everything that a store keeps: archive and ledger, then the sealed files of attachments."""

from collections.abc import AsyncIterator
from dataclasses import replace
from enum import Flag, auto

from crypto.errors import IntegrityError, StorageError

from ..archive.archive import Archive
from ..archive.record_check import Damage
from ..archive.records import VerifyProblem, VerifyResult
from ..attachments import attachments_in
from ..media_store import MediaStore


class Extra(Flag):
    """What takes long and is checked when asked for."""

    NOTHING = 0
    MEDIA = auto()
    """Every byte of every sealed file; else their lists and sizes."""
    INDEX = auto()
    """The full-text index against the texts."""


async def verify_whole(archive: Archive, media: MediaStore, since: int | None, extra: Extra) -> VerifyResult:
    """The first damage, records before files."""
    result = await archive.verify(since)
    if not result.ok:
        return result
    damage = await first_bad_file(archive, media, extra)
    if damage is None and Extra.INDEX in extra:
        damage = await archive.scrub.index()
    return result if damage is None else replace(result, problem=damage[0], first_bad=damage[1])


async def first_bad_file(archive: Archive, media: MediaStore, extra: Extra) -> Damage | None:
    """The first sealed file that a record names and that is missing or, with `Extra.MEDIA`, does not open."""
    seen: set[str] = set()
    async for sha256, where in named_files(archive):
        if sha256 in seen:
            continue
        seen.add(sha256)
        if not await media.has(sha256):
            return VerifyProblem.FILE_MISSING, where
        if Extra.MEDIA in extra:
            try:
                async for _ in media.read(sha256):
                    pass
            except (IntegrityError, StorageError):
                return VerifyProblem.FILE_DAMAGED, where
    return None


async def named_files(archive: Archive) -> AsyncIterator[tuple[str, str]]:
    """SHA-256 and place of every sealed file that a record names."""
    last = 0
    while owners := await archive.scrub.files_after(last):
        for owner in owners:
            for number, attachment in enumerate(attachments_in(owner.attributes), 1):
                if attachment.is_sealed and attachment.sha256 is not None:
                    yield attachment.sha256, f"{owner.event_id} attachment={number}"
        last = owners[-1].ledger_index
