"""Erasing what a person asked to have erased, through the archive's own deletion: certificates, and holds respected."""

from typing import Protocol

from ..api.exit_codes import ExitCode
from ..archive.requests import ArchivedRequest
from ..service import ServiceError


class Erasing(Protocol):
    """Deletes records about a person."""

    async def erase(self, request: ArchivedRequest, *, approved_by: str) -> str:
        """Everything that no hold keeps; the ledger indexes of the certificates, joined by commas. Raises what the
        archive raises."""


class NoErasing:
    """An archive that cannot delete yet."""

    async def erase(self, request: ArchivedRequest, *, approved_by: str) -> str:
        """ServiceError `rights.cannot_erase`."""
        raise ServiceError("rights.cannot_erase", http_status=501, exit_code=ExitCode.PARTIAL)
