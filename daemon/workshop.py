"""What all device tasks share."""

import asyncio
from dataclasses import dataclass, field

from adb_bridge.clock import Clock
from adb_bridge.collectors.base import Collector
from adb_bridge.collectors.settings import CollectorSettings

from .archive.archive import Archive
from .archive.records import DeviceRecord
from .bus import Bus
from .commanding.carriers import Carriers
from .commanding.phone_words import StandingNotice
from .commanding.queue import CommandQueue
from .config import CaptureSection
from .judge import Judge
from .leaving.stops import CaptureStops
from .live import LiveDevice
from .logs import DeviceTokens
from .media_store import MediaStore
from .operating.meters import Meters
from .outbox import Outbox
from .phone_link import PhoneLink
from .wiping.erasing import Erasing


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """One per daemon."""

    link: PhoneLink
    archive: Archive
    media: MediaStore
    judge: Judge
    queue: CommandQueue
    carriers: Carriers
    outbox: Outbox
    clock: Clock
    bus: Bus
    tokens: DeviceTokens
    capture: CaptureSection
    notice: StandingNotice
    collectors: tuple[Collector, ...]
    backfills: asyncio.Semaphore
    """How many phones may have a backfill page in the archive's queue at a time."""
    meters: Meters = field(default_factory=Meters)
    erasing: Erasing = field(default_factory=Erasing)
    """Phones that are not to be collected from: they were told to erase themselves."""
    stops: CaptureStops = field(default_factory=CaptureStops)
    """From when others are not: their employee leaves."""


def record_of(live: LiveDevice) -> DeviceRecord:
    """What survives a restart."""
    return DeviceRecord(
        serial=live.serial,
        profile=live.profile,
        status=live.status,
        last_seen_at=live.last_seen_at,
        notice_posted=live.notice_posted,
    )


def collector_settings(capture: CaptureSection) -> CollectorSettings:
    """What the configuration says to the collectors."""
    return CollectorSettings(notification_apps=capture.notification_apps, recording_folders=capture.recording_folders)
