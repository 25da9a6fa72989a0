"""What the service is made of."""

from dataclasses import dataclass

from adb_bridge.clock import Clock
from crypto.vault_keys import VaultKeys

from .api.texts import Texts
from .archive.archive import Archive
from .audit import AuditTrail
from .backup.office import Backups
from .bus import Bus
from .commanding.queue import CommandQueue
from .config import Config
from .discovery import Discovery
from .fleet import Fleet
from .following import Following
from .health import HealthReport
from .importing.importer import Importer
from .importing.spool import UploadSpool
from .judge import Judge
from .lan.door import LanDoor
from .media_store import MediaStore
from .pairing_desk import PairingDesk
from .paths import StatePaths
from .phone_link import PhoneLink
from .pins.vault import ShopPins
from .provisioning.provisioner import Provisioner
from .rescans import Rescans
from .retention.passes import Retention
from .rights.guard import PrivacyGuard
from .wiping.office import Wiping


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """One of each; made by the application."""

    archive: Archive
    audit: AuditTrail
    backups: Backups
    bus: Bus
    clock: Clock
    config: Config
    discovery: Discovery
    door: LanDoor
    fleet: Fleet
    following: Following
    guard: PrivacyGuard
    health: HealthReport
    importer: Importer
    judge: Judge
    keys: VaultKeys
    link: PhoneLink
    pairing_desk: PairingDesk
    media: MediaStore
    paths: StatePaths
    pins: ShopPins
    provisioner: Provisioner
    queue: CommandQueue
    rescans: Rescans
    retention: Retention
    texts: dict[str, Texts]
    """By language."""
    uploads: UploadSpool
    wiping: Wiping
