"""Erasing what a person asked to have erased, through the archive's own deletion: certificates, and holds respected."""

from dataclasses import dataclass
from typing import Final

from ..archive.archive import Archive
from ..archive.erasing import Cause
from ..archive.requests import ArchivedRequest
from .subject import subject_of

NOTHING: Final = "0"
"""Reference of an erasure that found nothing to erase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """Deletes records about a person. What was taken cannot come back: the phone's rows are known as forgotten."""

    archive: Archive

    async def erase(self, request: ArchivedRequest, *, asked_by: str, approved_by: str) -> str:
        """Everything that no hold keeps; the ledger indexes of the certificates, joined by commas, or `0`.

        A kill in between leaves whole certificates; doing it again does the rest. Raises what the archive raises.
        """
        indexes = await self.archive.subjects.indexes(subject_of(request))
        cause = Cause(
            cause="request", data_class="", actor=f"{asked_by}, {approved_by}", reason=f"request {request.request_id}"
        )
        erased = await self.archive.deletions.erase(indexes, cause)
        await self.archive.deletions.merge_index()
        certificates = [str(one.certificate) for one in erased if one.certificate is not None]
        return ",".join(certificates) or NOTHING
