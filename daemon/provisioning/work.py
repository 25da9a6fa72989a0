"""What a step sees of a phone, and what it says: how the phone differs from the plan, and what only a person can do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceProfile, DeviceSerial
from adb_bridge.session import Session

from ..api.provision_plan import Wanted
from ..api.provisioning import StepName
from ..archive.archive import Archive
from ..archive.records import ArchivedEnrolment
from ..commanding.orders import Requester
from ..commanding.ports import Commands, PinVault
from ..config import Config
from .records import KeptChange, KeptItem


@dataclass(frozen=True, slots=True, kw_only=True)
class StepParts:
    """What all steps share. One for each daemon."""

    archive: Archive
    clock: Clock
    config: Config
    enrol: "Enrol"
    profile_of: Callable[[DeviceSerial], DeviceProfile | None]
    """As the phone was looked at last; with capabilities once it was probed."""
    commands: Commands | None = None
    """None: commands cannot be given, and steps that need them say so."""
    pins: PinVault | None = None


class Enrol(Protocol):
    """Writes the enrolment of an acknowledged phone; collecting starts."""

    def __call__(self, work: "Work", *, at: datetime) -> Awaitable[None]: ...


@dataclass(slots=True, kw_only=True)
class Work:
    """One phone in hand."""

    parts: StepParts
    run_id: str
    by: Requester
    serial: DeviceSerial
    session: Session
    profile: DeviceProfile
    """Of this connection's phone; without an enrolment nothing more is known of it."""
    wanted: Wanted
    enrolment: ArchivedEnrolment | None
    is_newly_enrolled: bool
    """By this run, also before an interruption."""
    begun: frozenset[str]
    """See `KeptPhone`."""
    orders: int
    """Commands that ended without success so far."""

    @property
    def sdk(self) -> int:
        """Android's API level, 0 when the phone did not say."""
        return self.profile.sdk


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look at the phone gave."""

    changes: tuple[KeptChange, ...] = ()
    """To be made. Empty: as the plan says."""
    items: tuple[KeptItem, ...] = ()
    code: str | None = None
    """What keeps this step from ever succeeding; the phone has failed."""
    is_end: bool = False
    """No further step before this one is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of changes. Whether they hold, the next look tells."""

    code: str | None = None
    """Why not, if it is known."""
    items: tuple[KeptItem, ...] = ()
    failed_orders: int = 0


class Step(Protocol):
    """One step. Raises what adb and the archive raise."""

    name: StepName

    async def look(self, work: Work) -> Finding:
        """Read only."""

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """Make the changes. May be done twice."""
