"""The archive as a collector sees it: what is there already, and where attachments go."""

from collections.abc import Mapping
from dataclasses import dataclass

from adb_bridge.collectors.base import BlobWriter
from adb_bridge.records import DeviceSerial, Source

from .archive.archive import Archive
from .media_store import MediaStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneHoldings:
    """One source of one phone. See `adb_bridge.collectors.base.Holdings`."""

    archive: Archive
    media: MediaStore
    device: DeviceSerial
    source: Source

    async def present_ids(self, low: int, high: int) -> frozenset[int]:
        """See `Holdings`."""
        return await self.archive.present_ids(self.device, self.source, low, high)

    async def present_keys(self, prefix: str) -> frozenset[str]:
        """See `Holdings`."""
        return await self.archive.present_keys(self.device, self.source, prefix)

    async def subscriptions_of(self, ids: frozenset[int]) -> Mapping[int, int | None]:
        """See `Holdings`."""
        return await self.archive.subscriptions_of(self.device, self.source, ids)

    async def open_blob(self, name: str) -> BlobWriter:
        """See `Holdings`."""
        return await self.media.open(self.device, self.source, name)
