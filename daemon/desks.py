"""The desks behind the API that are not methods of `Service`: each is one class with a file or folder of its own.

A desk's method takes the caller first, asks `roles.require`, writes the audit entry before it serves, and raises
`ServiceError` only (`service_errors.refusing`).
"""

from dataclasses import dataclass

from adb_bridge.clock import Clock

from .api.texts import Texts
from .archive.archive import Archive
from .audit import AuditTrail
from .bus import Bus
from .config import Config
from .device_directory import DeviceDirectory
from .event_reading import EventReading
from .media_store import MediaStore
from .paths import StatePaths


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """What desks are made of."""

    archive: Archive
    audit: AuditTrail
    bus: Bus
    clock: Clock
    config: Config
    directory: DeviceDirectory
    media: MediaStore
    paths: StatePaths
    reading: EventReading
    texts: dict[str, Texts]
    """By language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """One of each."""


def open_desks(parts: DeskParts) -> Desks:
    """Every desk of the daemon."""
    return Desks()
