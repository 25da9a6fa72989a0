"""What the queue takes from other parts of the daemon, and what they take from it.

Nothing here is a parameter of a command: PINs and numbers go from their keeper to the phone and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial
from adb_bridge.secret import Secret
from adb_bridge.session import Session
from adb_bridge.verbs.facts import PhoneFacts
from adb_bridge.verbs.result import VerbResult

from ..api.wire import CallParameters, CommandState
from ..archive.pins import ArchivedPin
from ..archive.records import ArchivedBatch, ArchivedCommand
from .orders import BatchOrder, CommandOrder, Requester

PinOutcome = Literal["took", "not", "unsure"]


class Held(Protocol):
    """A PIN that a phone may have."""

    @property
    def kept(self) -> ArchivedPin: ...

    @property
    def pin(self) -> Secret: ...


class PinVault(Protocol):
    """Keeps the PINs that the shop gave its phones."""

    async def current(self, device: DeviceSerial) -> Secret | None:
        """The one that is on the phone as far as is known; None: the shop holds none."""

    async def propose(self, device: DeviceSerial) -> Secret:
        """A new random PIN, durably kept as proposed before this returns, so that no crash can lock the shop out."""

    async def settle(self, device: DeviceSerial, outcome: PinOutcome) -> None:
        """What became of the proposal. `unsure` keeps both; the next use tries both within the phone's throttle."""

    async def cleared(self, device: DeviceSerial) -> None:
        """The phone was read to have no PIN any more."""

    async def candidates(self, device: DeviceSerial) -> Sequence[Held]:
        """Those that the phone may have, likeliest first."""


class Callees(Protocol):
    """Finds numbers of people whom the caller knows by a record only."""

    async def number(self, device: DeviceSerial, parameters: CallParameters) -> Secret | None:
        """None: there is no such record, or it has no complete number."""


class Carrier(Protocol):
    """Carries out one verb in its own way (wipe). Never raises but CancelledError, always bounded."""

    async def carry_out(
        self, command: ArchivedCommand, session: Session, facts: PhoneFacts, clock: Clock
    ) -> VerbResult:
        """Do it and read it back."""

    async def read_back(
        self, command: ArchivedCommand, session: Session, facts: PhoneFacts, clock: Clock
    ) -> VerbResult:
        """Whether it happened; changes nothing."""

    def is_repeatable(self, command: ArchivedCommand) -> bool:
        """Whether doing it twice does no more than doing it once."""


class Endings(Protocol):
    """Told of every command that ended, after its end is on the disk. What it raises is logged and changes nothing."""

    async def ended(self, command: ArchivedCommand) -> None:
        """ACKNOWLEDGED, FAILED, EXPIRED or CANCELLED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMember:
    """One phone of a batch."""

    device: DeviceSerial
    command: ArchivedCommand | None
    """None: left out, `why` says the code, or removed by retention."""
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Several phones told the same, and how each stands now."""

    kept: ArchivedBatch
    """As it was frozen."""
    members: tuple[BatchMember, ...]

    @property
    def counts(self) -> dict[CommandState, int]:
        """How many commands are in each state."""
        states = [member.command.state for member in self.members if member.command is not None]
        return {state: states.count(state) for state in CommandState if state in states}


class Commands(Protocol):
    """What other desks use of the queue (leaving, intercept, provisioning, wiping). Raises ServiceError."""

    async def submit(self, by: Requester, order: CommandOrder) -> ArchivedCommand:
        """Queue one. `command.duplicate` when the same verb waits for this phone already."""

    async def submit_many(self, by: Requester, order: BatchOrder) -> Batch:
        """Queue one for each phone, in one transaction. A phone where the same verb waits already is left out."""

    async def ended(self, command_id: str, timeout_s: float) -> ArchivedCommand:
        """The command once it has ended, or as it is when the time is over."""

    async def cancel(self, by: Requester, command_id: str) -> ArchivedCommand:
        """Only what was not sent: else `command.not_cancellable`."""

    async def open_of(self, devices: Sequence[DeviceSerial]) -> tuple[ArchivedCommand, ...]:
        """Commands of these phones that may still change."""
