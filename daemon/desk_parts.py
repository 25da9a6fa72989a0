"""What the desks behind the API are made of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial
from crypto.vault_keys import VaultKeys

from .api.texts import Texts
from .archive.archive import Archive
from .audit import AuditTrail
from .backup.office import Backups
from .bus import Bus
from .commanding.outlook import Outlook
from .commanding.queue import CommandQueue
from .config import Config
from .delivery.office import Delivery
from .device_directory import DeviceDirectory
from .event_reading import EventReading
from .following import Following
from .judge import Judge
from .lan.door import LanDoor
from .media_store import MediaStore
from .paths import StatePaths
from .pins.vault import ShopPins
from .provisioning.provisioner import Provisioner
from .rescans import Rescans
from .retention.passes import Retention
from .rights.guard import PrivacyGuard
from .rule_watch import RuleWatch
from .wiping.office import Wiping


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """What desks are made of."""

    archive: Archive
    audit: AuditTrail
    backups: Backups
    bus: Bus
    clock: Clock
    config: Config
    delivery: Delivery
    directory: DeviceDirectory
    door: LanDoor
    """For consoles of other machines."""
    following: Following
    guard: PrivacyGuard
    """Every record that is shown goes through it."""
    judge: Judge
    keys: VaultKeys
    media: MediaStore
    paths: StatePaths
    pins: ShopPins
    enrolled: Callable[[DeviceSerial], Awaitable[None]]
    """To be told of enrolments that were written: collecting starts."""
    provisioner: Provisioner
    outlook: Outlook
    queue: CommandQueue
    reading: EventReading
    rescans: Rescans
    retention: Retention
    rule_watch: RuleWatch | None
    """None: the shop has no rules of its own."""
    wiping: Wiping
    texts: dict[str, Texts]
    """By language."""
